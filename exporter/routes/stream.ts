import { sendError, type ErrorCode } from '../errors.js';
import type { ChangeStream } from '../stream/change-stream.js';
import type { Route } from './app.js';
import { refuse } from './ingest-fields.js';
import { NO_PARAMETERS, readQueryOf } from './window-query.js';

export interface StreamDeps {
  readonly changes: () => Pick<ChangeStream, 'listen'>;
  readonly onRefused: (model: string, code: ErrorCode) => void;
}

/** GET /v1/stream: server-sent events that say what to ask for again. */
export function streamRoute({ changes, onRefused }: StreamDeps): Route {
  return {
    method: 'GET',
    path: '/v1/stream',
    scope: 'read',
    rateClass: 'read',
    bodyBytesMax: 0,
    handle({ method, query }, response) {
      const asked = readQueryOf(query, NO_PARAMETERS);
      if (!asked.ok) refuse(response, { onRefused }, asked.error);
      else if (method === 'HEAD') {
        response.setHeader('Content-Type', 'text/event-stream');
        response.end();
      } else if (!changes().listen(response)) {
        sendError(response, 'overloaded', 'as many listen as may, or the sidecar is draining; ask for what you need instead');
      }
    },
  };
}
