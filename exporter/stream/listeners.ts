import type { ServerResponse } from 'node:http';
import type { StreamChange, StreamKind } from '@modelwatch/core';

/** What waits for one listener beyond what the operating system holds; a message has some 60 bytes. */
export const BYTES_WAITING_MAX = 16_384;
const RECONNECT_MILLISECONDS = 5000;
const HEARTBEAT = ': still here\n\n';

export interface StreamCounts {
  readonly listeners: number;
  readonly listenersMax: number;
  /** Listeners that found no place. */
  readonly full: number;
  /** Listeners that were ended since they did not read. */
  readonly slow: number;
}

/** Those who listen to the stream of changes: so many at most, each with so many bytes waiting at most. */
export interface StreamListeners {
  readonly counts: StreamCounts;
  /** Whether there is room: what is said to a caller before anything is sent. */
  hasRoom(): boolean;
  /** Begins a stream on an answer of which nothing is sent yet. */
  add(response: ServerResponse, nowSeconds: number): void;
  publish(kinds: readonly StreamKind[]): void;
  /** Keeps connections alive, and ends those that have lived as long as they may: who comes back shows its token again. */
  beat(nowSeconds: number): void;
  /** Ends every stream and takes no further one. May be called twice. */
  close(): void;
}

export function createStreamListeners(limits: { readonly listenersMax: number; readonly lifetimeSeconds: number }): StreamListeners {
  const { listenersMax, lifetimeSeconds } = limits;
  const since = new Map<ServerResponse, number>();
  const dropped = { full: 0, slow: 0 };
  let closed = false;

  const send = (response: ServerResponse, text: string): void => {
    if (response.writableLength + text.length > BYTES_WAITING_MAX) {
      dropped.slow++;
      since.delete(response);
      // Not ended: the end would wait behind what is not read.
      response.destroy();
      return;
    }
    response.write(text);
  };
  const sendAll = (text: string): void => {
    for (const response of [...since.keys()]) send(response, text);
  };
  const end = (response: ServerResponse): void => {
    since.delete(response);
    response.end();
  };

  return {
    get counts() {
      return { listeners: since.size, listenersMax, ...dropped };
    },
    hasRoom() {
      if (closed) return false;
      if (since.size < listenersMax) return true;
      dropped.full++;
      return false;
    },
    add(response, nowSeconds) {
      since.set(response, nowSeconds);
      response.once('close', () => since.delete(response));
      // A proxy on the way is asked to pass on each message as it comes.
      response.writeHead(200, {
        'Content-Type': 'text/event-stream',
        'Cache-Control': 'no-store',
        'X-Accel-Buffering': 'no',
        Connection: 'close',
      });
      send(response, `retry: ${RECONNECT_MILLISECONDS}\n\n`);
    },
    publish(kinds) {
      if (kinds.length > 0) sendAll(`event: change\ndata: ${JSON.stringify({ kinds } satisfies StreamChange)}\n\n`);
    },
    beat(nowSeconds) {
      for (const [response, began] of [...since]) if (nowSeconds - began >= lifetimeSeconds) end(response);
      sendAll(HEARTBEAT);
    },
    close() {
      closed = true;
      for (const response of [...since.keys()]) end(response);
    },
  };
}
