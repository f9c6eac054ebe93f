import { numericBinIndex } from '../binning/index.js';
import { addTo, assertSums, fillFrom } from './sums.js';

export interface DifferenceSumsJSON {
  readonly bins: readonly number[];
  readonly over: number;
  readonly under: number;
  readonly squared: number;
}

/**
 * Signed differences, challenger less champion: counts by bin over fixed edges, and sums. Each number only grows, so that each can be a
 * counter: the sum of a Prometheus histogram with negative values could fall, so the sum is kept in two parts, `over` and `under`.
 *
 * Bin i holds edges[i-1] < difference <= edges[i], as `le` of Prometheus has it. Merging adds: exactly for counts, to rounding for sums.
 */
export class DifferenceSums {
  /** Counts by bin; read-only for callers. */
  readonly bins: Float64Array;
  count = 0;
  /** Sum of the differences above 0. */
  over = 0;
  /** Sum of the magnitudes of the differences below 0. */
  under = 0;
  /** Sum of the squares. */
  squared = 0;
  readonly #edges: readonly number[];

  constructor(edges: readonly number[]) {
    this.#edges = edges;
    this.bins = new Float64Array(edges.length + 1);
  }

  static fromJSON(edges: readonly number[], { bins, over, under, squared }: DifferenceSumsJSON): DifferenceSums {
    const sums = new DifferenceSums(edges);
    fillFrom('differences', sums.bins, bins);
    assertSums('differences', [over, under, squared]);
    for (const inBin of bins) sums.count += inBin;
    return Object.assign(sums, { over, under, squared });
  }

  get sum(): number {
    return this.over - this.under;
  }

  update(difference: number, weight: number): void {
    this.bins[numericBinIndex(this.#edges, difference)]! += weight;
    this.count += weight;
    if (difference > 0) this.over += weight * difference;
    else this.under += weight * -difference;
    this.squared += weight * difference * difference;
  }

  merge(other: DifferenceSums): void {
    addTo(this.bins, other.bins);
    this.count += other.count;
    this.over += other.over;
    this.under += other.under;
    this.squared += other.squared;
  }

  toJSON(): DifferenceSumsJSON {
    const { bins, over, under, squared } = this;
    return { bins: [...bins], over, under, squared };
  }
}
