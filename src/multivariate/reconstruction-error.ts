import type { Reading, Scale } from '../contracts/reading.js';
import { normalQuantile } from '../math/index.js';
import type { ReconstructionErrors } from './reconstruction-errors.js';

const INSUFFICIENT_DATA = { kind: 'undetermined', reason: 'insufficient_data' } as const;

/**
 * Mean reconstruction error of the current rows: how far they lie from the directions in which the reference varies most.
 *
 * Use it for: features that no longer go together as they did, though each by itself looks as before. Not for: drift along those directions, which
 * rebuilds as well as before; nor for which features it is.
 * In standard deviations of the reference. Range 0 upwards; what matters is the distance from the reference's own mean error.
 * With a significance the critical value is mean + z sqrt(variance (1/n + 1/m)) of the reference's errors, which are to be `heldOutErrors`: with the
 * errors of rows that the components were made of, half of all windows of 5,000 rows of 16 features pass it. With held-out ones the chance at 0.05 is
 * 0.04 to 0.1 in simulation. Undetermined below 100 rows in either. Cost: constant.
 * Source: Jolliffe, "Principal component analysis", 2nd edition, 2002, section 10.1 (the distance is the root of its statistic d1).
 */
export const reconstructionError = {
  name: 'reconstruction-error',
  scale: { unit: 'standard_deviations', min: 0, max: Infinity, worse: 'higher' } satisfies Scale as Scale,
  countMin: 100,
  source: 'Jolliffe, "Principal component analysis", 2nd edition, 2002, section 10.1',
  measure({
    current,
    reference,
    significance,
  }: {
    readonly current: ReconstructionErrors;
    readonly reference: ReconstructionErrors;
    readonly significance?: number | undefined;
  }): Reading {
    const { countMin } = reconstructionError;
    if (current.count < countMin || reference.count < countMin) return INSUFFICIENT_DATA;
    const value = current.mean;
    if (significance === undefined) return { kind: 'measured', value };
    if (!(significance > 0 && significance <= 0.5)) {
      throw new RangeError(`reconstruction-error needs a significance above 0 and at most 0.5, got ${significance}`);
    }
    const standardError = Math.sqrt(reference.variance * (1 / current.count + 1 / reference.count));
    return { kind: 'measured', value, criticalValue: reference.mean + normalQuantile(1 - significance) * standardError };
  },
};

/** What the mean error of a chunk of rows stays within, as the reference went. */
export interface ReconstructionBand {
  /** Mean of the chunks' mean errors. */
  readonly mean: number;
  readonly lower: number;
  readonly upper: number;
  /** The band is one for means of so many rows; those of fewer rows spread wider. */
  readonly chunkRows: number;
  readonly chunks: number;
}

/** Fewest chunks of which a standard deviation is taken. */
export const RECONSTRUCTION_CHUNKS_MIN = 10;

/**
 * The band of the reference, of its held-out errors: mean +- `deviations` population standard deviations of the mean errors of its chunks, rows in the order in which they
 * came, an incomplete last chunk left out. Not below 0.
 *
 * Unlike the critical value it holds what the reference varied by itself, from week to week, beside chance. `insufficient_data` below 10 chunks.
 */
export function reconstructionBand(
  errors: ArrayLike<number>,
  { chunkRows, deviations = 3 }: { readonly chunkRows: number; readonly deviations?: number },
): ({ readonly kind: 'measured' } & ReconstructionBand) | typeof INSUFFICIENT_DATA {
  if (!(Number.isInteger(chunkRows) && chunkRows >= 1)) throw new RangeError(`a band needs chunks of at least one row, got ${chunkRows}`);
  const known = Float64Array.from(errors).filter((error) => !Number.isNaN(error));
  const chunks = Math.floor(known.length / chunkRows);
  if (chunks < RECONSTRUCTION_CHUNKS_MIN) return INSUFFICIENT_DATA;
  const means = Float64Array.from({ length: chunks }, (_, i) => meanOf(known.subarray(i * chunkRows, (i + 1) * chunkRows)));
  const mean = meanOf(means);
  const deviation = Math.sqrt(meanOf(means.map((value) => (value - mean) ** 2)));
  return {
    kind: 'measured',
    mean,
    lower: Math.max(0, mean - deviations * deviation),
    upper: mean + deviations * deviation,
    chunkRows,
    chunks,
  };
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
