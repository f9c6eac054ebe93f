import type { AlertRecord } from './alert-record.js';

/** The answer of `GET /v1/alerts`, the earliest first. */
export interface AlertsAnswer {
  readonly alerts: readonly AlertRecord[];
  /** Where the next page begins, as `after`; absent where this one is the last. */
  readonly next?: string;
}

/** The answer of `POST /v1/alerts`: what became of the alerts told. */
export interface AlertsTaken {
  readonly begun: number;
  readonly ended: number;
  /** Known already: told again, or by another Alertmanager. */
  readonly repeated: number;
}
