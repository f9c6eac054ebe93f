import type { CostAnswer } from '@modelwatch/core';
import type { ErrorCode } from '../errors.js';
import type { Route } from './app.js';
import { refuse } from './ingest-fields.js';
import { NO_PARAMETERS, readQueryOf } from './window-query.js';

export interface CostDeps {
  readonly cost: () => CostAnswer;
  readonly onRefused: (model: string, code: ErrorCode) => void;
}

/** GET /v1/cost: what the versions at work have cost, as the series of cost tell it. */
export function costRoute(deps: CostDeps): Route {
  return {
    method: 'GET',
    path: '/v1/cost',
    scope: 'read',
    rateClass: 'read',
    bodyBytesMax: 0,
    handle({ query }, response) {
      const asked = readQueryOf(query, NO_PARAMETERS);
      if (asked.ok) response.json(deps.cost());
      else refuse(response, deps, asked.error);
    },
  };
}
