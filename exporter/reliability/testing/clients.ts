import http from 'node:http';

/** An answer, and how long it took from the request's first byte to its last. */
export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
  readonly seconds: number;
}

/** Clients of one sidecar on connections that are kept. */
export interface Clients {
  /** Undefined where no answer came: refused, reset or cut off. */
  send(route: string, body?: string | Buffer, headers?: http.OutgoingHttpHeaders): Promise<Answer | undefined>;
  close(): void;
}

export function createClients(url: string): Clients {
  const agent = new http.Agent({ keepAlive: true });
  return {
    send(route, body, headers = {}) {
      const startSeconds = performance.now() / 1000;
      const method = body === undefined ? 'GET' : 'POST';
      const all =
        body === undefined ? headers : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers };
      return new Promise((resolve) => {
        const lost = () => {
          resolve(undefined);
        };
        const request = http.request(url + route, { method, agent, headers: all }, (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', lost);
          response.on('end', () => {
            const seconds = performance.now() / 1000 - startSeconds;
            resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks), seconds });
          });
        });
        request.on('error', lost).end(body);
      });
    },
    close() {
      agent.destroy();
    },
  };
}

/** Runs as many loops at once, each for as long as it is told to go on; resolves once all have ended. */
export async function together(count: number, loop: (client: number) => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, client) => loop(client)));
}

/** A v2 request of one tensor. */
export function tensorRequest(datatype: string, tensors: Readonly<Record<string, readonly number[]>>, shape?: readonly number[]): string {
  return JSON.stringify({
    inputs: Object.entries(tensors).map(([name, data]) => ({ name, datatype, shape: shape ?? [data.length], data })),
  });
}
