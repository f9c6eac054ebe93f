import { beforeAll, describe, expect, it } from '@jest/globals';
import { Frequencies, QuantileSketch } from '../sketches/index.js';
import { frequenciesOf } from './conformance.js';
import {
  chiSquare,
  hellinger,
  jensenShannon,
  kolmogorovSmirnov,
  kolmogorovSmirnovBinned,
  kullbackLeibler,
  lInfinity,
  missingRatio,
  outOfRangeRatio,
  psi,
  totalVariation,
  wasserstein,
} from './index.js';
import type { Reading } from '../contracts/reading.js';
import type { StatisticInput } from './statistic.js';

// Looked up once: the sandbox of the test runner makes each look-up of a global slow, and millions of numbers are drawn.
const { cos, floor, imul, log, sqrt } = Math;
const TWO_PI = 2 * Math.PI;

type Uniform = () => number;

/** Mulberry32: a small seeded generator of numbers in 0..1, good enough to draw samples. */
function uniformFrom(seed: number): Uniform {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = imul(state ^ (state >>> 15), 1 | state);
    t = (t + imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const SIGNIFICANCE = 0.05;

/** What is drawn without drift, many times over. */
function drawn<T>(repetitions: number, draw: (uniform: Uniform) => T): T[] {
  const uniform = uniformFrom(20_261_124);
  return Array.from({ length: repetitions }, () => draw(uniform));
}

/** How often the value exceeds its critical value. The standard error of 2,000 draws is 0.005. */
function exceedanceRatio<T>(draws: readonly T[], measure: (draw: T) => Reading): number {
  const exceeded = draws.filter((draw) => {
    const reading = measure(draw);
    return reading.kind === 'measured' && reading.value > reading.criticalValue!;
  });
  return exceeded.length / draws.length;
}

function counted(shares: readonly number[], size: number, uniform: Uniform): number[] {
  const counts = shares.map(() => 0);
  for (let i = 0; i < size; i++) {
    let u = uniform();
    let bin = 0;
    while (bin < shares.length - 1 && u >= shares[bin]!) u -= shares[bin++]!;
    counts[bin]!++;
  }
  return counts;
}

const TEN = new Array<number>(10).fill(0.1);
const POPULATIONS = [
  { population: 'ten equal bins, 100 against 100', shares: TEN, n: 100, m: 100 },
  { population: 'ten equal bins, 300 against 3,000', shares: TEN, n: 300, m: 3000 },
  { population: 'five unequal bins and empty ones', shares: [0.45, 0, 0.3, 0.15, 0.06, 0, 0.04], n: 500, m: 800 },
  { population: 'two bins', shares: [0.8, 0.2], n: 400, m: 400 },
] as const;

/** What the chance comes to where it is not about the significance: data with a reason. */
const BINNED = [
  { statistic: psi, least: 0.04, most: 0.075 },
  { statistic: kullbackLeibler, least: 0.035, most: 0.075 },
  { statistic: jensenShannon, least: 0.035, most: 0.065 },
  { statistic: hellinger, least: 0.035, most: 0.07 },
  // A fit that errs on the safe side, of a value that moves in steps of 1/n.
  { statistic: totalVariation, least: 0.03, most: 0.055 },
  // Bonferroni: at most the significance.
  { statistic: lInfinity, least: 0.02, most: 0.06 },
  { statistic: chiSquare, least: 0.035, most: 0.065 },
  // A lower bound against the critical value of what it bounds.
  { statistic: kolmogorovSmirnovBinned, least: 0, most: 0.05 },
];

describe.each(POPULATIONS)('without drift: $population', ({ shares, n, m }) => {
  let draws: { readonly current: Frequencies; readonly reference: Frequencies }[] = [];
  beforeAll(() => {
    draws = drawn(2000, (uniform) => ({
      current: frequenciesOf({ counts: counted(shares, n, uniform) }),
      reference: frequenciesOf({ counts: counted(shares, m, uniform) }),
    }));
  });

  it.each(BINNED)('$statistic.name exceeds its critical value at 0.05 with a chance of $least to $most', ({ statistic, least, most }) => {
    const ratio = exceedanceRatio(draws, (draw) => statistic.measure({ ...draw, significance: SIGNIFICANCE }));
    expect(ratio).toBeGreaterThanOrEqual(least);
    expect(ratio).toBeLessThanOrEqual(most);
  });
});

const normal = (uniform: Uniform) => sqrt(-2 * log(1 - uniform())) * cos(TWO_PI * uniform());
const VALUES = [
  { values: 'uniform', draw: (uniform: Uniform) => uniform() },
  { values: 'normal', draw: normal },
  { values: 'exponential', draw: (uniform: Uniform) => -log(1 - uniform()) },
  { values: 'whole numbers', draw: (uniform: Uniform) => floor(uniform() * 6) },
];

describe.each(VALUES)('without drift, of $values values', ({ values, draw }) => {
  const sample = (size: number, uniform: Uniform) => {
    const sketch = new QuantileSketch();
    for (let i = 0; i < size; i++) sketch.update(draw(uniform));
    return sketch;
  };
  let samples: StatisticInput<'quantiles'>[] = [];
  beforeAll(() => {
    samples = drawn(2000, (uniform) => ({ current: sample(100, uniform), reference: sample(130, uniform), significance: SIGNIFICANCE }));
  });

  it('kolmogorov-smirnov exceeds its critical value with at most about its chance', () => {
    const ratio = exceedanceRatio(samples, (input) => kolmogorovSmirnov.measure(input));
    expect(ratio).toBeGreaterThan(values === 'whole numbers' ? 0.005 : 0.03);
    expect(ratio).toBeLessThan(0.06);
  });

  it('wasserstein exceeds its critical value with about its chance', () => {
    const ratio = exceedanceRatio(samples.slice(0, 500), (input) => wasserstein.measure(input));
    expect(ratio).toBeGreaterThan(0.03);
    expect(ratio).toBeLessThan(0.07);
  });

  it('values out of the range of the reference are more than the critical value with at most its chance', () => {
    const draws = drawn(2000, (uniform) => {
      const reference = Array.from({ length: 200 }, () => draw(uniform));
      const binning = { kind: 'numeric', edges: [0.5], min: Math.min(...reference), max: Math.max(...reference) } as const;
      const sides = { current: new Frequencies(binning), reference: new Frequencies(binning) };
      sides.reference.updateColumn(reference, reference.length);
      const now = Array.from({ length: 400 }, () => draw(uniform));
      sides.current.updateColumn(now, now.length);
      return sides;
    });
    const ratio = exceedanceRatio(draws, (sides) => outOfRangeRatio.measure({ ...sides, significance: SIGNIFICANCE }));
    if (values === 'whole numbers') expect(ratio).toBe(0);
    else expect(ratio).toBeGreaterThan(0.03);
    expect(ratio).toBeLessThan(0.06);
  });
});

describe.each([0.002, 0.02, 0.3])('without drift, with a share missing of %p', (share) => {
  it('missing-ratio exceeds its critical value with about its chance', () => {
    const draws = drawn(2000, (uniform) => {
      const side = (size: number) => {
        const [known, missing] = counted([1 - share, share], size, uniform);
        return frequenciesOf({ counts: [known!], missing: missing! });
      };
      return { current: side(1000), reference: side(2000), significance: SIGNIFICANCE };
    });
    const ratio = exceedanceRatio(draws, (input) => missingRatio.measure(input));
    expect(ratio).toBeGreaterThan(0.03);
    expect(ratio).toBeLessThan(0.07);
  });
});
