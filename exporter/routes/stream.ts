import { sendError } from '../errors.js';
import type { ChangeStream } from '../stream/change-stream.js';
import type { Route } from './app.js';

export interface StreamDeps {
  readonly changes: () => Pick<ChangeStream, 'listen'>;
}

/** GET /v1/stream: server-sent events that say what to ask for again. */
export function streamRoute({ changes }: StreamDeps): Route {
  return {
    method: 'GET',
    path: '/v1/stream',
    scope: 'read',
    rateClass: 'read',
    bodyBytesMax: 0,
    handle({ method }, response) {
      if (method === 'HEAD') {
        response.setHeader('Content-Type', 'text/event-stream');
        response.end();
      } else if (!changes().listen(response)) {
        sendError(response, 'overloaded', 'as many listen as may, or the sidecar is draining; ask for what you need instead');
      }
    },
  };
}
