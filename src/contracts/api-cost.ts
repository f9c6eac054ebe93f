import type { Role } from './prediction.js';

/** What one version has cost at the configured prices, by where the cost comes from. */
export interface ApiCost {
  readonly model: string;
  readonly version: string;
  readonly role: Role;
  /** `scoring`, `explaining`, `requests` or `replica`. */
  readonly source: string;
  readonly currency: string;
  readonly cost: number;
}

/** The answer of `GET /v1/cost`: of this sidecar, since it was started. Models without a price have no rows. */
export interface CostAnswer {
  /** How long it has counted. */
  readonly seconds: number;
  readonly costs: readonly ApiCost[];
}
