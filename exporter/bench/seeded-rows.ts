import { FEATURES } from './rivals/session.js';

/** Mulberry32: small, good enough for rows, and the same on every machine. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export const FEATURE_NAMES: readonly string[] = Array.from({ length: FEATURES }, (_, i) => `f${i}`);

/** Rows of normal numbers with four decimals, as a client's JSON would hold them. */
export function seededRows(count: number, seed: number): number[][] {
  const random = seededRandom(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Array.from({ length: count }, () => FEATURE_NAMES.map(() => Number(normal().toFixed(4))));
}
