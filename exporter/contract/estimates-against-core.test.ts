import { describe, expect, it } from '@jest/globals';
import {
  calibration,
  calibrationEdges,
  Confusion,
  ERROR_ESTIMATES,
  ErrorSums,
  EstimatedErrors,
  ExpectedQuality,
  fitCalibrator,
  predictionSkew,
  QUALITY_ESTIMATES,
  QUALITY_INTERVALS,
  reconstructionError,
  ReconstructionErrors,
  rmse,
  ScoreBins,
  ScoreCalibration,
  seededRandom,
  type AnyQualityInterval,
  type IntervalReading,
} from '@modelwatch/core';
import { OUTCOMES } from '../telemetry/quality-labels.js';
import { hasProgram } from './debian-program.js';
import { atTheHour, evaluateRecordings } from './rule-expectations.js';
import { MODEL, onInstance, SIGNIFICANCE } from './two-replicas.js';

/*
 * Two replicas count what predictions are expected to come to, what they came to, and their reconstruction errors; what the rules make of both must
 * be what the core makes of all of it. Counters are 0 where the hour begins, so that `increase` has nothing to extrapolate.
 */

const withPromtool = hasProgram('promtool') ? describe : describe.skip;
const CONFIDENCE = 1 - SIGNIFICANCE;

interface Replica {
  readonly expected: ExpectedQuality;
  readonly confusion: Confusion;
  readonly errors: ReconstructionErrors;
  readonly scores: ScoreBins;
  /** Of a regression: nothing in the rules depends on its being the same model. */
  readonly deviations: ErrorSums;
  /** What an error model says of the same. */
  readonly estimatedErrors: EstimatedErrors;
}

const emptyReplica = (): Replica => ({
  expected: new ExpectedQuality(),
  confusion: new Confusion(),
  errors: new ReconstructionErrors(),
  scores: new ScoreBins(),
  deviations: new ErrorSums(),
  estimatedErrors: new EstimatedErrors(),
});

function calibratorOf(random: () => number): (score: number) => number {
  const rows = Array.from({ length: 3000 }, () => {
    const score = random();
    return { score, truth: random() < 0.1 + 0.7 * score ** 2 ? 1 : 0 } as const;
  });
  const sketch = new ScoreCalibration(calibrationEdges(rows.map(({ score }) => score)));
  for (const row of rows) sketch.update(row);
  const fitted = fitCalibrator(sketch);
  if (fitted.kind === 'undetermined') throw new Error(fitted.reason);
  return calibration(fitted.calibrator);
}

function replica(rows: number, probabilityOf: (score: number) => number, random: () => number): Replica {
  const counts = emptyReplica();
  const scores = Float64Array.from({ length: rows }, () => random() ** 2);
  counts.expected.updateScores(scores, rows, { threshold: 0.4, probabilityOf });
  for (const score of scores) {
    const truth = random() < probabilityOf(score) ? 1 : 0;
    counts.confusion.update({ predicted: score >= 0.4 ? 1 : 0, truth });
    counts.scores.update({ score, truth });
    counts.deviations.update({ estimate: random() < 0.02 ? NaN : 100 * score + 8 * random(), truth: 100 * score + 5 * random() });
    counts.errors.update(2 * random());
    counts.estimatedErrors.update({ absolute: random() < 0.02 ? NaN : 4 * random() - 0.2, squared: 9 * random() });
  }
  return counts;
}

/** The counters of a replica, as they are exported. */
function exported({
  expected,
  confusion,
  errors,
  scores,
  deviations,
  estimatedErrors,
}: Replica): readonly (readonly [series: string, value: number])[] {
  const confusions = OUTCOMES.flatMap(([outcome, field]) => [
    [`modelwatch_estimated_confusion_total{${MODEL},outcome="${outcome}"}`, expected.confusion[field]] as const,
    [`modelwatch_confusion_total{${MODEL},outcome="${outcome}"}`, confusion[field]] as const,
  ]);
  let below = 0;
  const bins = [...expected.scores.positive].flatMap((count, bin) => [
    [`modelwatch_estimated_score_bin_total{${MODEL},truth="1",bin="${bin}"}`, count] as const,
    [`modelwatch_estimated_score_bin_total{${MODEL},truth="0",bin="${bin}"}`, expected.scores.negative[bin]!] as const,
    [`modelwatch_estimated_score_cumulative_total{${MODEL},truth="1",bin="${bin}"}`, (below += count)] as const,
  ]);
  const joined = { positive: 0, negative: 0 };
  const joinedBins = (['negative', 'positive'] as const).flatMap((side, truth) =>
    [...scores[side]].flatMap((count, bin) => [
      [`modelwatch_score_bin_total{${MODEL},truth="${truth}",bin="${bin}"}`, count] as const,
      [`modelwatch_score_cumulative_total{${MODEL},truth="${truth}",bin="${bin}"}`, (joined[side] += count)] as const,
    ]),
  );
  return [
    ...confusions,
    ...bins,
    ...joinedBins,
    [`modelwatch_ground_truth_joined_total{${MODEL}}`, deviations.count + deviations.missing],
    [`modelwatch_joined_output_missing_total{${MODEL}}`, deviations.missing],
    [`modelwatch_over_error_total{${MODEL}}`, deviations.over],
    [`modelwatch_under_error_total{${MODEL}}`, deviations.under],
    [`modelwatch_squared_error_total{${MODEL}}`, deviations.squared],
    [`modelwatch_estimated_absolute_error_total{${MODEL}}`, estimatedErrors.absolute],
    [`modelwatch_estimated_squared_error_total{${MODEL}}`, estimatedErrors.squared],
    [`modelwatch_estimated_error_rows_total{${MODEL}}`, estimatedErrors.count],
    [`modelwatch_reconstruction_error_total{${MODEL}}`, errors.sum],
    [`modelwatch_reconstruction_rows_total{${MODEL}}`, errors.count],
    [`modelwatch_reconstruction_beyond_rows_total{${MODEL}}`, errors.count / 50],
  ];
}

const measured = (reading: IntervalReading) => {
  if (reading.kind !== 'measured') throw new Error(reading.reason);
  return reading;
};

/** What was counted at evaluation. */
const EVALUATED: Pick<Replica, 'confusion' | 'scores' | 'deviations'> = {
  confusion: Confusion.fromJSON({ truePositive: 1300, falsePositive: 300, trueNegative: 7800, falseNegative: 600 }),
  scores: ScoreBins.fromJSON({
    positive: Array.from({ length: 50 }, (_, bin) => bin * 2),
    negative: Array.from({ length: 50 }, (_, bin) => 400 - 8 * bin),
    missing: 0,
  }),
  deviations: ErrorSums.fromJSON({ count: 5000, over: 12_000, under: 2500, squared: 61_000, logLoss: 0, probabilities: 0, missing: 0 }),
};

/** The quality of what was counted, with its interval. */
function read(interval: AnyQualityInterval, { confusion, scores, deviations }: typeof EVALUATED) {
  switch (interval.reads) {
    case 'confusion':
      return measured(interval.measure(confusion, CONFIDENCE));
    case 'scores':
      return measured(interval.measure(scores, CONFIDENCE));
    case 'errors':
      return measured(interval.measure(deviations, CONFIDENCE));
    case 'calibration':
      throw new Error(`${interval.name} has no interval`);
  }
}

/** It has no interval. */
function rmseOf({ deviations }: Pick<Replica, 'deviations'>): number {
  const reading = rmse.measure(deviations);
  if (reading.kind !== 'measured') throw new Error(reading.reason);
  return reading.value;
}

/** What the core says of all replicas together, by the series that must say the same. */
function expectations(whole: Replica, reference: ReconstructionErrors): readonly (readonly [string, number])[] {
  const { expected, errors, estimatedErrors } = whole;
  const estimates = QUALITY_ESTIMATES.map((estimate) => {
    const reading = estimate.measure(expected);
    if (reading.kind !== 'measured') throw new Error(reading.reason);
    return [`model_version_role:modelwatch_estimated_${estimate.name}_ratio:1h{${MODEL},evidence="estimate"}`, reading.value] as const;
  });
  const ofErrors = ERROR_ESTIMATES.map((estimate) => {
    const reading = estimate.measure(estimatedErrors);
    if (reading.kind !== 'measured') throw new Error(reading.reason);
    const name = estimate.name === 'mae' ? 'mean_absolute_error' : 'root_mean_squared_error';
    return [`model_version_role:modelwatch_estimated_${name}:1h{${MODEL},evidence="estimate"}`, reading.value] as const;
  });
  const maeEvaluated = read(
    QUALITY_INTERVALS.find(({ name }) => name === 'mae')!,
    EVALUATED,
  ).value;
  const [rmseLive, rmseEvaluated] = [rmseOf(whole), rmseOf(EVALUATED)];
  const skews = QUALITY_INTERVALS.flatMap((interval) => {
    const live = read(interval, whole);
    const recorded = read(interval, EVALUATED);
    const skew = measured(predictionSkew({ live, recorded }));
    const series = (metric: string) => `model_version_role_quality:modelwatch_${metric}:1h{${MODEL},quality="${interval.name}"}`;
    return [
      [series('quality'), live.value],
      [series('quality_lower'), live.lower],
      [series('quality_upper'), live.upper],
      [series('quality_skew'), skew.value],
      [series('quality_skew_lower'), skew.lower],
      [series('quality_skew_upper'), skew.upper],
    ] as const;
  });
  const drift = reconstructionError.measure({ current: errors, reference, significance: SIGNIFICANCE });
  if (drift.kind !== 'measured') throw new Error(drift.reason);
  const series = (metric: string) => `model_version_role:modelwatch_reconstruction_${metric}:1h{${MODEL}}`;
  return [
    ...estimates,
    ...ofErrors,
    [`model_version_role:modelwatch_estimated_mean_absolute_error_skew:1h{${MODEL},evidence="estimate"}`, ofErrors[0]![1] - maeEvaluated],
    [
      `model_version_role:modelwatch_estimated_root_mean_squared_error_skew:1h{${MODEL},evidence="estimate"}`,
      ofErrors[1]![1] - rmseEvaluated,
    ],
    ...skews,
    [`model_version_role_quality:modelwatch_quality:1h{${MODEL},quality="rmse"}`, rmseLive],
    [`model_version_role_quality:modelwatch_quality_skew:1h{${MODEL},quality="rmse"}`, rmseLive - rmseEvaluated],
    [series('rows'), errors.count],
    [series('error'), drift.value],
    [series('error_critical'), drift.criticalValue!],
    [series('beyond_ratio'), 0.02],
  ];
}

/** Gauges of the baseline, the same on both replicas. */
function gauges(reference: ReconstructionErrors): readonly (readonly [string, number])[] {
  const quality = QUALITY_INTERVALS.flatMap((interval) => {
    const { value, lower, upper } = read(interval, EVALUATED);
    const labels = `{${MODEL},quality="${interval.name}"}`;
    return [
      [`modelwatch_baseline_quality${labels}`, value],
      [`modelwatch_baseline_quality_lower${labels}`, lower],
      [`modelwatch_baseline_quality_upper${labels}`, upper],
    ] as const;
  });
  return [
    ...quality,
    [`modelwatch_baseline_quality{${MODEL},quality="rmse"}`, rmseOf(EVALUATED)],
    [`modelwatch_baseline_reconstruction_error{${MODEL}}`, reference.mean],
    [`modelwatch_baseline_reconstruction_error_deviation{${MODEL}}`, Math.sqrt(reference.variance)],
    [`modelwatch_baseline_reconstruction_rows{${MODEL}}`, reference.count],
  ];
}

withPromtool('the recording rules', () => {
  async function evaluate(replicas: readonly Replica[], reference: ReconstructionErrors, tests: readonly object[]) {
    const counters = replicas.flatMap((counts, i) =>
      exported(counts).map(([series, value]) => ({ series: onInstance(series, `r${i}`), values: `0 0 ${value}x58` })),
    );
    const constant = gauges(reference).flatMap(([series, value]) =>
      replicas.map((_, i) => ({ series: onInstance(series, `r${i}`), values: `${value}x60` })),
    );
    return evaluateRecordings([...counters, ...constant], tests);
  }

  it.each([1, 2])('say what the core says of all replicas together, seed %p', async (seed) => {
    const random = seededRandom(seed);
    const probabilityOf = calibratorOf(random);
    const reference = ReconstructionErrors.of(Array.from({ length: 2000 }, () => 1.8 * random()));
    const replicas = [replica(900, probabilityOf, random), replica(300, probabilityOf, random)];
    const whole = emptyReplica();
    for (const counts of replicas) {
      whole.expected.merge(counts.expected);
      whole.confusion.merge(counts.confusion);
      whole.errors.merge(counts.errors);
      whole.estimatedErrors.merge(counts.estimatedErrors);
      whole.scores.merge(counts.scores);
      whole.deviations.merge(counts.deviations);
    }
    const expected = expectations(whole, reference);
    expect(expected).toHaveLength(5 + 4 + 7 * 6 + 2 + 4);
    const tests = expected.map(([series, value]) => atTheHour(series, value));
    expect(await evaluate(replicas, reference, tests)).toEqual({ code: 0, text: expect.stringContaining('SUCCESS') });
    const [name, value] = expected[0]!;
    expect((await evaluate(replicas, reference, [atTheHour(name, value + 0.001)])).code).toBe(1);
  });

  it('say nothing of fewer than 100 cases', async () => {
    const random = seededRandom(3);
    const few = replica(99, calibratorOf(random), random);
    const reference = ReconstructionErrors.of(Array.from({ length: 2000 }, random));
    const silent = ['model_version_role_quality:modelwatch_quality_skew:1h', 'model_version_role:modelwatch_reconstruction_error:1h'].map(
      (series) => atTheHour(series),
    );
    expect(await evaluate([few], reference, silent)).toEqual({ code: 0, text: expect.stringContaining('SUCCESS') });
  });
});
