import type { Sketch } from '../contracts/sketch.js';

export interface ReconstructionErrorsJSON {
  readonly count: number;
  readonly sum: number;
  readonly squared: number;
  readonly missing: number;
}

/** Beyond it the square of an error could not be summed. */
const ERROR_MAX = 1e150;

/**
 * Reconstruction errors of rows, summed: count, sum and sum of squares, each of which only grows, so that each can be a counter. An error that is
 * NaN, negative or beyond 1e150 counts as missing.
 *
 * Merging adds, so it is commutative exactly, and associative to rounding.
 */
export class ReconstructionErrors implements Sketch<number, ReconstructionErrors> {
  count = 0;
  /** In standard deviations of the reference. */
  sum = 0;
  squared = 0;
  missing = 0;

  static of(errors: Iterable<number>): ReconstructionErrors {
    const sketch = new ReconstructionErrors();
    for (const error of errors) sketch.update(error);
    return sketch;
  }

  static fromJSON({ count, sum, squared, missing }: ReconstructionErrorsJSON): ReconstructionErrors {
    const sums = { count, sum, squared, missing };
    const wrong = Object.values(sums).find((value) => !(value >= 0 && value < Infinity));
    if (wrong !== undefined) throw new RangeError(`reconstruction errors need sums that are finite and at least 0, got ${String(wrong)}`);
    return Object.assign(new ReconstructionErrors(), sums);
  }

  /** NaN without rows. */
  get mean(): number {
    return this.sum / this.count;
  }

  /** Population variance; NaN without rows. */
  get variance(): number {
    return Math.max(0, this.squared / this.count - this.mean ** 2);
  }

  update(error: number, weight = 1): void {
    if (!(weight >= 0 && weight < Infinity)) throw new RangeError(`a weight is finite and at least 0, got ${weight}`);
    if (!(error >= 0 && error <= ERROR_MAX)) {
      this.missing += weight;
      return;
    }
    this.count += weight;
    this.sum += weight * error;
    this.squared += weight * error * error;
  }

  merge(other: ReconstructionErrors): void {
    this.count += other.count;
    this.sum += other.sum;
    this.squared += other.squared;
    this.missing += other.missing;
  }

  clone(): ReconstructionErrors {
    return ReconstructionErrors.fromJSON(this);
  }

  toJSON(): ReconstructionErrorsJSON {
    const { count, sum, squared, missing } = this;
    return { count, sum, squared, missing };
  }
}
