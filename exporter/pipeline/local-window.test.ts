import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createLocalWindow } from './local-window.js';

const WINDOW = 100;
const SLOT = WINDOW / 10;

/** A sketch of one bin, counted as the watcher does: the window first. */
function counted(startSeconds = 0) {
  const sketch = { counts: new Float64Array(1) };
  const window = createLocalWindow([sketch], WINDOW, startSeconds);
  return {
    count(nowSeconds: number, times = 1) {
      window.tick(nowSeconds);
      sketch.counts[0]! += times;
    },
    read(nowSeconds: number): number {
      window.tick(nowSeconds);
      return window.countsOf(0)[0]!;
    },
  };
}

describe('createLocalWindow', () => {
  it('holds everything until it is full, and lets go of it by whole slots', () => {
    const { count, read } = counted();
    count(5, 3);
    count(15, 4);
    expect([read(15), read(99), read(100), read(109), read(110), read(1000)]).toEqual([7, 7, 4, 4, 0, 0]);
  });

  it('holds what comes after a long silence', () => {
    const { count, read } = counted();
    count(5);
    count(100_000, 2);
    expect([read(100_000), read(100_089), read(100_100)]).toEqual([2, 2, 0]);
  });

  it('holds what was counted while its clock went back', () => {
    const { count, read } = counted(1000);
    count(1050);
    count(1020);
    count(900);
    expect([read(1050), read(1149), read(1150)]).toEqual([3, 3, 0]);
  });

  it('agrees with a naive recount of its slots, and with its length within one of them', () => {
    const step = fc.record({
      pause: fc.oneof(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 300 })),
      times: fc.integer({ min: 0, max: 5 }),
      isRead: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), fc.array(step, { maxLength: 80 }), (start, steps) => {
        const { count, read } = counted(start);
        const events: { readonly at: number; readonly times: number }[] = [];
        const since = (from: number) => events.reduce((sum, { at, times }) => sum + (at >= from ? times : 0), 0);
        let now = start;
        for (const { pause, times, isRead } of steps) {
          now += pause;
          count(now, times);
          events.push({ at: now, times });
          if (!isRead) continue;
          const slot = Math.floor((now - start) / SLOT);
          const held = read(now);
          expect(held).toBe(since(start + (slot - 9) * SLOT));
          expect(held).toBeGreaterThanOrEqual(since(now - WINDOW + SLOT));
          expect(held).toBeLessThanOrEqual(since(now - WINDOW));
        }
      }),
      { seed: 20131101 },
    );
  });

  it('keeps the sketches apart', () => {
    const sketches = [{ counts: new Float64Array(2) }, { counts: new Float64Array(3) }];
    const window = createLocalWindow(sketches, WINDOW, 0);
    window.tick(0);
    sketches[0]!.counts[1]!++;
    sketches[1]!.counts[2]! += 2;
    window.tick(50);
    expect([[...window.countsOf(0)], [...window.countsOf(1)]]).toEqual([
      [0, 1],
      [0, 0, 2],
    ]);
  });
});
