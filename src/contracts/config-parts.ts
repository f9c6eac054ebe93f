import { DURATION_PATTERN } from './duration.js';

/** Model, version and slice names: what may stand in a path, a label and a file name without quoting. */
export const NAME_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$';

export const duration = (description: string, fallback: string) =>
  ({ type: 'string', pattern: DURATION_PATTERN, default: fallback, description }) as const;
export const cap = (description: string, fallback: number, maximum: number) =>
  ({ type: 'integer', minimum: 1, maximum, default: fallback, description }) as const;
export const name = (description: string) => ({ type: 'string', pattern: NAME_PATTERN, description }) as const;
/** Prometheus durations for rule windows: no default, so each list says its own. */
export const window = { type: 'string', pattern: DURATION_PATTERN } as const;
