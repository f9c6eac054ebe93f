import { fail, succeed, type Result } from '../errors.js';

/** A query of an URL, each parameter once. */
export type Query = Readonly<Record<string, string | undefined>>;

export interface TimeWindow {
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

/** Of a route that takes none. */
export const NO_PARAMETERS: ReadonlySet<string> = new Set();

/** Refuses parameters that the route does not know, and those that stand twice. */
export function readQueryOf(query: unknown, parameters: ReadonlySet<string>): Result<Query> {
  for (const [key, value] of Object.entries(query as Readonly<Record<string, unknown>>)) {
    if (!parameters.has(key)) return fail('unknown_field', 'the query has an unknown parameter');
    if (typeof value !== 'string') return fail('invalid_form', 'a parameter of the query stands once');
  }
  return succeed(query as Query);
}

/** Seconds since the epoch, or RFC 3339; NaN for what is no time. */
export function queryTime(text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  return /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Date.parse(text) / 1000;
}

/** From `from` to `to`, which where they are not given are what stands instead of them. */
export function readWindow([from, to]: readonly [string | undefined, string | undefined], instead: TimeWindow): Result<TimeWindow> {
  const [fromSeconds, toSeconds] = [queryTime(from, instead.fromSeconds), queryTime(to, instead.toSeconds)];
  if (!(fromSeconds <= toSeconds)) return fail('invalid_value', 'from and to are times, and from is not after to');
  return succeed({ fromSeconds, toSeconds });
}

/** A whole number of things, up to so many. */
export function readLimit(limit: string | undefined, fallback: number, max: number): Result<number> {
  const asked = limit === undefined ? fallback : /^\d{1,9}$/.test(limit) ? Number(limit) : NaN;
  if (!Number.isInteger(asked) || asked < 1 || asked > max) return fail('value_out_of_range', `limit is a whole number from 1 to ${max}`);
  return succeed(asked);
}
