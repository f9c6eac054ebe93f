import type { CostAnswer } from '@modelwatch/core';
import type { Route } from './app.js';

/** GET /v1/cost: what the versions at work have cost, as the series of cost tell it. */
export function costRoute({ cost }: { readonly cost: () => CostAnswer }): Route {
  return {
    method: 'GET',
    path: '/v1/cost',
    scope: 'read',
    rateClass: 'read',
    bodyBytesMax: 0,
    handle(_request, response) {
      response.json(cost());
    },
  };
}
