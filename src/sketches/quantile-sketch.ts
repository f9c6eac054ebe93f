import type { Sketch } from '../contracts/sketch.js';
import { BINS_LEAST, binKeyAt, coarserKey, EXACT, LEVEL_MAX, relativeErrorAt, representativeAt } from './quantile-bins.js';
import { assertWeight, assertWeights } from './weight.js';

export interface QuantileSketchJSON {
  readonly binsMax: number;
  /** -1 while every distinct value is kept, else how often the bins have been made coarser. */
  readonly level: number;
  /** [key, weight], ascending: the value itself at level -1, the signed index of a bin at others. */
  readonly bins: readonly (readonly [key: number, weight: number])[];
  readonly min: number | null;
  readonly max: number | null;
  readonly missing: number;
}

/** A distribution as steps: ascending values, each with its weight. */
export interface Atoms {
  readonly values: Float64Array;
  readonly weights: Float64Array;
}

/** Distinct keys a sketch holds unless said otherwise. */
export const QUANTILE_BINS_MAX = 512;

/**
 * A quantile sketch that merges exactly. While there are at most `binsMax` distinct values it keeps them all, and what is computed from it is
 * exact. Beyond that it keeps bins whose width grows with the value, and joins all bins two by two until they fit.
 *
 * How coarse it is depends on the set of values alone, not on the order in which they came: a set needs at least as many bins as each of its
 * subsets, so the level is the least at which the whole set fits. That makes `merge` exactly associative and commutative, with the empty
 * sketch as identity, while weights are whole numbers below 2^53 (fractions add up to rounding).
 *
 * Error: an atom, and so a quantile, is within `relativeError` of the values it stands for: 0 while exact, then 0.1 %, about doubled by each
 * joining; 512 bins hold positive values over a factor of 2.8 at 0.1 %, of 10^7 at 1.6 %, of 10^14 at 3.2 %. Magnitudes below 2.2e-308
 * (subnormal) keep an absolute error of that size instead. `min` and `max` are exact.
 *
 * Use it for: quantiles, Wasserstein distance, new bins without the data. Not for: PSI over frozen bins, which `Frequencies` counts exactly.
 * Values that are not finite count as missing. Cost: one logarithm and one look-up an update; at most 512 pairs of numbers of memory.
 *
 * Source: Epicoco et al., "UDDSketch: accurate tracking of quantiles in data streams", 2020, section 3; Masson et al., "DDSketch", 2019. The
 * exact level below theirs is ours.
 */
export class QuantileSketch implements Sketch<number, QuantileSketch> {
  readonly binsMax: number;
  /** Sum of the weights of finite values. */
  count = 0;
  missing = 0;
  /** Least value, Infinity without values. */
  min = Infinity;
  /** Greatest value, -Infinity without values. */
  max = -Infinity;
  #level = EXACT;
  #bins = new Map<number, number>();

  constructor(binsMax: number = QUANTILE_BINS_MAX) {
    if (!Number.isInteger(binsMax) || binsMax < BINS_LEAST) {
      throw new RangeError(`a quantile sketch needs at least ${BINS_LEAST} bins, got ${binsMax}`);
    }
    this.binsMax = binsMax;
  }

  static fromJSON(json: QuantileSketchJSON): QuantileSketch {
    const sketch = new QuantileSketch(json.binsMax);
    assertState(json);
    sketch.#level = json.level;
    for (const [key, weight] of json.bins) sketch.#addKey(key, weight);
    sketch.min = json.min ?? Infinity;
    sketch.max = json.max ?? -Infinity;
    sketch.missing = json.missing;
    return sketch;
  }

  /** Greatest relative distance of an atom from the values it stands for; 0 while exact. */
  get relativeError(): number {
    return relativeErrorAt(this.#level);
  }

  update(value: number, weight = 1): void {
    assertWeight(weight);
    if (!Number.isFinite(value)) {
      this.missing += weight;
      return;
    }
    if (weight === 0) return;
    // -0 becomes 0: they are one value, and must leave one state.
    this.#widen(value + 0, value + 0);
    this.#addKey(binKeyAt(this.#level, value + 0), weight);
    this.#fit();
  }

  merge(other: QuantileSketch): void {
    if (this.binsMax !== other.binsMax) throw new RangeError(`quantile sketches need equal bins, got ${this.binsMax} and ${other.binsMax}`);
    this.missing += other.missing;
    this.#widen(other.min, other.max);
    if (this.#level < other.#level) this.#coarsenTo(other.#level);
    const level = other.#level;
    // A copy, because `other` may be this sketch itself.
    for (const [key, weight] of [...other.#bins]) this.#addKey(coarserKey(key, level, this.#level), weight);
    this.#fit();
  }

  clone(): QuantileSketch {
    return QuantileSketch.fromJSON(this.toJSON());
  }

  /** The distribution as steps, at most `binsMax` of them. */
  atoms(): Atoms {
    // Keys ascend as values do. No representative lies beyond what was seen.
    const bins = [...this.#bins].sort(([a], [b]) => a - b);
    const values = Float64Array.from(bins, ([key]) => Math.min(Math.max(representativeAt(this.#level, key), this.min), this.max));
    return { values, weights: Float64Array.from(bins, ([, weight]) => weight) };
  }

  /**
   * The least atom with at least a share `q` of the weight at or below it: `min` for 0, the value within `relativeError` otherwise, NaN
   * without values. Cost: a sort of the atoms; for many quantiles read `atoms()` once.
   */
  quantile(q: number): number {
    if (!(q >= 0 && q <= 1)) throw new RangeError(`a quantile needs a share of 0..1, got ${q}`);
    if (this.count === 0) return NaN;
    if (q === 0) return this.min;
    if (q === 1) return this.max;
    const { values, weights } = this.atoms();
    const target = q * this.count;
    let below = 0;
    for (let i = 0; i < values.length; i++) {
      below += weights[i]!;
      if (below >= target) return values[i]!;
    }
    return this.max;
  }

  toJSON(): QuantileSketchJSON {
    return {
      binsMax: this.binsMax,
      level: this.#level,
      bins: [...this.#bins].sort(([a], [b]) => a - b),
      min: this.count > 0 ? this.min : null,
      max: this.count > 0 ? this.max : null,
      missing: this.missing,
    };
  }

  #widen(min: number, max: number): void {
    this.min = Math.min(this.min, min);
    this.max = Math.max(this.max, max);
  }

  #addKey(key: number, weight: number): void {
    this.count += weight;
    this.#bins.set(key, (this.#bins.get(key) ?? 0) + weight);
  }

  #fit(): void {
    while (this.#bins.size > this.binsMax) this.#coarsenTo(this.#level + 1);
  }

  #coarsenTo(level: number): void {
    const [finer, from] = [this.#bins, this.#level];
    this.#bins = new Map();
    this.#level = level;
    this.count = 0;
    for (const [key, weight] of finer) this.#addKey(coarserKey(key, from, level), weight);
  }
}

function assertState({ binsMax, level, bins, min, max, missing }: QuantileSketchJSON): void {
  if (bins.length > binsMax || !Number.isInteger(level) || level < EXACT || level > LEVEL_MAX) {
    throw new RangeError(
      `a quantile sketch of ${binsMax} bins cannot hold ${bins.length} at level ${level}; levels go from ${EXACT} to ${LEVEL_MAX}`,
    );
  }
  if (!bins.every(([key]) => Number.isFinite(key)) || bins.length > 0 !== (Number.isFinite(min) && Number.isFinite(max))) {
    throw new RangeError('a quantile sketch needs finite keys, and a least and a greatest value where it has any');
  }
  assertWeights('quantile sketches', [...bins.map(([, weight]) => weight), missing]);
}
