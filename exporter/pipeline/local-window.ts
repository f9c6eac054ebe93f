import type { Frequencies } from '@modelwatch/core';

/** Parts of the window that leave it one at a time. */
const SLOTS = 10;

/**
 * A trailing window over counts that only grow: a ring of their states at the beginning of each slot, so that counting itself costs nothing
 * more. The window holds between 9/10 and 10/10 of its length, as whole slots leave it, provided that `tick` comes before each counting.
 */
export interface LocalWindow {
  /** How far back it reaches. */
  readonly seconds: number;
  /** Remembers the present counts for each slot that has begun. Call it before counting and before reading; it is free in between. */
  tick(nowSeconds: number): void;
  /** Counts of sketch `i` within the window. */
  countsOf(i: number): Float64Array;
}

export function createLocalWindow(
  sketches: readonly Pick<Frequencies, 'counts'>[],
  windowSeconds: number,
  nowSeconds: number,
): LocalWindow {
  const slotSeconds = windowSeconds / SLOTS;
  const remember = () => sketches.map(({ counts }) => counts.slice());
  const ring: Float64Array[][] = [remember()];
  let slot = 0;
  return {
    seconds: windowSeconds,
    tick(now) {
      const current = Math.floor((now - nowSeconds) / slotSeconds);
      // Nothing was counted since the last tick, so the counts at the beginning of every slot since are the present ones.
      for (let begun = Math.max(slot, current - SLOTS); begun < current; begun++) ring.push(remember());
      while (ring.length > SLOTS) ring.shift();
      slot = Math.max(slot, current);
    },
    countsOf(i) {
      const before = ring[0]![i]!;
      return sketches[i]!.counts.map((count, bin) => count - before[bin]!);
    },
  };
}
