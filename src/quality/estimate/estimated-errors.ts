import type { Sketch } from '../../contracts/sketch.js';
import { ERROR_MAX } from '../../sketches/index.js';

/** What an error model says of one prediction; undefined for an error that it does not estimate. */
export interface EstimatedError {
  readonly absolute: number | undefined;
  readonly squared: number | undefined;
}

export interface EstimatedErrorsJSON {
  readonly count: number;
  readonly absolute: number;
  readonly squared: number;
  readonly clamped: number;
  readonly missing: number;
}

/** Beyond it squared errors could not be summed. */
const SQUARED_MAX = ERROR_MAX ** 2;

/**
 * Sums of the errors that predictions of a regression are expected to have, as an error model estimates them: each only grows, so that each can be
 * a counter. Direct loss estimation reads them.
 *
 * An error below 0 counts as 0, as NannyML has it, and its prediction among `clamped`. A prediction of which an estimated error is NaN, or beyond
 * 1e150 (squared 1e300), counts as missing and in no sum.
 *
 * Merging adds, so it is commutative exactly, and associative to rounding.
 */
export class EstimatedErrors implements Sketch<EstimatedError, EstimatedErrors> {
  count = 0;
  /** Sum of absolute errors, in the unit of the prediction; 0 where none are estimated. */
  absolute = 0;
  /** Sum of squared errors; 0 where none are estimated. */
  squared = 0;
  /** Counted predictions of which an error was below 0. */
  clamped = 0;
  missing = 0;

  static fromJSON({ count, absolute, squared, clamped, missing }: EstimatedErrorsJSON): EstimatedErrors {
    const sums = { count, absolute, squared, clamped, missing };
    const wrong = Object.values(sums).find((sum) => !(sum >= 0 && sum < Infinity));
    if (wrong !== undefined) throw new RangeError(`estimated errors need counts that are finite and at least 0, got ${wrong}`);
    return Object.assign(new EstimatedErrors(), sums);
  }

  update({ absolute, squared }: EstimatedError, weight = 1): void {
    if (!(weight >= 0 && weight < Infinity)) throw new RangeError(`a weight is finite and at least 0, got ${weight}`);
    const [ofAbsolute, ofSquared] = [absolute ?? 0, squared ?? 0];
    const isCounted = Math.abs(ofAbsolute) <= ERROR_MAX && Math.abs(ofSquared) <= SQUARED_MAX;
    if (!isCounted || (absolute === undefined && squared === undefined)) {
      this.missing += weight;
      return;
    }
    this.count += weight;
    this.absolute += weight * Math.max(ofAbsolute, 0);
    this.squared += weight * Math.max(ofSquared, 0);
    if (ofAbsolute < 0 || ofSquared < 0) this.clamped += weight;
  }

  merge(other: EstimatedErrors): void {
    this.count += other.count;
    this.absolute += other.absolute;
    this.squared += other.squared;
    this.clamped += other.clamped;
    this.missing += other.missing;
  }

  clone(): EstimatedErrors {
    return EstimatedErrors.fromJSON(this);
  }

  toJSON(): EstimatedErrorsJSON {
    const { count, absolute, squared, clamped, missing } = this;
    return { count, absolute, squared, clamped, missing };
  }
}
