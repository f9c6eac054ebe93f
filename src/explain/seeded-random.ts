/**
 * A generator of numbers from 0 on and below 1, by mulberry32: the same for the same seed on every machine, so that an explanation made again
 * walks the same orders. `seed` is a whole number; seeds that differ by a multiple of 2^32 are one.
 *
 * Use it for: drawing samples. Not for: secrets; more than 2^32 numbers.
 * Source: Ettinger, "mulberry32", 2017.
 */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
