import { expect, it } from '@jest/globals';
import { createProgress } from './progress.js';
import { reportProgress } from './report-progress.js';
import type { Timer } from './timer.js';

async function linesOf(terminal: { readonly isTTY?: boolean; readonly columns?: number }) {
  const stop = new AbortController();
  const progress = createProgress();
  const waits: number[] = [];
  let now = 0;
  const timer: Timer = {
    monotonicSeconds: () => now,
    wait: async (seconds) => {
      waits.push(seconds);
      now += seconds;
      progress.rows += 50;
      if (waits.length === 3) stop.abort();
    },
  };
  const written: string[] = [];
  await reportProgress(progress, { ...terminal, write: (text: string) => written.push(text) }, timer, stop.signal);
  return { waits, written };
}

it('writes a line every ten seconds into a log, with the rate since the last', async () => {
  const { waits, written } = await linesOf({});
  expect(waits).toEqual([10, 10, 10]);
  expect(written).toEqual([
    'no row yet  50 rows  5 rows/s  0 ground truth  0 errors\n',
    'no row yet  100 rows  5 rows/s  0 ground truth  0 errors\n',
  ]);
});

it('writes each second over the last line on a terminal, and leaves it on a line of its own', async () => {
  const { waits, written } = await linesOf({ isTTY: true, columns: 30 });
  expect(waits).toEqual([1, 1, 1]);
  expect(written).toEqual(['\rno row yet  50 rows  50 rows/\u001b[K', '\rno row yet  100 rows  50 rows\u001b[K', '\n']);
});
