import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';
import { createMessageReader, type RawMessage } from './raw-http.js';

/** A server on bare sockets: it keeps what it receives as it stood on the wire, and answers whatever it is told to. */
export interface RawUpstream {
  readonly url: string;
  /** Requests since the last `forget`, but for questions after its health, which it answers by itself. */
  readonly requests: readonly RawMessage[];
  /** Connections that are open now. */
  readonly connections: number;
  /** How it answers from now on. */
  answer(with_: Answerer): void;
  forget(): void;
  close(): Promise<void>;
}

/** Writes an answer, or anything else, to the connection that the request came on. */
export type Answerer = (socket: Socket, request: RawMessage) => void;

const READY = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}';

/** Starts one on a free port, or on the given one. */
export async function startRawUpstream(answerer: Answerer, port = 0): Promise<RawUpstream> {
  let requests: RawMessage[] = [];
  let current = answerer;
  const sockets = new Set<Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    const reader = createMessageReader((request) => {
      if (request.start.startsWith('GET ')) {
        socket.write(READY);
        return;
      }
      requests.push(request);
      current(socket, request);
    });
    socket.on('data', reader.push);
    socket.on('close', () => sockets.delete(socket));
    // Being cut off is what some of its clients are tested for.
    socket.on('error', () => undefined);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get requests() {
      return requests;
    },
    get connections() {
      return sockets.size;
    },
    answer(with_) {
      current = with_;
    },
    forget() {
      requests = [];
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** An answer with a body of known length. */
export function answerOf(status: string, headers: readonly string[], body: string | Buffer = ''): Buffer {
  const bytes = typeof body === 'string' ? Buffer.from(body, 'latin1') : body;
  const lines = [`HTTP/1.1 ${status}`, ...headers, `Content-Length: ${bytes.length}`];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), bytes]);
}
