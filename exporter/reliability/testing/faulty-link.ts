import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';

/** What a network does to one direction of a connection; the names are Toxiproxy's. */
export type Toxic =
  /** Everything comes so much later. */
  | { readonly kind: 'latency'; readonly milliseconds: number }
  | { readonly kind: 'bandwidth'; readonly bytesPerSecond: number }
  /** Nothing comes any more, and nobody says so. */
  | { readonly kind: 'timeout' }
  | { readonly kind: 'reset_peer' }
  /** Ends in the middle. */
  | { readonly kind: 'limit_data'; readonly bytes: number }
  /** Comes in pieces of so many bytes. */
  | { readonly kind: 'slicer'; readonly bytes: number }
  | { readonly kind: 'slow_close'; readonly milliseconds: number };

/** `request` goes to the server, `answer` comes from it. */
export type Direction = 'request' | 'answer';

/** Stands between a client and a server, on bare sockets, and does to what passes as it is told. */
export interface FaultyLink {
  readonly url: string;
  /** Connections from the client's side that are open now. */
  readonly connections: number;
  /** Everything that came from clients since the last `forget`. */
  readonly requested: string;
  /** From now on, on connections that are open already too. */
  poison(direction: Direction, toxic: Toxic): void;
  /** Lets everything pass again. */
  heal(): Promise<void>;
  /** Refuses connections and ends those there are, until it is healed. */
  down(): Promise<void>;
  forget(): void;
  close(): Promise<void>;
}

const BANDWIDTH_TURN_MILLISECONDS = 50;

export async function startFaultyLink(target: string): Promise<FaultyLink> {
  const { hostname, port: targetPort } = new URL(target);
  const sockets = new Set<Socket>();
  const toxics = new Map<Direction, Toxic>();
  let requested: string[] = [];
  let connections = 0;
  const relay = (from: Socket, to: Socket, direction: Direction) => {
    let passed = Promise.resolve();
    /** Since the limit. */
    let bytes = 0;
    from.on('data', (chunk: Buffer) => {
      if (direction === 'request') requested.push(chunk.toString('latin1'));
      const toxic = toxics.get(direction);
      const before = bytes;
      bytes = toxic?.kind === 'limit_data' ? before + chunk.length : 0;
      passed = passed.then(() => pass(chunk, before, to, from, toxic));
    });
    from.on('close', () => {
      const toxic = toxics.get(direction);
      passed = passed.then(async () => {
        if (toxic?.kind === 'slow_close') await pause(toxic.milliseconds);
        to.destroySoon();
      });
    });
  };
  const server = net.createServer((client) => {
    const upstream = net.connect(Number(targetPort), hostname);
    connections++;
    client.on('close', () => connections--);
    for (const socket of [client, upstream]) {
      sockets.add(socket.setNoDelay());
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => undefined);
    }
    relay(client, upstream, 'request');
    relay(upstream, client, 'answer');
  });
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const port = await listen(0);
  const down = async () => {
    if (!server.listening) return;
    server.close();
    for (const socket of sockets) socket.destroy();
    await once(server, 'close');
  };
  return {
    url: `http://127.0.0.1:${port}`,
    get connections() {
      return connections;
    },
    get requested() {
      return requested.join('');
    },
    poison(direction, toxic) {
      toxics.set(direction, toxic);
    },
    async heal() {
      toxics.clear();
      if (!server.listening) await listen(port);
    },
    down,
    forget() {
      requested = [];
    },
    close: down,
  };
}

async function pass(chunk: Buffer, before: number, to: Socket, from: Socket, toxic: Toxic | undefined): Promise<void> {
  switch (toxic?.kind) {
    case undefined:
    case 'slow_close':
      to.write(chunk);
      return;
    case 'latency':
      await pause(toxic.milliseconds);
      to.write(chunk);
      return;
    case 'bandwidth':
      return inPieces(chunk, Math.ceil((toxic.bytesPerSecond * BANDWIDTH_TURN_MILLISECONDS) / 1000), to, () =>
        pause(BANDWIDTH_TURN_MILLISECONDS),
      );
    case 'slicer':
      return inPieces(chunk, toxic.bytes, to, () => turn());
    case 'timeout':
      return;
    case 'reset_peer':
      from.resetAndDestroy();
      to.resetAndDestroy();
      return;
    case 'limit_data':
      to.write(chunk.subarray(0, Math.max(0, toxic.bytes - before)));
      if (before + chunk.length < toxic.bytes) return;
      to.destroySoon();
      from.destroySoon();
  }
}

async function inPieces(chunk: Buffer, bytes: number, to: Socket, between: () => Promise<unknown>): Promise<void> {
  for (let at = 0; at < chunk.length && !to.destroyed; at += bytes) {
    to.write(chunk.subarray(at, at + bytes));
    await between();
  }
}
