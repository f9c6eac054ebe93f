import { Moments, type QuantileSketch } from '../sketches/index.js';
import { compareSteps, type ComparedSteps } from './compared-steps.js';
import { gaussianL1NormCriticalValue } from './gaussian-l1-norm.js';
import { INSUFFICIENT_DATA, measured, type Statistic } from './statistic.js';

/** Least standard deviation divided by, so that a constant reference does not divide by 0. */
export const STANDARD_DEVIATION_MIN = 0.001;

/**
 * Wasserstein-1 distance: how far values have to move on average to turn one distribution into the other, in standard deviations of the
 * reference. Formula: integral of |F(x) - G(x)| dx / max(population standard deviation of the reference, 0.001).
 *
 * Use it for: how far numeric values moved, tails included, comparable between features. Not for: references with a few huge values, whose
 * standard deviation hides all else; categories.
 * Range from 0, no limit above: 0 where the distributions are equal, 1 where all values moved by a standard deviation. Not symmetric, as the
 * reference alone gives the unit.
 * Error: none where both sketches are exact; else the distance is off by at most the sketches' relative error times the sum of the mean magnitudes,
 * and the standard deviation by at most that error times the root mean square.
 * Undetermined below 100 values on either side: with 100 each, chance alone gives about 0.15.
 * Critical value: from mean, variance and tail of the area under a Brownian bridge; at most about the chance. Cost: a sort of the atoms, their square for the critical
 * value (some 10 ms for twice 512).
 */
export const wasserstein: Statistic<'quantiles'> = {
  name: 'wasserstein',
  reads: 'quantiles',
  scale: { unit: 'standard_deviations', min: 0, max: Infinity, worse: 'higher' },
  countMin: 100,
  source:
    'Vallender, "Calculation of the Wasserstein distance between probability distributions on the line", 1974, theorem; del Barrio, Gine and Matran, "Central limit theorems for the Wasserstein distance", 1999, theorem 2.1',
  measure(input) {
    const { current, reference, significance } = input;
    const steps = compareSteps(wasserstein.name, input);
    if (current.count < wasserstein.countMin || reference.count < wasserstein.countMin) return INSUFFICIENT_DATA;
    // In units of the greatest magnitude nothing overflows on the way.
    const magnitude = steps.values.reduce((greatest, value) => Math.max(greatest, Math.abs(value)), 0) || 1;
    const widths = steps.values.slice(1).map((value, i) => value / magnitude - steps.values[i]! / magnitude);
    const distance = widths.reduce((sum, width, i) => sum + width * Math.abs(steps.current[i]! - steps.reference[i]!), 0);
    const unit = Math.max(standardDeviation(reference, magnitude), STANDARD_DEVIATION_MIN / magnitude);
    const inUnits = (x: number) => Math.min(x / unit, Number.MAX_VALUE);
    return measured(wasserstein.name, inUnits(distance), significance, (chance) =>
      inUnits(distanceByChance(chance, widths, steps) * Math.sqrt(1 / current.count + 1 / reference.count)),
    );
  },
};

function standardDeviation(sketch: QuantileSketch, unit: number): number {
  const moments = new Moments();
  const { values, weights } = sketch.atoms();
  values.forEach((value, i) => moments.update(value / unit, weights[i]!));
  return moments.populationStandardDeviation;
}

/**
 * Without drift, sqrt(nm / (n + m)) (F - G) is close to a Brownian bridge over the share s of both together: normal, with covariance s (1 - t)
 * for s <= t, and j <= i here. The distance adds up its magnitudes, each over the width of a step.
 */
function distanceByChance(significance: number, widths: readonly number[], { pooled }: ComparedSteps): number {
  const covariance = (i: number, j: number) => widths[i]! * widths[j]! * pooled[j]! * (1 - pooled[i]!);
  return gaussianL1NormCriticalValue(significance, { size: widths.length, covariance, varianceMax: meanVariance(widths, pooled) });
}

/** Variance of the sum of all, the greatest with any signs, as all covariances are positive. In one pass: what lies above i counts twice. */
function meanVariance(widths: readonly number[], pooled: readonly number[]): number {
  let [variance, above] = [0, 0];
  for (let i = widths.length - 1; i >= 0; i--) {
    const own = widths[i]! * (1 - pooled[i]!);
    variance += widths[i]! * pooled[i]! * (own + 2 * above);
    above += own;
  }
  return variance;
}
