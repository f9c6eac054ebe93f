import { describe, expect, it } from '@jest/globals';
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

/** Mulberry32: a small seeded generator of numbers in 0..1, good enough to draw samples. */
function uniformFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const SIGNIFICANCE = 0.05;

/** How often, without drift, the value exceeds its critical value. The standard error of 2,000 draws is 0.005. */
function exceedanceRatio(draw: (uniform: () => number) => Reading, repetitions = 2000): number {
  const uniform = uniformFrom(20_261_124);
  let exceeded = 0;
  for (let i = 0; i < repetitions; i++) {
    const reading = draw(uniform);
    if (reading.kind === 'measured' && reading.value > reading.criticalValue!) exceeded++;
  }
  return exceeded / repetitions;
}

function counted(shares: readonly number[], size: number, uniform: () => number): number[] {
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
  { statistic: totalVariation, least: 0.035, most: 0.065 },
  // Bonferroni: at most the significance.
  { statistic: lInfinity, least: 0.02, most: 0.06 },
  { statistic: chiSquare, least: 0.035, most: 0.065 },
  // A lower bound against the critical value of what it bounds.
  { statistic: kolmogorovSmirnovBinned, least: 0, most: 0.05 },
];

describe.each(BINNED)('without drift $statistic.name exceeds its critical value at 0.05', ({ statistic, least, most }) => {
  it.each(POPULATIONS)(`with a chance of ${least} to ${most}: $population`, ({ shares, n, m }) => {
    const ratio = exceedanceRatio((uniform) =>
      statistic.measure({
        current: frequenciesOf({ counts: counted(shares, n, uniform) }),
        reference: frequenciesOf({ counts: counted(shares, m, uniform) }),
        significance: SIGNIFICANCE,
      }),
    );
    expect(ratio).toBeGreaterThanOrEqual(least);
    expect(ratio).toBeLessThanOrEqual(most);
  });
});

const normal = (uniform: () => number) => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
const VALUES = [
  { values: 'uniform', draw: (uniform: () => number) => uniform() },
  { values: 'normal', draw: normal },
  { values: 'exponential', draw: (uniform: () => number) => -Math.log(1 - uniform()) },
  { values: 'whole numbers', draw: (uniform: () => number) => Math.floor(uniform() * 6) },
];

describe.each(VALUES)('without drift, of $values values', ({ values, draw }) => {
  const sample = (size: number, uniform: () => number) => {
    const sketch = new QuantileSketch();
    for (let i = 0; i < size; i++) sketch.update(draw(uniform));
    return sketch;
  };

  it('kolmogorov-smirnov exceeds its critical value with at most about its chance', () => {
    const ratio = exceedanceRatio(
      (uniform) =>
        kolmogorovSmirnov.measure({ current: sample(100, uniform), reference: sample(130, uniform), significance: SIGNIFICANCE }),
      1000,
    );
    expect(ratio).toBeGreaterThan(values === 'whole numbers' ? 0.005 : 0.03);
    expect(ratio).toBeLessThan(0.06);
  });

  it('wasserstein exceeds its critical value with about its chance', () => {
    const ratio = exceedanceRatio(
      (uniform) => wasserstein.measure({ current: sample(100, uniform), reference: sample(130, uniform), significance: SIGNIFICANCE }),
      500,
    );
    expect(ratio).toBeGreaterThan(0.03);
    expect(ratio).toBeLessThan(0.07);
  });

  it('values out of the range of the reference are more than the critical value with at most its chance', () => {
    const ratio = exceedanceRatio((uniform) => {
      const reference = Array.from({ length: 200 }, () => draw(uniform));
      const binning = { kind: 'numeric', edges: [0.5], min: Math.min(...reference), max: Math.max(...reference) } as const;
      const [current, before] = [new Frequencies(binning), new Frequencies(binning)];
      for (const value of reference) before.update(value);
      for (let i = 0; i < 1000; i++) current.update(draw(uniform));
      return outOfRangeRatio.measure({ current, reference: before, significance: SIGNIFICANCE });
    });
    if (values === 'whole numbers') expect(ratio).toBe(0);
    else expect(ratio).toBeGreaterThan(0.035);
    expect(ratio).toBeLessThan(0.06);
  });
});

describe.each([0.002, 0.02, 0.3])('without drift, with a share missing of %p', (share) => {
  it('missing-ratio exceeds its critical value with about its chance', () => {
    const ratio = exceedanceRatio((uniform) => {
      const side = (size: number) => {
        const [known, missing] = counted([1 - share, share], size, uniform);
        return frequenciesOf({ counts: [known!], missing: missing! });
      };
      return missingRatio.measure({ current: side(1000), reference: side(2000), significance: SIGNIFICANCE });
    });
    expect(ratio).toBeGreaterThan(0.03);
    expect(ratio).toBeLessThan(0.07);
  });
});
