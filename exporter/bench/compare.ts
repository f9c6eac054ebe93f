import type { Load, LoadResult } from './load.js';
import { cpuSecondsOf } from './process-family.js';

export interface Contestant {
  readonly name: string;
  /** With the path. */
  readonly url: string;
  /** The server's process: its CPU time is measured, with that of its children. */
  readonly processId?: number;
  /** Called after each of its runs: returns once it is at rest. */
  readonly rest?: () => Promise<void>;
}

export interface Lengths {
  readonly rounds: number;
  readonly seconds: number;
}

export interface Round extends LoadResult {
  /** CPU time of the server and its children; undefined where it cannot be told. Moves less than speed does on a busy machine. */
  readonly cpuSecondsPerRequest: number | undefined;
}

export interface Comparison {
  readonly connections: number;
  /** By contestant, in the order given: a result a round. */
  readonly results: readonly { readonly name: string; readonly rounds: readonly Round[] }[];
}

/** Before it, code that a server has not compiled yet is what is measured. */
const WARM_UP_SECONDS = 3;

/**
 * Loads one contestant after the other, round after round, every other round in reverse: what changes over time, on this machine or in a
 * server, meets all alike. Nobody is loaded while another is.
 */
export async function compare(load: Load, contestants: readonly Contestant[], connections: number, lengths: Lengths): Promise<Comparison> {
  const results = contestants.map(({ name }) => ({ name, rounds: [] as Round[] }));
  const order = contestants.map((contestant, i) => ({ contestant, result: results[i]! }));
  for (const { contestant } of order) {
    await load({ url: contestant.url, connections, seconds: Math.min(WARM_UP_SECONDS, lengths.seconds) });
    await contestant.rest?.();
  }
  for (let round = 0; round < lengths.rounds; round++) {
    for (const { contestant, result } of round % 2 === 0 ? order : order.toReversed()) {
      result.rounds.push(await measure(load, contestant, connections, lengths.seconds));
    }
  }
  return { connections, results };
}

async function measure(load: Load, { url, processId, rest }: Contestant, connections: number, seconds: number): Promise<Round> {
  const cpuSeconds = async () => (processId === undefined ? undefined : cpuSecondsOf(processId));
  const before = await cpuSeconds();
  const result = await load({ url, connections, seconds });
  // What is put off until later belongs to the request as well.
  await rest?.();
  const after = await cpuSeconds();
  const cpuSecondsPerRequest =
    before === undefined || after === undefined ? undefined : (after - before) / (result.requestsPerSecond * seconds);
  return { ...result, cpuSecondsPerRequest };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Median over the rounds. */
export function typical(rounds: readonly Round[]): Round {
  const of = (key: keyof LoadResult): number => median(rounds.map((round) => round[key]));
  const cpu = rounds.flatMap(({ cpuSecondsPerRequest }) => cpuSecondsPerRequest ?? []);
  return {
    requestsPerSecond: of('requestsPerSecond'),
    p50Seconds: of('p50Seconds'),
    p99Seconds: of('p99Seconds'),
    errors: rounds.reduce((sum, { errors }) => sum + errors, 0),
    cpuSecondsPerRequest: cpu.length === rounds.length ? median(cpu) : undefined,
  };
}

/** Median over the rounds of what `of` makes of the two results of a round: pairs were measured one right after the other. */
export function inPairs(a: readonly LoadResult[], b: readonly LoadResult[], of: (a: LoadResult, b: LoadResult) => number): number {
  return median(a.map((result, round) => of(result, b[round]!)));
}
