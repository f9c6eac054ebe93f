import express, { type ErrorRequestHandler, type Express, type NextFunction, type Request, type Response } from 'express';
import type { Logger } from 'pino';
import { ERRORS, sendError, type ErrorCode } from '../errors.js';
import type { RouteScope } from '../security/access-policy.js';
import type { Guard, RateClass } from '../security/guard.js';
import type { NumberFamily } from '../telemetry/series.js';

/**
 * One route: everything that decides who may call it and how large it may be stands here, nothing in its handler. A test enumerates the
 * router against this list, so that no route can be added past it.
 */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Static segments and at most one `:name` a segment; also the value of the label `route`. */
  readonly path: string;
  /** What the caller's token must be allowed. `read`, `metrics` and `public` change nothing; what changes something is never a GET. */
  readonly scope: RouteScope;
  readonly rateClass: RateClass;
  /** After inflating; 0: a body is refused. */
  readonly bodyBytesMax: number;
  readonly handle: (request: Request, response: Response) => void | Promise<void>;
}

export interface AppDeps {
  readonly logger: Logger;
  readonly requests: NumberFamily;
  readonly guard: Pick<Guard, 'admit'>;
  /** Told of each request that is refused with 4xx before it reaches a route's handler. */
  readonly onRefused: (model: string, code: ErrorCode) => void;
}

/** Makes the Express application that serves everything but inference. */
export function createApp(routes: readonly Route[], deps: AppDeps): Express {
  const refuse = (response: Response, code: ErrorCode, message: string): void => {
    if (ERRORS[code] < 500) deps.onRefused('', code);
    sendError(response, code, message);
  };
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.enable('case sensitive routing');
  app.enable('strict routing');

  const byPath = groupByPath(routes);
  for (const [path, here] of byPath) {
    for (const route of here)
      app[VERBS[route.method]](path, counted(route, deps.requests), admitted(route, deps.guard), bodyOf(route, refuse), route.handle);
    const allowed = here.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ');
    app.all(path, (request, response) => {
      response.setHeader('Allow', allowed);
      refuse(response, 'method_not_allowed', `${request.method.slice(0, 16)} is not allowed here; ${allowed} is`);
    });
  }
  app.use((_request, response) => {
    refuse(response, 'not_found', 'there is no such path; GET / lists what there is');
  });
  app.use(onFault(deps.logger, refuse));
  return app;
}

const VERBS = { GET: 'get', POST: 'post', PUT: 'put', DELETE: 'delete' } as const satisfies Record<Route['method'], string>;

function groupByPath(routes: readonly Route[]): Map<string, Route[]> {
  const groups = new Map<string, Route[]>();
  for (const route of routes) groups.set(route.path, [...(groups.get(route.path) ?? []), route]);
  return groups;
}

function counted(route: Route, requests: NumberFamily) {
  return (_request: Request, response: Response, next: NextFunction) => {
    response.once('finish', () => {
      requests.child(route.path, route.method, `${Math.floor(response.statusCode / 100)}xx`).value++;
    });
    next();
  };
}

/** Before anything of the body is read. */
function admitted(route: Route, guard: AppDeps['guard']) {
  return (request: Request, response: Response, next: NextFunction) => {
    if (guard.admit(request, response, route)) next();
  };
}

type Refuse = (response: Response, code: ErrorCode, message: string) => void;

function bodyOf(route: Route, refuse: Refuse) {
  if (route.bodyBytesMax === 0) {
    return ({ headers }: Request, response: Response, next: NextFunction) => {
      if (headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0) next();
      else refuseBody(response, 'this route takes no body', refuse);
    };
  }
  // Raw bytes, inflated under the same limit: the handler checks encoding, depth and form itself.
  const read = express.raw({ type: () => true, limit: route.bodyBytesMax });
  return (request: Request, response: Response, next: NextFunction) => {
    const encoding = request.headers['content-encoding']?.toLowerCase() ?? '';
    if (ENCODINGS.has(encoding)) read(request, response, next);
    else refuse(response, 'unsupported_encoding', 'the Content-Encoding is not one of gzip, deflate, br, identity');
  };
}

/** What is inflated, whatever the version of Node: Express would inflate all that Node's zlib can, zstd since 22.15. */
const ENCODINGS: ReadonlySet<string> = new Set(['gzip', 'deflate', 'br', 'identity', '']);

/** What is left of the body is not read: its connection ends with the answer. */
function refuseBody(response: Response, message: string, refuse: Refuse): void {
  response.setHeader('Connection', 'close');
  refuse(response, 'body_too_large', message);
}

function onFault(logger: Logger, refuse: Refuse): ErrorRequestHandler {
  return (fault: { readonly status?: number; readonly type?: string }, _request, response, next) => {
    if (response.headersSent) {
      next(fault);
      return;
    }
    if (fault.type === 'entity.too.large') refuseBody(response, 'the body is larger than this route takes', refuse);
    else if (fault.type === 'request.aborted') refuse(response, 'client_closed', 'the client closed the connection');
    else if (fault.status !== undefined && fault.status >= 400 && fault.status < 500)
      refuse(response, 'bad_request', 'the request cannot be read');
    else {
      const requestId = sendError(response, 'internal_error', 'the request failed by our fault; the log says why');
      logger.error({ err: fault, requestId }, 'a route failed');
    }
  };
}
