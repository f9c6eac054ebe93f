import { seededRandom } from '@modelwatch/core';
import { FEATURES } from './rivals/session.js';

export const FEATURE_NAMES: readonly string[] = Array.from({ length: FEATURES }, (_, i) => `f${i}`);

/** Rows of normal numbers with four decimals, as a client's JSON would hold them. */
export function seededRows(count: number, seed: number): number[][] {
  const random = seededRandom(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Array.from({ length: count }, () => FEATURE_NAMES.map(() => Number(normal().toFixed(4))));
}
