import { randomUUID } from 'node:crypto';
import http, { ServerResponse, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { sendError } from '../errors.js';
import type { InferHandler } from '../routes/infer.js';
import { createInferencePathReader } from '../routes/inference-path.js';
import { findAmbiguity } from '../routes/request-guard.js';
import type { ModelRuntime } from './model-runtime.js';

/** Slow clients: Node's own defaults are a minute for headers and five for a body. */
const HEADERS_MILLISECONDS_MAX = 10_000;
const REQUEST_MILLISECONDS_MAX = 30_000;
const CHECK_MILLISECONDS = 2000;
/** Longer than the idle time of common clients and load balancers, so that they close first. */
const KEEP_ALIVE_MILLISECONDS = 75_000;
const HEADERS_COUNT_MAX = 200;

export interface HttpServerOptions {
  readonly host: string;
  readonly port: number;
  readonly connectionsMax: number;
  readonly app: RequestListener;
  readonly infer: InferHandler;
  /** The model behind each path of a JSON service. */
  readonly mappedPaths: () => ReadonlyMap<string, ModelRuntime>;
  /** Told of a connection that could not be taken, such as for want of file descriptors. The server goes on. */
  readonly onAcceptFault: (error: Error) => void;
}

export interface HttpServer {
  /** Where it listens, such as http://127.0.0.1:9810. */
  readonly url: string;
  /** Takes no new connections, and ends those in use with their next answer. */
  stopAccepting(): void;
  /** Ends connections on which nothing is under way. */
  closeIdle(): void;
  /** Resolves once every connection has ended. */
  readonly closed: Promise<void>;
  /** Ends what is left, answered or not. */
  destroy(): void;
}

/** Listens on the one port: inference goes its own way, everything else to Express. Rejects where the address cannot be had. */
export function listen(options: HttpServerOptions): Promise<HttpServer> {
  const { app, infer, mappedPaths } = options;
  const readPath = createInferencePathReader();
  let draining = false;
  /** An answer to a request that came before the drain ends its connection too: a client that keeps it would send into nothing. */
  class DrainedResponse extends ServerResponse {
    override writeHead(...head: [number, never?, never?]): this {
      if (draining) this.shouldKeepAlive = false;
      return super.writeHead(...head);
    }
  }
  const server = http.createServer(
    {
      ServerResponse: DrainedResponse,
      headersTimeout: HEADERS_MILLISECONDS_MAX,
      requestTimeout: REQUEST_MILLISECONDS_MAX,
      connectionsCheckingInterval: CHECK_MILLISECONDS,
      // Refused with an answer of our own, like everything ambiguous.
      requireHostHeader: false,
    },
    (request, response) => {
      if (draining) response.shouldKeepAlive = false;
      const path = pathOf(request);
      const inference = readPath(path);
      if (inference?.action === 'infer') {
        if (isPost(request, response)) infer.handle(request, response, inference);
        return;
      }
      const mapped = mappedPaths().get(path);
      if (mapped !== undefined) {
        if (isPost(request, response)) infer.handleMapped(request, response, mapped);
      } else if (findAmbiguity(request) !== undefined) refuseAmbiguous(response);
      else app(request, response);
    },
  );
  server.maxConnections = options.connectionsMax;
  server.maxHeadersCount = HEADERS_COUNT_MAX;
  server.keepAliveTimeout = KEEP_ALIVE_MILLISECONDS;
  server.on('clientError', refuseUnreadable);

  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
      server.off('error', reject);
      server.on('error', options.onAcceptFault);
      const closed = new Promise<void>((done) => {
        server.once('close', done);
      });
      resolve({
        url: urlOf(server),
        closed,
        stopAccepting() {
          draining = true;
          server.close();
          server.closeIdleConnections();
        },
        closeIdle() {
          server.closeIdleConnections();
        },
        destroy() {
          server.closeAllConnections();
        },
      });
    });
  });
}

function pathOf({ url = '' }: IncomingMessage): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

function isPost(request: IncomingMessage, response: ServerResponse): boolean {
  if (request.method === 'POST') return true;
  response.setHeader('Allow', 'POST');
  sendError(response, 'method_not_allowed', 'only POST is allowed here');
  return false;
}

function refuseAmbiguous(response: ServerResponse): void {
  response.setHeader('Connection', 'close');
  sendError(response, 'ambiguous_request', 'the request could mean two things: one Host, one length, a path, no Upgrade');
}

const UNREADABLE: Readonly<Record<string, readonly [status: string, code: string, message: string]>> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'headers_too_large', 'the headers are too large'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'request_timeout', 'the request took too long to arrive'],
};

/** What Node's parser refuses gets an answer too, as JSON like any other, and its connection ends. */
function refuseUnreadable(error: Error & { readonly code?: string }, socket: Socket): void {
  if (!socket.writable || socket.bytesWritten > 0 || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [status, code, message] = UNREADABLE[error.code ?? ''] ?? ['400 Bad Request', 'bad_request', 'the request cannot be read'];
  const body = JSON.stringify({ error: message, code, request_id: randomUUID() });
  socket.end(`HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`);
}

function urlOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
