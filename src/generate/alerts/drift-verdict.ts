import type { Reading } from '../../contracts/reading.js';

/**
 * Below it the critical value is too low: it takes expected counts of five and more a bin as given (Cochran, 1954), and a category that should
 * come up twice and does not adds as much to PSI as real drift.
 */
export const VALUES_PER_BIN_MIN = 10;

/** `drift`: PSI above the practical bar and above what chance explains. `quiet`: not so. */
export type DriftVerdict = 'drift' | 'quiet' | 'insufficient_data';

export interface DriftBars {
  readonly driftPsiMin: number;
  readonly driftCountMin: number;
}

export interface DriftCounts {
  readonly count: number;
  /** Undefined where the reference is a baseline, which was made of as many rows as were to be had. */
  readonly referenceCount?: number | undefined;
  readonly bins: number;
}

/** Values that a window needs. */
export const driftCountMin = (bins: number, bars: DriftBars): number => Math.max(bars.driftCountMin, VALUES_PER_BIN_MIN * bins);

/** What the alert of drift would say of one window. The alert itself wants it of two, and for a while. */
export function driftVerdict(psi: Reading, { count, referenceCount, bins }: DriftCounts, bars: DriftBars): DriftVerdict {
  const countMin = driftCountMin(bins, bars);
  const isEnough = count >= countMin && (referenceCount === undefined || referenceCount >= countMin);
  if (!isEnough || psi.kind === 'undetermined' || psi.criticalValue === undefined) return 'insufficient_data';
  return psi.value > bars.driftPsiMin && psi.value > psi.criticalValue ? 'drift' : 'quiet';
}
