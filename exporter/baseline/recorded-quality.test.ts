import { describe, expect, it } from '@jest/globals';
import { BaselineError } from './baseline-error.js';
import { recordedQuality } from './recorded-quality.js';
import type { RecordedQualityOptions } from './recorded-quality.js';

type Pair = readonly [output: number, truth: number];

/** Four kinds of pairs of a probability and what came true, `times` each. */
const pairs = (times: number): readonly Pair[] =>
  Array.from({ length: times }, () => [[0.9, 1] as const, [0.8, 1] as const, [0.6, 0] as const, [0.1, 0] as const]).flat();
const probable = pairs(300);

const quality = (list: readonly Pair[], options: Partial<RecordedQualityOptions> = {}): Record<string, number> | undefined =>
  recordedQuality(
    Float64Array.from(list, ([output]) => output),
    Float64Array.from(list, ([, truth]) => truth),
    {
      outputColumn: 'score',
      groundTruthColumn: 'late',
      ...options,
    },
  );

const rounded = (measured: Record<string, number> | undefined): Record<string, number> =>
  Object.fromEntries(Object.entries(measured ?? {}).map(([name, value]) => [name, Number(value.toFixed(9))]));

const refused = (attempt: () => unknown): string => {
  try {
    attempt();
    return 'accepted';
  } catch (error) {
    return error instanceof BaselineError ? `${error.code}: ${error.message}` : String(error);
  }
};

const all = ['accuracy', 'precision', 'recall', 'f1', 'auc', 'log-loss', 'brier', 'expected-calibration-error', 'mae', 'rmse', 'bias'];

describe('quality of recorded outputs', () => {
  it('of probabilities has every metric', () => {
    const measured = rounded(quality(probable));
    expect(measured).toMatchObject({ accuracy: 0.75, recall: 1, bias: 0.1, mae: 0.25, brier: 0.105 });
    expect(measured['precision']).toBeCloseTo(2 / 3, 9);
    expect(measured['f1']).toBeCloseTo(0.8, 9);
    expect(measured['log-loss']).toBeCloseTo(-(Math.log(0.9) + Math.log(0.8) + Math.log(0.4) + Math.log(0.9)) / 4, 9);
  });

  it('leaves out what has too little data: a ranking of 80 against 80 and calibration, but not accuracy', () => {
    expect(Object.keys(quality(probable) ?? {}).sort()).toEqual(all.toSorted());
    expect(Object.keys(quality(pairs(40)) ?? {}).sort()).toEqual([
      'accuracy',
      'bias',
      'brier',
      'f1',
      'log-loss',
      'mae',
      'precision',
      'rmse',
    ]);
    expect(quality(pairs(24))).toEqual({});
  });

  it('has the exact AUC, which bins do not know', () => {
    const close: readonly Pair[] = Array.from({ length: 300 }, (_, index) => [0.501 + (index % 2) * 0.001, index % 2]);
    expect(quality(close)).toMatchObject({ auc: 1 });
  });

  it('predicts the positive class at the threshold', () => {
    expect(quality(probable, { threshold: 0.6 })).toMatchObject({ accuracy: 0.75 });
    expect(quality(probable, { threshold: 0.61 })).toMatchObject({ accuracy: 1 });
  });

  it('leaves out rows in which either is missing', () => {
    expect(quality([...probable, [NaN, 0], [1, NaN], [NaN, NaN]])).toEqual(quality(probable));
  });

  it('of estimates has errors alone', () => {
    const estimates = Array.from({ length: 100 }, (_, index): Pair => [index + (index % 2 === 0 ? 3 : -1), index]);
    expect(rounded(quality(estimates))).toEqual({ mae: 2, rmse: Number(Math.sqrt(5).toFixed(9)), bias: 1 });
  });

  it.each<[string, Pair, RecordedQualityOptions['outputKind'], boolean]>([
    ['outputs in 0..1 against 0 and 1 are probabilities', [1, 0], undefined, true],
    ['an output beyond 1 is an estimate', [1.5, 1], undefined, false],
    ['a truth between 0 and 1 makes estimates', [0.5, 0.5], undefined, false],
    ['what is said to be an estimate is one', [0.5, 1], 'regression', false],
  ])('%s', (_name, pair, outputKind, isProbability) => {
    expect(Object.hasOwn(quality([...probable, pair], { outputKind }) ?? {}, 'brier')).toBe(isProbability);
  });

  it('is not known without ground truth', () => {
    expect(recordedQuality(Float64Array.of(0.5), undefined, { outputColumn: 'score' })).toBeUndefined();
  });
});

describe('what has no quality is refused', () => {
  it.each<[string, Pair, Partial<RecordedQualityOptions>, string]>([
    [
      'a probability above 1',
      [1.1, 1],
      { outputKind: 'probability' },
      'output_invalid: column "score", row 1201: a probability lies in 0..1, got 1.1',
    ],
    [
      'a probability below 0',
      [-1, 1],
      { outputKind: 'probability' },
      'output_invalid: column "score", row 1201: a probability lies in 0..1, got -1',
    ],
    [
      'a third class',
      [0.5, 2],
      { outputKind: 'probability' },
      'ground_truth_invalid: column "late", row 1201: ground truth of probabilities is 0 or 1, got 2',
    ],
    ['a threshold that is none', [1, 1], { threshold: NaN }, 'option_invalid: the threshold lies in 0..1, got NaN'],
  ])('%s', (_name, pair, options, expected) => expect(refused(() => quality([...probable, pair], options))).toBe(expected));

  it('outputs and ground truth that never meet', () => {
    const expected = 'ground_truth_invalid: no row has both an output in "score" and ground truth in "late"';
    expect(
      refused(() =>
        quality([
          [NaN, 1],
          [0.5, NaN],
        ]),
      ),
    ).toBe(expected);
  });

  it('outputs that are no probabilities, without ground truth too', () => {
    const options = { outputColumn: 'score', outputKind: 'probability' } as const;
    expect(refused(() => recordedQuality(Float64Array.of(0.5, 3), undefined, options))).toMatch(/^output_invalid: /);
  });
});
