import type { Frequencies } from '@modelwatch/core';

/** Parts of the window that leave it one at a time. */
const SLOTS = 10;

/**
 * A trailing window over counts that only grow: a ring of their earlier states, so that counting itself costs nothing more. The window
 * holds between 9/10 and 10/10 of its length, as whole slots leave it.
 */
export interface LocalWindow {
  /** Remembers the present counts when a slot has passed. Call it often; it is free in between. */
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
  let slotEndSeconds = nowSeconds + slotSeconds;
  return {
    tick(now) {
      if (now < slotEndSeconds) return;
      // After a long pause every slot holds the present: the window is empty, as it should be.
      const passed = Math.min(SLOTS, 1 + Math.floor((now - slotEndSeconds) / slotSeconds));
      for (let i = 0; i < passed; i++) ring.push(remember());
      while (ring.length > SLOTS) ring.shift();
      slotEndSeconds = now + slotSeconds;
    },
    countsOf(i) {
      const before = ring[0]![i]!;
      return sketches[i]!.counts.map((count, bin) => count - before[bin]!);
    },
  };
}
