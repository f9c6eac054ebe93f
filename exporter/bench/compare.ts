import type { Load, LoadResult } from './load.js';

export interface Contestant {
  readonly name: string;
  /** With the path. */
  readonly url: string;
  /** Called after each of its runs: returns once it is at rest. */
  readonly rest?: () => Promise<void>;
}

export interface Lengths {
  readonly rounds: number;
  readonly seconds: number;
}

export interface Comparison {
  readonly connections: number;
  /** By contestant, in the order given: a result a round. */
  readonly results: readonly { readonly name: string; readonly rounds: readonly LoadResult[] }[];
}

/** Before it, code that a server has not compiled yet is what is measured. */
const WARM_UP_SECONDS = 3;

/**
 * Loads one contestant after the other, round after round, every other round in reverse: what changes over time, on this machine or in a
 * server, meets all alike. Nobody is loaded while another is.
 */
export async function compare(load: Load, contestants: readonly Contestant[], connections: number, lengths: Lengths): Promise<Comparison> {
  const results = contestants.map(({ name }) => ({ name, rounds: [] as LoadResult[] }));
  const order = contestants.map((contestant, i) => ({ contestant, result: results[i]! }));
  for (const { contestant } of order) {
    await load({ url: contestant.url, connections, seconds: Math.min(WARM_UP_SECONDS, lengths.seconds) });
    await contestant.rest?.();
  }
  for (let round = 0; round < lengths.rounds; round++) {
    for (const { contestant, result } of round % 2 === 0 ? order : order.toReversed()) {
      result.rounds.push(await load({ url: contestant.url, connections, seconds: lengths.seconds }));
      await contestant.rest?.();
    }
  }
  return { connections, results };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Median over the rounds. */
export function typical(rounds: readonly LoadResult[]): LoadResult {
  const of = (key: keyof LoadResult): number => median(rounds.map((round) => round[key]));
  return {
    requestsPerSecond: of('requestsPerSecond'),
    p50Seconds: of('p50Seconds'),
    p99Seconds: of('p99Seconds'),
    errors: rounds.reduce((sum, { errors }) => sum + errors, 0),
  };
}

/** Median over the rounds of what `of` makes of the two results of a round: pairs were measured one right after the other. */
export function inPairs(a: readonly LoadResult[], b: readonly LoadResult[], of: (a: LoadResult, b: LoadResult) => number): number {
  return median(a.map((result, round) => of(result, b[round]!)));
}
