import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ColumnCut } from '../open-inference/messages.js';
import type { Job, Travel } from './job.js';
import { createJobQueue } from './job-queue.js';

const job = (rows: number, width: number, travel: Travel = 'together', startSeconds = 0): Job => ({
  inputs: [{ name: 'x', datatype: 'FP32', shape: [rows, width], data: new Float32Array(rows * width) }],
  outputs: undefined,
  rows,
  startSeconds,
  done: () => undefined,
  travel,
  settled: false,
  shared: undefined,
});

describe('job queue', () => {
  it('lets only those share whose shapes agree but for the rows, up to so many rows', () => {
    const queue = createJobQueue();
    const jobs = [job(1, 3), job(2, 3), job(2, 3), job(1, 4), job(1, 4, 'single'), job(1, 4)];
    for (const one of jobs) queue.push(one);
    expect(queue.takeShared(3, Infinity)).toEqual(jobs.slice(0, 2));
    expect(queue.takeShared(3, Infinity)).toEqual([jobs[2]]);
    expect(queue.takeShared(3, Infinity)).toEqual([jobs[3]]);
    expect(queue.takeShared(3, Infinity)).toEqual([jobs[4]]);
    expect(queue.takeShared(3, Infinity)).toEqual([jobs[5]]);
    expect(queue.takeShared(3, Infinity)).toEqual([]);
  });

  it('lets only those share that want the same column of the outputs, or all of them', () => {
    const queue = createJobQueue();
    const cuts: readonly (ColumnCut | undefined)[] = [
      { rows: 1, column: 0 },
      { rows: 1, column: 0 },
      { rows: 1, column: 1 },
      { rows: 1, column: undefined },
      undefined,
      undefined,
      { rows: 1, column: undefined },
    ];
    for (const cut of cuts) queue.push({ ...job(1, 3), cut });
    const taken = Array.from({ length: 5 }, () => queue.takeShared(9, Infinity).map(({ cut }) => cut));
    expect(taken).toEqual([cuts.slice(0, 2), [cuts[2]], [cuts[3]], cuts.slice(4, 6), [cuts[6]]]);
  });

  it('takes a request with more rows than a call should have, alone', () => {
    const queue = createJobQueue();
    for (const one of [job(9, 1), job(1, 1)]) queue.push(one);
    expect(queue.takeShared(3, Infinity).map(({ rows }) => rows)).toEqual([9]);
  });

  it('puts back before all others, in order, without those that were answered meanwhile', () => {
    const queue = createJobQueue();
    const [a, b, c] = [job(1, 1), job(1, 1), job(1, 1)];
    queue.push(c);
    b.settled = true;
    queue.putBack([a, b]);
    expect(queue.takeShared(9, Infinity)).toEqual([a, c]);
  });

  it('loses and doubles nothing, keeps the order, and counts what it holds', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('push' as const), travel: fc.constantFrom<Travel>('together', 'single', 'probation') }),
      fc.record({ kind: fc.constant('take' as const), rowsMax: fc.integer({ min: 1, max: 2000 }), putBack: fc.boolean() }),
      fc.record({ kind: fc.constant('takeProbation' as const) }),
      fc.record({ kind: fc.constant('expire' as const), age: fc.integer({ min: 0, max: 5 }) }),
      fc.record({ kind: fc.constant('burst' as const), count: fc.constant(1500) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const queue = createJobQueue();
        const held = new Set<Job>();
        let now = 0;
        const push = (travel: Travel) => {
          const one = job(1, 1, travel, now++);
          held.add(one);
          queue.push(one);
        };
        const left = (jobs: readonly Job[]) => expect(jobs.filter((one) => !held.delete(one))).toEqual([]);
        for (const one of steps) {
          if (one.kind === 'push') push(one.travel);
          else if (one.kind === 'burst') for (let i = 0; i < one.count; i++) push('together');
          else if (one.kind === 'expire') left(queue.takeBefore(now - one.age));
          else if (one.kind === 'takeProbation') left([queue.takeProbation()].flatMap((suspect) => suspect ?? []));
          else {
            const taken = queue.takeShared(one.rowsMax, Infinity);
            expect(taken.some((later, i) => i > 0 && later.startSeconds <= taken[i - 1]!.startSeconds)).toBe(false);
            if (one.putBack) queue.putBack(taken);
            else left(taken);
          }
          expect(queue.length).toBe(held.size);
          const rows = [...held].filter(({ travel }) => travel !== 'probation').length;
          expect([queue.holdsRows(rows), queue.holdsRows(rows + 1)]).toEqual([true, false]);
        }
        left(queue.takeAll());
        expect(held.size).toBe(0);
      }),
      { numRuns: 40, seed: 5 },
    );
  });
});
