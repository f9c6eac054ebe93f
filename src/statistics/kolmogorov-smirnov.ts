import { kolmogorovQuantile } from '../math/index.js';
import { compareSteps } from './compared-steps.js';
import { INSUFFICIENT_DATA, measured, type Statistic } from './statistic.js';

/**
 * Two-sample Kolmogorov-Smirnov statistic: the greatest difference of the two distribution functions. Formula: sup |F(x) - G(x)| over all x.
 *
 * Use it for: any change of a numeric feature, whatever its unit; only the order of values counts. Not for: the far tails, where distribution functions
 * cannot differ by much; categories.
 * Range 0..1: 0 where the distributions are equal, 1 where all values of one lie below all of the other. Symmetric.
 * Error: none where both sketches are exact; else a lower bound, off by at most the greatest share of one atom.
 * Undetermined below 50 values on either side: from there on the critical value is off by less than a tenth.
 * Critical value: Kolmogorov quantile times sqrt(1/n + 1/m); with ties the chance is less than the significance. Cost: a sort of the atoms.
 */
export const kolmogorovSmirnov: Statistic<'quantiles'> = {
  name: 'kolmogorov-smirnov',
  reads: 'quantiles',
  scale: { unit: 'ratio', min: 0, max: 1, worse: 'higher' },
  countMin: 50,
  source: 'Smirnov, "Table for estimating the goodness of fit of empirical distributions", 1948',
  measure(input) {
    const { current, reference, significance } = input;
    const steps = compareSteps(kolmogorovSmirnov.name, input);
    if (current.count < kolmogorovSmirnov.countMin || reference.count < kolmogorovSmirnov.countMin) return INSUFFICIENT_DATA;
    const value = steps.current.reduce((greatest, share, i) => Math.max(greatest, Math.abs(share - steps.reference[i]!)), 0);
    return measured(
      kolmogorovSmirnov.name,
      value,
      significance,
      (chance) => kolmogorovQuantile(chance) * Math.sqrt(1 / current.count + 1 / reference.count),
    );
  },
};
