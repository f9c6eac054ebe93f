import type { Sketch } from '../contracts/sketch.js';
import { assertWeight, assertWeights } from './weight.js';

export interface MomentsJSON {
  readonly count: number;
  readonly mean: number | null;
  readonly m2: number;
  readonly min: number | null;
  readonly max: number | null;
}

/**
 * Count, mean, sum of squared deviations (`m2`), least and greatest value, by Welford's update and Chan's merge: no catastrophic
 * cancellation, so merging is associative and commutative to rounding (1e-9 of the greatest magnitude). Values that are not finite are left
 * out; `Frequencies` of the same feature counts them. Where `m2` would pass the greatest double it stays there, so that it is always a number.
 *
 * Source: Welford 1962; Chan, Golub, LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979, eq. 2.1.
 */
export class Moments implements Sketch<number, Moments> {
  count = 0;
  /** 0 without values. */
  mean = 0;
  m2 = 0;
  /** Infinity without values. */
  min = Infinity;
  /** -Infinity without values. */
  max = -Infinity;

  static fromJSON(json: MomentsJSON): Moments {
    assertWeights('moments', [json.count, json.m2]);
    if (json.count > 0 && !(Number.isFinite(json.mean) && Number.isFinite(json.min) && Number.isFinite(json.max))) {
      throw new RangeError(`moments of ${json.count} values need a mean, a least and a greatest value`);
    }
    const moments = new Moments();
    moments.count = json.count;
    moments.mean = json.mean ?? 0;
    moments.m2 = json.m2;
    moments.min = json.min ?? Infinity;
    moments.max = json.max ?? -Infinity;
    return moments;
  }

  /** Mean squared deviation, m2 / count; NaN without values. */
  get populationVariance(): number {
    return this.count === 0 ? NaN : this.m2 / this.count;
  }

  /** Root of the population variance, in the unit of the values; NaN without values. */
  get populationStandardDeviation(): number {
    return Math.sqrt(this.populationVariance);
  }

  update(value: number, weight = 1): void {
    assertWeight(weight);
    if (Number.isFinite(value) && weight > 0) this.#add(weight, value, 0, value, value);
  }

  merge(other: Moments): void {
    if (other.count > 0) this.#add(other.count, other.mean, other.m2, other.min, other.max);
  }

  clone(): Moments {
    return Moments.fromJSON(this.toJSON());
  }

  toJSON(): MomentsJSON {
    const some = this.count > 0;
    return { count: this.count, mean: some ? this.mean : null, m2: this.m2, min: some ? this.min : null, max: some ? this.max : null };
  }

  #add(count: number, mean: number, m2: number, min: number, max: number): void {
    const total = this.count + count;
    const share = count / total;
    const apart = mean - this.mean;
    // The distance of two doubles of opposite sign may overflow where their mean does not.
    this.mean = Number.isFinite(apart) ? this.mean + apart * share : this.mean * (this.count / total) + mean * share;
    this.m2 = Math.min(Number.MAX_VALUE, this.m2 + m2 + apart * apart * this.count * share);
    // Adding 0 makes -0 a plain 0: they are one value, and must leave one state.
    if (this.count === 0) [this.mean, this.m2] = [mean + 0, m2];
    this.count = total;
    this.min = Math.min(this.min, min) + 0;
    this.max = Math.max(this.max, max) + 0;
  }
}
