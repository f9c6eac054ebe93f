import type { ServerResponse } from 'node:http';
import { STREAM_KINDS, type StreamKind } from '@modelwatch/core';
import { createStreamListeners, type StreamCounts } from './listeners.js';

/** How soon a change is told, and the greatest rate of messages to one listener. */
const LOOK_MILLISECONDS = 1000;
/** Below the idle times of common proxies. */
const BEAT_EVERY_LOOKS = 15;
/** After it a listener comes back with its token, which may be none any more. */
const LIFETIME_SECONDS = 900;

/** By kind, what is another thing once something has changed: compared by identity, place by place. */
export type Marks = Readonly<Record<StreamKind, readonly unknown[]>>;

/**
 * Tells listeners that something has changed, never what: so that a message is some bytes, nothing has to be kept for who comes late, and what a
 * listener may read is decided by the routes that it asks. Looks at the marks only while somebody listens.
 */
export interface ChangeStream {
  readonly counts: StreamCounts;
  /** Whether the caller was taken; where it was not, nothing is sent. */
  listen(response: ServerResponse): boolean;
  /** Looks once, as the timer does. */
  look(): void;
  /** Ends every stream and takes no further one. May be called twice. */
  close(): void;
}

export function createChangeStream(options: {
  readonly marks: () => Marks;
  readonly listenersMax: number;
  readonly monotonicSeconds: () => number;
}): ChangeStream {
  const { marks, listenersMax, monotonicSeconds } = options;
  const listeners = createStreamListeners({ listenersMax, lifetimeSeconds: LIFETIME_SECONDS });
  let last: Marks | undefined;
  let timer: NodeJS.Timeout | undefined;
  let looks = 0;

  const stop = (): void => {
    clearInterval(timer);
    [timer, last] = [undefined, undefined];
  };
  const look = (): void => {
    if (listeners.counts.listeners === 0) {
      stop();
      return;
    }
    const [before, now] = [last, marks()];
    last = now;
    if (before !== undefined) listeners.publish(STREAM_KINDS.filter((kind) => !isSame(before[kind], now[kind])));
    if (++looks % BEAT_EVERY_LOOKS === 0) listeners.beat(monotonicSeconds());
  };

  return {
    get counts() {
      return listeners.counts;
    },
    listen(response) {
      if (!listeners.hasRoom()) return false;
      listeners.add(response, monotonicSeconds());
      last ??= marks();
      timer ??= setInterval(look, LOOK_MILLISECONDS).unref();
      return true;
    },
    look,
    close() {
      stop();
      listeners.close();
    },
  };
}

const isSame = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((mark, i) => Object.is(mark, b[i]));
