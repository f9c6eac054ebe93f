import { describe, expect, it } from '@jest/globals';
import { aucErrorMax, Confusion, exactAuc, QUALITY_METRICS, seededRandom } from '../../index.js';
import { calibratorOf, draws, goldenCases, type Rows } from './conformance.js';
import { calibration, ExpectedQuality, QUALITY_ESTIMATES } from './index.js';

type Values = Readonly<Record<'accuracy' | 'precision' | 'recall' | 'f1' | 'auc', number>>;
interface GoldenCase {
  readonly name: string;
  readonly reference: Rows;
  readonly later: readonly number[];
  /** scikit-learn's metrics, weighted; the AUC that of the bins. */
  readonly expected: Values & { readonly aucOfRows: number };
  /** NannyML's CBPE with the calibrator of bins, and with its own, of rows. */
  readonly nannyml: Values;
  readonly nannymlOfRows: Values;
}
const GOLDEN = goldenCases<GoldenCase>('quality-estimates');
const THRESHOLD = 0.5;

function expectedOf(reference: Rows, later: readonly number[]): ExpectedQuality {
  const expected = new ExpectedQuality();
  expected.updateScores(later, later.length, { threshold: THRESHOLD, probabilityOf: calibration(calibratorOf(reference)) });
  return expected;
}

function valuesOf(expected: ExpectedQuality): Values {
  const entries = QUALITY_ESTIMATES.map((estimate) => {
    const reading = estimate.measure(expected);
    return [estimate.name, reading.kind === 'measured' ? reading.value : NaN] as const;
  });
  return Object.fromEntries(entries) as unknown as Values;
}

const OF_CLASSES = ['accuracy', 'precision', 'recall', 'f1'] as const;

describe.each(GOLDEN)('estimates before ground truth: $name', ({ reference, later, expected, nannyml, nannymlOfRows, name }) => {
  const sketch = expectedOf(reference, later);
  const ours = valuesOf(sketch);

  it.each([...OF_CLASSES, 'auc'] as const)("%s is scikit-learn's with the probabilities as weights, to 1e-9", (metric) => {
    expect(Math.abs(ours[metric] - expected[metric])).toBeLessThan(1e-9);
  });

  it.each(OF_CLASSES)("%s is that of NannyML's CBPE with the same calibrator, to 1e-9", (metric) => {
    expect(Math.abs(ours[metric] - nannyml[metric])).toBeLessThan(1e-9);
  });

  it("the AUC is NannyML's but for its rounding to five decimals and for our bins", () => {
    const { truePositive, falseNegative, count } = sketch.confusion;
    const positives = truePositive + falseNegative;
    const rounding = 1e-5 * (1 / positives + 1 / (count - positives));
    expect(Math.abs(nannyml.auc - expected.aucOfRows)).toBeLessThan(rounding);
    expect(Math.abs(ours.auc - nannyml.auc)).toBeLessThan(aucErrorMax(sketch.scores) + rounding);
  });

  it("all are within 0.025 of NannyML's with a calibrator of rows, and the same where each score has a bin", () => {
    const tolerance = name === 'twenty scores' ? 1e-9 : 0.025;
    for (const metric of OF_CLASSES) expect(Math.abs(ours[metric] - nannymlOfRows[metric])).toBeLessThan(tolerance);
    expect(Math.abs(expected.aucOfRows - nannymlOfRows.auc)).toBeLessThan(Math.max(tolerance, 1e-7));
  });
});

describe('estimates before ground truth', () => {
  /** Realised less estimated, of scores that drifted upwards with the chances behind them. */
  function errorsOf(scoreOf: (logit: number) => number, probabilityOf: ((score: number) => number) | undefined, seed: number): Values {
    const draw = draws(seededRandom(seed));
    const reference = draw.rows(5000, { mean: -1, scoreOf });
    const later = draw.rows(20_000, { mean: -0.3, scoreOf });
    const expected = new ExpectedQuality();
    expected.updateScores(later.scores, later.scores.length, {
      threshold: THRESHOLD,
      probabilityOf: probabilityOf ?? calibration(calibratorOf(reference)),
    });
    const realised = new Confusion();
    later.scores.forEach((score, row) => {
      realised.update({ predicted: score >= THRESHOLD ? 1 : 0, truth: later.truths[row] === 1 ? 1 : 0 });
    });
    const estimated = valuesOf(expected);
    const errors = QUALITY_METRICS.filter(({ name }) => name in estimated).map((metric) => {
      const reading = metric.reads === 'confusion' ? metric.measure(realised) : exactAuc(later.scores, later.truths);
      return [metric.name, (reading.kind === 'measured' ? reading.value : NaN) - estimated[metric.name as keyof Values]];
    });
    return Object.fromEntries(errors) as Values;
  }

  it.each([
    ['right', (logit: number) => 1 / (1 + Math.exp(-logit))],
    ['too sharp', (logit: number) => 1 / (1 + Math.exp(-2.5 * logit))],
    ['too flat', (logit: number) => 1 / (1 + Math.exp(-0.3 * logit))],
  ])('are within 0.03 of what comes true under covariate drift, where scores are %s', (_, scoreOf) => {
    for (let seed = 1; seed <= 5; seed++) {
      for (const error of Object.values(errorsOf(scoreOf, undefined, seed)) as number[]) expect(Math.abs(error)).toBeLessThan(0.03);
    }
  });

  it('are off by more than 0.1 where scores are too sharp and taken for probabilities as they are', () => {
    for (const error of Object.values(
      errorsOf(
        (logit) => 1 / (1 + Math.exp(-2.5 * logit)),
        (score) => score,
        1,
      ),
    ) as number[]) {
      expect(Math.abs(error)).toBeGreaterThan(0.1);
    }
  });

  it('say that they are estimates, measured or not', () => {
    const expected = new ExpectedQuality();
    for (const estimate of QUALITY_ESTIMATES) {
      expect(estimate.evidence).toBe('estimate');
      expect(estimate.measure(expected)).toEqual({ kind: 'undetermined', reason: 'insufficient_data', evidence: 'estimate' });
    }
    expected.update({ score: 0.8, predicted: 1, probability: 0.75 }, 100);
    expect(QUALITY_ESTIMATES[0]!.measure(expected)).toEqual({ kind: 'measured', value: 0.75, evidence: 'estimate' });
  });

  it('have the least counts of the metrics, to the prediction, though probabilities are no whole numbers', () => {
    const expected = new ExpectedQuality();
    for (let i = 0; i < 99; i++) expected.update({ score: 0.9, predicted: 1, probability: 1 / 3 + i / 300 });
    const kinds = () => QUALITY_ESTIMATES.slice(0, 2).map((estimate) => estimate.measure(expected).kind);
    expect(kinds()).toEqual(['undetermined', 'undetermined']);
    expected.update({ score: 0.9, predicted: 1, probability: 1 / 7 });
    expect(kinds()).toEqual(['measured', 'measured']);
  });

  it('go by the names of the metrics that they estimate', () => {
    const names = QUALITY_METRICS.map(({ name }) => name);
    expect(QUALITY_ESTIMATES.map(({ name }) => name).filter((name) => !names.includes(name))).toEqual([]);
  });
});
