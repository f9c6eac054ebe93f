import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import * as core from '../index.js';
import { expectReading, goldenCases, sketchOf, testQualityMetric } from './conformance.js';
import { auc, aucErrorMax, brier, exactAuc, f1, logLoss, precision, QUALITY_METRICS, recall, type AnyQualityMetric } from './index.js';
import type { QualityMetric } from './quality-metric.js';

const { Confusion, ErrorSums, ScoreBins } = core;
const undefinedReading = { kind: 'undetermined', reason: 'undefined' };
const tooLittle = { kind: 'undetermined', reason: 'insufficient_data' };
const pageOf = (name: string) => new URL(`../../docs/statistics/${name}.md`, import.meta.url);

for (const metric of QUALITY_METRICS) testQualityMetric(metric as QualityMetric);

describe('the registry', () => {
  it('names each metric once', () => {
    const names = QUALITY_METRICS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('holds every metric that has golden values', () => {
    const golden = readdirSync(new URL('.', import.meta.url)).filter((file) => file.endsWith('.golden.json'));
    expect(golden.sort()).toEqual(QUALITY_METRICS.map(({ name }) => `${name}.golden.json`).sort());
  });
});

describe.each(QUALITY_METRICS.map((metric): [string, AnyQualityMetric] => [metric.name, metric]))('the page of %s', (name, metric) => {
  const page = existsSync(pageOf(name)) ? readFileSync(pageOf(name), 'utf8') : '';

  it('has every part', () => {
    const parts = ['## Formula', '## Use it for', '## Not for', '## Range', '## Undetermined', '## Source', '## Example'];
    expect(parts.filter((part) => !page.includes(`\n${part}\n`))).toEqual([]);
    expect(page).toContain(`\`countMin\` ${metric.countMin.toLocaleString('en')}`);
  });

  it('has an example that says what the code answers', () => {
    const code = /## Example\n[^]*?```ts\n([^]*?)```/.exec(page)?.[1] ?? '';
    const [, program, expression, answer] = /^([^]*?)([^\n]+); \/\/ (.+)\n$/.exec(code) ?? [];
    const imports = Object.keys(core).join(', ');
    const run = new Function('core', `const { ${imports} } = core; ${program!} return ${expression!};`) as (
      library: typeof core,
    ) => core.Reading;
    expectReading(run(core), new Function(`return ${answer!};`)() as core.Reading);
  });
});

describe('what is undetermined', () => {
  it.each([
    ['precision without a positive prediction', precision, { truePositive: 0, falsePositive: 0, trueNegative: 900, falseNegative: 100 }],
    ['recall without positive ground truth', recall, { truePositive: 0, falsePositive: 100, trueNegative: 900, falseNegative: 0 }],
    ['F1 where nothing is positive', f1, { truePositive: 0, falsePositive: 0, trueNegative: 1000, falseNegative: 0 }],
  ])('%s is undefined', (_, metric, counts) => {
    expect(metric.measure(Confusion.fromJSON(counts))).toEqual(undefinedReading);
  });

  it('precision over few positive predictions is too little data, however many predictions there are', () => {
    const counts = { truePositive: 1, falsePositive: 0, trueNegative: 1e6, falseNegative: 100 };
    expect(precision.measure(Confusion.fromJSON(counts))).toEqual(tooLittle);
  });

  it('AUC with one class only is undefined; with few of the other, too little data', () => {
    const scores = new ScoreBins();
    scores.update({ score: 0.3, truth: 0 }, 1000);
    expect(auc.measure(scores)).toEqual(undefinedReading);
    expect(aucErrorMax(scores)).toBeNaN();
    scores.update({ score: 0.9, truth: 1 }, 99);
    expect(auc.measure(scores)).toEqual(tooLittle);
  });

  it.each([logLoss, brier])('$name of estimates that are no probabilities is undefined', (metric) => {
    const errors = new ErrorSums();
    errors.update({ estimate: 0.5, truth: 1 }, 1000);
    expect(metric.measure(errors).kind).toBe('measured');
    errors.update({ estimate: 1.5, truth: 1 });
    expect(metric.measure(errors)).toEqual(undefinedReading);
  });
});

describe('exact AUC', () => {
  it.each(goldenCases<{ name: string; pairs: readonly (readonly [number, number, number])[]; exact: number }>('auc'))(
    "is scikit-learn's: $name",
    ({ pairs, exact }) => {
      const rows = pairs.flatMap(([score, truth, weight]) => new Array<readonly [number, number]>(weight).fill([score, truth]));
      const reading = exactAuc(
        rows.map(([score]) => score),
        rows.map(([, truth]) => truth),
      );
      expectReading(reading, { kind: 'measured', value: exact });
    },
  );

  it('is the share of pairs in order, ties counting half; NaN is left out', () => {
    const score = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double(), fc.constantFrom(0, -0, Infinity));
    fc.assert(
      fc.property(fc.array(fc.tuple(score, fc.constantFrom(0, 1)), { maxLength: 30 }), (rows) => {
        const known = rows.filter(([value]) => !Number.isNaN(value));
        const [positives, negatives] = [1, 0].map((class_) => known.filter(([, truth]) => truth === class_).map(([value]) => value));
        const wins = positives!.flatMap((p) => negatives!.map((n) => (p > n ? 1 : p === n ? 0.5 : 0)));
        const reading = exactAuc(
          rows.map(([value]) => value),
          rows.map(([, truth]) => truth),
        );
        if (wins.length === 0) expect(reading).toEqual(undefinedReading);
        else expectReading(reading, { kind: 'measured', value: wins.reduce<number>((sum, win) => sum + win, 0) / wins.length });
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('answers as its example says', () => {
    expect(exactAuc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])).toEqual({ kind: 'measured', value: 0.75 });
  });

  it('refuses columns of unequal length', () => {
    expect(() => exactAuc([0.1, 0.2], [1])).toThrow('auc needs a ground truth for each score, got 1 for 2');
  });
});

describe('AUC from bins', () => {
  const rows = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0 as const, 1 as const)), {
    minLength: 1,
    maxLength: 40,
  });

  it('is within its error bound of the exact one', () => {
    fc.assert(
      fc.property(rows, fc.constantFrom(2, 10, 50), (list, bins) => {
        const scores = new ScoreBins(bins);
        for (const [score, truth] of list) scores.update({ score, truth }, 200);
        const fromBins = auc.measure(scores);
        const exact = exactAuc(
          list.map(([score]) => score),
          list.map(([, truth]) => truth),
        );
        expect(fromBins.kind).toBe(exact.kind);
        if (fromBins.kind === 'undetermined' || exact.kind === 'undetermined') return;
        expect(Math.abs(fromBins.value - exact.value)).toBeLessThanOrEqual(aucErrorMax(scores) + 1e-12);
        expect(aucErrorMax(scores)).toBeLessThanOrEqual(0.5);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('turns over with ground truth', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const pairs = list.map(([estimate, truth]) => ({ estimate, truth, weight: 200 }));
        const reading = auc.measure(sketchOf('scores', pairs));
        const turned = auc.measure(
          sketchOf(
            'scores',
            pairs.map((pair) => ({ ...pair, truth: 1 - pair.truth })),
          ),
        );
        if (reading.kind === 'measured') expectReading(turned, { kind: 'measured', value: 1 - reading.value });
      }),
      { seed: 1 },
    );
  });
});
