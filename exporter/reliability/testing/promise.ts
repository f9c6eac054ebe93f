import { appendFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { median } from 'simple-statistics';

/** Whether the promises run at the length they are given at, by `npm run reliability`; else they take seconds. */
export const FULL = process.env['MODELWATCH_RELIABILITY'] !== undefined;

/** One thing looked at. */
export interface Finding {
  readonly id: string;
  readonly promise: string;
  readonly what: string;
  readonly bar: string;
  readonly found: string;
  readonly held: boolean;
}

/** What calls took one way and another, in turns, so that a busy machine is busy for both. */
export type Turns = readonly (readonly [before: readonly number[], after: readonly number[]])[];

/** What a promise tells of its run. */
export interface Findings {
  /** A count, which must be the bar's on any machine. */
  count(what: string, found: number, bar: number): void;
  /** A count that must reach the bar for the run to have shown anything, or stay below it. */
  bound(what: string, found: number, bar: { readonly min?: number; readonly max?: number; readonly unit?: string }): void;
  /** A time, judged in a full run alone: what a busy machine takes says nothing of a promise. */
  time(what: string, seconds: readonly number[], of: 'p99' | 'longest' | 'median', barSeconds: number): void;
  /** What one way adds to the 99th percentile of another, both taken in turns; judged in a full run alone. */
  added(what: string, turns: Turns, barSeconds: (beforeSeconds: number) => number): void;
}

/**
 * One promise as a test of its name. In a full run its findings, those of times as well, are written to the file that `MODELWATCH_RELIABILITY`
 * names; a promise that is not kept fails either way.
 */
export function promise(id: string, sentence: string, run: (findings: Findings) => Promise<void>): void {
  it(`${id}: ${sentence}`, async () => {
    const all: Finding[] = [];
    const add = (what: string, bar: string, found: string, held: boolean) => {
      all.push({ id, promise: sentence, what, bar, found, held });
    };
    const findings: Findings = {
      count(what, found, bar) {
        add(what, String(bar), String(found), found === bar);
      },
      bound(what, found, { min = -Infinity, max = Infinity, unit = '' }) {
        const bars = [min === -Infinity ? [] : [`at least ${text(min)}`], max === Infinity ? [] : [`at most ${text(max)}`]].flat();
        add(what, `${bars.join(', ')}${unit}`, `${text(found)}${unit}`, found >= min && found <= max);
      },
      time(what, seconds, of, barSeconds) {
        if (!FULL) return;
        const found = quantileOf(seconds, of);
        add(`${what}, ${of} of ${seconds.length}`, `${milliseconds(barSeconds)} ms`, `${milliseconds(found)} ms`, found <= barSeconds);
      },
      added(what, turns, barSeconds) {
        if (!FULL) return;
        const p99s = turns.map(([before, after]) => [quantileOf(before, 'p99'), quantileOf(after, 'p99')] as const);
        const beforeSeconds = median(p99s.map(([before]) => before));
        const found = median(p99s.map(([before, after]) => after - before));
        const bar = barSeconds(beforeSeconds);
        const way = `added to a p99 of ${milliseconds(beforeSeconds)} ms, median of ${turns.length} pairs`;
        add(`${what}, ${way}`, `${milliseconds(bar)} ms`, `${milliseconds(found)} ms`, found <= bar);
      },
    };
    let fault: unknown;
    await run(findings).catch((thrown: unknown) => {
      fault = thrown;
      // Its first line: what the table has room for.
      add('it ended by a fault', 'none', String(thrown).split('\n')[0]!, false);
    });
    if (FULL) for (const finding of all) appendFileSync(process.env['MODELWATCH_RELIABILITY']!, `${JSON.stringify(finding)}\n`);
    if (fault !== undefined) throw fault;
    expect(all.length).toBeGreaterThan(0);
    expect(all.filter(({ held }) => !held)).toEqual([]);
  }, 3_600_000);
}

const text = (value: number) => (Number.isInteger(value) ? String(value) : value.toPrecision(3));
const milliseconds = (seconds: number) => (seconds * 1000).toPrecision(3);

function quantileOf(values: readonly number[], of: 'p99' | 'longest' | 'median'): number {
  const sorted = [...values].sort((a, b) => a - b);
  if (of === 'median') return median(sorted);
  return of === 'longest' ? sorted.at(-1)! : sorted[Math.ceil(sorted.length * 0.99) - 1]!;
}
