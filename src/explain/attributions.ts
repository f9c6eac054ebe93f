import type { Sketch } from '../contracts/sketch.js';

export interface AttributionsJSON {
  readonly features: readonly string[];
  readonly count: number;
  readonly positive: readonly number[];
  readonly negative: readonly number[];
  readonly squared: readonly number[];
  readonly missing: number;
}

/** Beyond it the square of an attribution could not be summed. */
export const ATTRIBUTION_MAX = 1e150;

/**
 * Sums of attributions by feature, over the predictions that were explained: of positive ones, of negative ones without their sign, and of
 * squares. Each only grows, so that each can be a counter. Mean, mean |value| and variances are computed from them.
 *
 * A prediction is counted whole: with a value that is not finite, or beyond 1e150 in magnitude, it is missing for every feature.
 *
 * Merging adds, so it is commutative exactly, and associative to rounding. Variances come from sums of squares, as rules compute them from
 * counters: off by at most 1e-15 of the mean square for each update or merge.
 */
export class Attributions implements Sketch<ArrayLike<number>, Attributions> {
  /** Names of the features, in the order of the values. */
  readonly features: readonly string[];
  /** Predictions: for every feature the same. */
  count = 0;
  missing = 0;
  /** By feature the sum of attributions above 0, in the unit of the output; read-only for callers, as the other two. */
  readonly positive: Float64Array;
  /** By feature the sum of the magnitudes of attributions below 0. */
  readonly negative: Float64Array;
  readonly squared: Float64Array;

  constructor(features: readonly string[]) {
    const names = new Set<string>();
    for (const name of features) {
      if (names.has(name)) throw new RangeError(`attributions need each feature once, got ${name} twice`);
      names.add(name);
    }
    this.features = [...features];
    this.positive = new Float64Array(features.length);
    this.negative = new Float64Array(features.length);
    this.squared = new Float64Array(features.length);
  }

  static fromJSON({ features, count, positive, negative, squared, missing }: AttributionsJSON): Attributions {
    const attributions = new Attributions(features);
    for (const sums of [positive, negative, squared]) {
      if (sums.length !== features.length)
        throw new RangeError(`attributions of ${features.length} features need as many sums, got ${sums.length}`);
    }
    for (const sum of [count, missing, ...positive, ...negative, ...squared]) {
      if (!(typeof sum === 'number' && sum >= 0 && sum < Infinity)) {
        throw new RangeError(`attributions need sums that are finite and at least 0, got ${String(sum)}`);
      }
    }
    attributions.count = count;
    attributions.missing = missing;
    attributions.positive.set(positive);
    attributions.negative.set(negative);
    attributions.squared.set(squared);
    return attributions;
  }

  /** Mean attribution of a feature, with its sign; NaN without predictions, as the following. */
  mean(feature: number): number {
    return (this.positive[feature]! - this.negative[feature]!) / this.count;
  }

  /** Mean |value|: how much the feature matters. */
  meanAbsolute(feature: number): number {
    return (this.positive[feature]! + this.negative[feature]!) / this.count;
  }

  /** Mean squared deviation of the attribution from its mean. */
  variance(feature: number): number {
    return Math.max(0, this.squared[feature]! / this.count - this.mean(feature) ** 2);
  }

  /** Mean squared deviation of |value| from its mean. */
  varianceAbsolute(feature: number): number {
    return Math.max(0, this.squared[feature]! / this.count - this.meanAbsolute(feature) ** 2);
  }

  /** Counts the attributions of one prediction, in the order of the features. */
  update(values: ArrayLike<number>, weight = 1): void {
    const { length } = this.features;
    if (values.length !== length) throw new RangeError(`attributions of ${length} features need as many values, got ${values.length}`);
    if (!(weight >= 0 && weight < Infinity)) throw new RangeError(`a weight is finite and at least 0, got ${weight}`);
    for (let i = 0; i < length; i++) {
      if (Math.abs(values[i]!) <= ATTRIBUTION_MAX) continue;
      this.missing += weight;
      return;
    }
    this.count += weight;
    for (let i = 0; i < length; i++) {
      const value = values[i]!;
      if (value > 0) this.positive[i]! += weight * value;
      else this.negative[i]! += weight * -value;
      this.squared[i]! += weight * value * value;
    }
  }

  merge(other: Attributions): void {
    if (!sameFeatures(this, other)) throw new RangeError(`attributions need equal features, got ${listed(this)} and ${listed(other)}`);
    for (let i = 0; i < this.features.length; i++) {
      this.positive[i]! += other.positive[i]!;
      this.negative[i]! += other.negative[i]!;
      this.squared[i]! += other.squared[i]!;
    }
    this.count += other.count;
    this.missing += other.missing;
  }

  clone(): Attributions {
    return Attributions.fromJSON(this.toJSON());
  }

  toJSON(): AttributionsJSON {
    const { features, count, positive, negative, squared, missing } = this;
    return { features: [...features], count, positive: [...positive], negative: [...negative], squared: [...squared], missing };
  }
}

/** Attributions are compared, and added up, feature by feature. */
export function sameFeatures(a: Attributions, b: Attributions): boolean {
  return a.features.length === b.features.length && a.features.every((feature, i) => feature === b.features[i]);
}

/** The features, for a message: how many, and the first of them. */
export function listed({ features }: Attributions): string {
  return `${features.length} [${features.slice(0, 3).join(', ')}${features.length > 3 ? ', ...' : ''}]`;
}
