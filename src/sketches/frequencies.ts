import { binCount, createCategoryIndex, numericBinIndex, sameBins } from '../binning/index.js';
import type { Binning } from '../contracts/binning.js';
import type { FeatureColumn } from '../contracts/prediction.js';
import type { Sketch } from '../contracts/sketch.js';
import { assertWeight, assertWeights } from './weight.js';

/** A value as it comes: a number for a numeric feature, text for a categorical one; NaN, null and '' are missing. */
export type FeatureValue = number | string | null;

export interface FrequenciesJSON {
  readonly binning: Binning;
  readonly counts: readonly number[];
  readonly missing: number;
  readonly outOfRange: number;
}

/**
 * Counts by bin: what PSI and its kin read. Merging adds counts, so it is exactly associative and commutative while counts are whole numbers
 * below 2^53.
 *
 * Numbers: NaN is missing; infinities fall into the tails and count as out of range. A number given to a categorical feature counts as its
 * decimal text, text given to a numeric feature as missing.
 *
 * Cost: a numeric value a binary search over the edges, a categorical one a look-up.
 */
export class Frequencies implements Sketch<FeatureValue | undefined, Frequencies> {
  readonly binning: Binning;
  /** Counts by bin; read-only for callers. */
  readonly counts: Float64Array;
  missing = 0;
  /** Numeric: values below the least or above the greatest of the reference, counted in the tail bins besides. */
  outOfRange = 0;
  readonly #edges: Float64Array;
  readonly #categoryBin: (category: string) => number;

  constructor(binning: Binning) {
    this.binning = binning;
    this.counts = new Float64Array(binCount(binning));
    this.#edges = Float64Array.from(binning.kind === 'numeric' ? binning.edges : []);
    this.#categoryBin = binning.kind === 'categorical' ? createCategoryIndex(binning) : () => 0;
  }

  /** A sketch of counts that are known already, such as those of a baseline. */
  static fromCounts(binning: Binning, counts: ArrayLike<number>, missing = 0): Frequencies {
    const frequencies = new Frequencies(binning);
    if (counts.length !== frequencies.counts.length) {
      throw new RangeError(`frequencies need a count for each of ${frequencies.counts.length} bins, got ${counts.length}`);
    }
    assertWeights('frequencies', [...Array.from(counts), missing]);
    frequencies.counts.set(counts);
    frequencies.missing = missing;
    return frequencies;
  }

  static fromJSON(json: FrequenciesJSON): Frequencies {
    const frequencies = Frequencies.fromCounts(json.binning, json.counts, json.missing);
    assertWeights('frequencies', [json.outOfRange]);
    frequencies.outOfRange = json.outOfRange;
    return frequencies;
  }

  get count(): number {
    let count = 0;
    for (let bin = 0; bin < this.counts.length; bin++) count += this.counts[bin]!;
    return count;
  }

  /** Categorical: values that the reference does not know. */
  get unseen(): number {
    return this.binning.kind === 'categorical' ? this.counts[this.counts.length - 1]! : 0;
  }

  update(value: FeatureValue | undefined, weight = 1): void {
    assertWeight(weight);
    const { binning } = this;
    if (binning.kind === 'categorical') {
      if (isMissingCategory(value)) this.missing += weight;
      else this.counts[this.#categoryBin(String(value))]! += weight;
    } else if (typeof value !== 'number' || Number.isNaN(value)) this.missing += weight;
    else {
      this.counts[numericBinIndex(this.#edges, value)]! += weight;
      if (value < binning.min || value > binning.max) this.outOfRange += weight;
    }
  }

  /** Counts the first `rows` values of a column; a column that is not there, or ends early, counts as missing. The hot path. */
  updateColumn(column: FeatureColumn | undefined, rows: number): void {
    if (column === undefined) this.missing += rows;
    else if (this.binning.kind === 'numeric') this.#updateNumbers(column, rows, this.binning.min, this.binning.max);
    else this.#updateCategories(column, rows);
  }

  #updateNumbers(column: FeatureColumn, rows: number, min: number, max: number): void {
    const edges = this.#edges;
    const counts = this.counts;
    let missing = 0;
    let outOfRange = 0;
    for (let row = 0; row < rows; row++) {
      const x = column[row];
      if (typeof x !== 'number' || x !== x) missing++;
      else {
        counts[numericBinIndex(edges, x)]!++;
        if (x < min || x > max) outOfRange++;
      }
    }
    this.missing += missing;
    this.outOfRange += outOfRange;
  }

  #updateCategories(column: FeatureColumn, rows: number): void {
    const counts = this.counts;
    const categoryBin = this.#categoryBin;
    for (let row = 0; row < rows; row++) {
      const value = column[row];
      if (isMissingCategory(value)) this.missing++;
      else counts[categoryBin(typeof value === 'string' ? value : String(value))]!++;
    }
  }

  merge(other: Frequencies): void {
    assertEqualShape(this.binning, other.binning);
    for (let bin = 0; bin < this.counts.length; bin++) this.counts[bin]! += other.counts[bin]!;
    this.missing += other.missing;
    this.outOfRange += other.outOfRange;
  }

  clone(): Frequencies {
    const copy = new Frequencies(this.binning);
    copy.counts.set(this.counts);
    copy.missing = this.missing;
    copy.outOfRange = this.outOfRange;
    return copy;
  }

  /** Share of each bin in the values that are not missing; all 0 when there are none. */
  shares(): Float64Array {
    const { count } = this;
    return count === 0 ? new Float64Array(this.counts.length) : this.counts.map((inBin) => inBin / count);
  }

  /** Count in each bin and all bins below it. */
  cumulative(): Float64Array {
    let sum = 0;
    return this.counts.map((inBin) => (sum += inBin));
  }

  toJSON(): FrequenciesJSON {
    return { binning: this.binning, counts: [...this.counts], missing: this.missing, outOfRange: this.outOfRange };
  }
}

function isMissingCategory(value: FeatureValue | undefined): boolean {
  return value === null || value === undefined || value === '' || value !== value;
}

function assertEqualShape(a: Binning, b: Binning): void {
  const [binsA, binsB] = [binCount(a), binCount(b)];
  if (binsA !== binsB) throw new RangeError(`frequencies need equal bins, got ${binsA} and ${binsB}`);
  if (!sameBins(a, b)) throw new RangeError(`frequencies need equal bins, got ${describe(a)} and ${describe(b)}`);
  // What is out of range depends on it, so the sums would mean nothing.
  if (a.kind === 'numeric' && b.kind === 'numeric' && (a.min !== b.min || a.max !== b.max)) {
    throw new RangeError(`frequencies need equal ranges, got ${a.min}..${a.max} and ${b.min}..${b.max}`);
  }
}

/** What tells two binnings of equally many bins apart: `10 numeric [3.5 ... 7]`. */
function describe(binning: Binning): string {
  const bins: readonly (number | string)[] = binning.kind === 'numeric' ? binning.edges : binning.categories;
  return `${binCount(binning)} ${binning.kind} [${bins.length > 2 ? `${bins[0]!} ... ${bins.at(-1)!}` : bins.join(', ')}]`;
}
