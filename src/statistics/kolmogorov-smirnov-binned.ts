import { kolmogorovQuantile } from '../math/index.js';
import { compareShares } from './compare-shares.js';
import { BINNED_COUNT_MIN, UNDEFINED, type Statistic } from './statistic.js';

/**
 * Kolmogorov-Smirnov statistic from bins: the greatest difference of the cumulative shares at the edges. Formula: max |Q - P| over the bins, Q and
 * P the current and the reference share of a bin and all below it. A lower bound of the statistic of the values: within a bin they may differ
 * by more, by at most the smaller share of the bin.
 *
 * Use it for: numeric features where only counts by bin are kept, as in Prometheus. Not for: differences within a bin; categories.
 * Range 0..1: 0 where all shares are equal. Symmetric. Undetermined below 100 values on either side, and for categories, which have no order.
 * Critical value: Kolmogorov quantile times sqrt(1/n + 1/m), as of the values: the chance is at most the significance. Cost: linear in the bins.
 */
export const kolmogorovSmirnovBinned: Statistic<'frequencies'> = {
  name: 'kolmogorov-smirnov-binned',
  reads: 'frequencies',
  scale: { unit: 'ratio', min: 0, max: 1, worse: 'higher' },
  countMin: BINNED_COUNT_MIN,
  source:
    'Smirnov, "Table for estimating the goodness of fit of empirical distributions", 1948; Noether, "Note on the Kolmogorov statistic in the discrete case", 1963',
  measure(input) {
    const reading = compareShares(kolmogorovSmirnovBinned, input, {
      value({ current, reference }) {
        let [below, referenceBelow, greatest] = [0, 0, 0];
        for (let bin = 0; bin < current.length; bin++) {
          below += current[bin]!;
          referenceBelow += reference[bin]!;
          greatest = Math.max(greatest, Math.abs(below - referenceBelow));
        }
        return Math.min(1, greatest);
      },
      criticalValue: ({ inverseCounts }, significance) => kolmogorovQuantile(significance) * Math.sqrt(inverseCounts),
    });
    return reading.kind === 'measured' && input.current.binning.kind === 'categorical' ? UNDEFINED : reading;
  },
};
