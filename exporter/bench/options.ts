import { parseArgs } from 'node:util';
import type { Lengths } from './compare.js';
import type { MemoryOptions } from './memory-case.js';

export const CASES = ['serving', 'watching', 'proxy', 'scrape', 'memory'] as const;
export type Case = (typeof CASES)[number];

export interface BenchOptions {
  readonly cases: readonly Case[];
  readonly serving: Lengths & { readonly connections: readonly number[] };
  readonly watching: Lengths & { readonly connections: readonly number[] };
  readonly proxy: Lengths & { readonly connections: readonly number[] };
  readonly memory: MemoryOptions;
  /** The page is written there too. */
  readonly write: string | undefined;
  /** Stands on the page. */
  readonly date: string | undefined;
}

export const USAGE = `npm run bench -- [options]
  --quick               shorter runs: shows that it works, not how fast
  --only CASE[,CASE]    of ${CASES.join(', ')}
  --rounds N            rounds of each comparison (5)
  --seconds N           seconds of each run (4)
  --haste N             how many times faster than the example the memory case sends the flights (10; 1 takes an hour)
  --write FILE          write the page there too
  --date DATE           stands on the page
MLServer takes part where MODELWATCH_BENCH_MLSERVER names a virtual environment with exporter/bench/rivals/mlserver/requirements.txt.
`;

/** Throws a sentence where an option is wrong. */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      haste: { type: 'string' },
      write: { type: 'string' },
      date: { type: 'string' },
    },
  });
  const { quick } = values;
  const lengths = { rounds: wholeNumber(values.rounds, quick ? 2 : 5, 100), seconds: wholeNumber(values.seconds, quick ? 1 : 4, 60) };
  return {
    cases: casesOf(values.only),
    serving: { ...lengths, connections: [1, 16, 64] },
    watching: { ...lengths, connections: [16, 64] },
    proxy: { ...lengths, connections: [1, 16] },
    memory: quick
      ? { minutes: [1, 5], haste: wholeNumber(values.haste, 30, 1000), restSeconds: 2 }
      : { minutes: [1, 10, 60], haste: wholeNumber(values.haste, 10, 1000), restSeconds: 40 },
    write: values.write,
    date: values.date,
  };
}

function casesOf(only: string | undefined): readonly Case[] {
  if (only === undefined) return CASES;
  const names = only.split(',');
  const unknown = names.find((name) => !CASES.some((known) => known === name));
  if (unknown !== undefined) throw new Error(`--only ${unknown}: the cases are ${CASES.join(', ')}`);
  return CASES.filter((name) => names.includes(name));
}

function wholeNumber(text: string | undefined, fallback: number, maximum: number): number {
  if (text === undefined) return fallback;
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > maximum) throw new Error(`${text} is no whole number from 1 to ${maximum}`);
  return number;
}
