import { describe, expect, it } from '@jest/globals';
import {
  accuracy,
  attributionNdcg,
  attributionTotalVariation,
  auc,
  bias,
  brier,
  disagreementRatio,
  driftImpacts,
  failureRatio,
  latencyRatio,
  outputDifference,
  categoricalBinning,
  expectedCalibrationError,
  f1,
  jensenShannon,
  kolmogorovSmirnovBinned,
  logLoss,
  mae,
  missingRatio,
  precision,
  psi,
  quantileBinning,
  recall,
  rmse,
  seededRandom,
} from '@modelwatch/core';
import { hasProgram } from './debian-program.js';
import { atTheHour, criticalOf, evaluateRecordings, TOLERANCE, valueOf } from './rule-expectations.js';
import { CHALLENGER, emptyCounts, exportedBaseline, FEATURE, hourOfTraffic, MODEL, onInstance, SIGNIFICANCE } from './two-replicas.js';
import type { Binnings, Counts, InputSeries } from './two-replicas.js';

// Two replicas are fed from seeded data and scraped once a minute; what the rules make of their counters must be what the core makes of all the
// data. The counters are 0 when the window of an hour begins, where a scrape stands, and one ends it: `increase` has nothing to extrapolate.

const withPromtool = hasProgram('promtool') ? describe : describe.skip;

/** One prediction. Traffic drifts from what the baseline was made of: higher numbers, other categories, more missing, surer scores. */
function countOne(counts: Counts, drift: number, random: () => number): void {
  const score = random() ** (1 + drift);
  const truth = random() < 0.15 + 0.6 * score ? 1 : 0;
  const categories = drift === 0 ? ['ewr', 'jfk', 'lga', 'rare'] : ['ewr', 'jfk', 'lga', 'rare', 'never seen'];
  counts.numeric.update(random() < 0.01 + 0.03 * drift ? null : numeric(drift, random));
  counts.categorical.update(random() < 0.02 ? '' : categories[Math.floor(categories.length * random() ** (2 - drift / 2))]!);
  counts.output.update(score);
  // Of a regression: values of any size, of which drift moves the bulk.
  counts.groundTruth.update(100 * random() ** (1 + drift));
  counts.confusion.update({ predicted: score >= 0.5 ? 1 : 0, truth });
  counts.scores.update({ score, truth });
  counts.calibration.update({ score, truth });
  counts.errors.update({ estimate: random() < 0.02 ? NaN : score, truth });
  // What mattered least in training matters more now, and the other way round.
  if (random() < 0.5) counts.attributions.update([4, 3, 2, 1, 0.5].map((size, i) => (drift === 0 ? size : 1 + 0.6 * i) * (random() - 0.4)));
  const outcome = (['failed', 'timed_out', 'dropped', 'scored'] as const)[Math.min(3, Math.floor(random() * 40))]!;
  counts.outcomes[outcome]++;
  if (outcome !== 'scored') return;
  counts.agreement.update({ champion: score, challenger: score + 0.3 * (random() - 0.4) });
  counts.latency.update({ championSeconds: 0.01 * random(), challengerSeconds: 0.02 * random() });
}

const numeric = (drift: number, random: () => number): number => 10 * random() ** (1 / (1 + drift)) + drift;

/** What the core says, by the name of the recorded series that must say the same. */
function expectations(current: Counts, reference: Counts): readonly (readonly [series: string, value: number])[] {
  const drift = (subject: 'numeric' | 'categorical' | 'output' | 'groundTruth') => {
    const [prefix, labels] =
      subject === 'output' || subject === 'groundTruth'
        ? [`model_version_role:modelwatch_${subject === 'output' ? 'output' : 'ground_truth'}`, MODEL]
        : ['model_version_feature:modelwatch_feature', `${FEATURE}="${subject}"`];
    const input = { current: current[subject], reference: reference[subject], significance: SIGNIFICANCE };
    const series = (statistic: string) => `${prefix}_${statistic}:1h{${labels}}`;
    const [p, js, ks] = [psi.measure(input), jensenShannon.measure(input), kolmogorovSmirnovBinned.measure(input)];
    return [
      [series('values'), input.current.count],
      [series('psi'), valueOf(p)],
      [series('js_distance'), valueOf(js)],
      [series('psi_critical'), criticalOf(p)],
      [series('js_distance_critical'), criticalOf(js)],
      ...(subject === 'categorical' ? [] : [[series('ks'), valueOf(ks)] as const, [series('ks_critical'), criticalOf(ks)] as const]),
    ] as const;
  };
  const missing = (['numeric', 'categorical'] as const).map((feature) => {
    const input = { current: current[feature], reference: reference[feature] };
    return [
      `model_version_feature:modelwatch_feature_missing_ratio:1h{${FEATURE}="${feature}"}`,
      valueOf(missingRatio.measure(input)),
    ] as const;
  });
  const quality = {
    classifications: current.confusion.count,
    accuracy_ratio: valueOf(accuracy.measure(current.confusion)),
    precision_ratio: valueOf(precision.measure(current.confusion)),
    recall_ratio: valueOf(recall.measure(current.confusion)),
    f1_ratio: valueOf(f1.measure(current.confusion)),
    auc_ratio: valueOf(auc.measure(current.scores)),
    calibration_error_ratio: valueOf(expectedCalibrationError.measure(current.calibration)),
    ground_truth_joined: current.errors.count + current.errors.missing,
    outputs_compared: current.errors.count,
    log_loss_nats: valueOf(logLoss.measure(current.errors)),
    mean_squared_error: valueOf(brier.measure(current.errors)),
    root_mean_squared_error: valueOf(rmse.measure(current.errors)),
    mean_absolute_error: valueOf(mae.measure(current.errors)),
    bias: valueOf(bias.measure(current.errors)),
  };
  return [
    ...drift('numeric'),
    ...drift('categorical'),
    ...drift('output'),
    ...drift('groundTruth'),
    ...missing,
    ...Object.entries(quality).map(([name, value]) => [`model_version_role:modelwatch_${name}:1h{${MODEL}}`, value] as const),
    ...explanationsOf(current, reference),
    ...Object.entries(shadowOf(current)).map(
      ([name, value]) => [`model_version_role:modelwatch_shadow_${name}:1h{${CHALLENGER}}`, value] as const,
    ),
  ];
}

/** Series of explanations, by feature and of the model. */
function explanationsOf(current: Counts, reference: Counts): readonly (readonly [series: string, value: number])[] {
  const input = { current: current.attributions, reference: reference.attributions };
  const drifts = new Map(
    (['numeric', 'categorical'] as const).map((name) => [
      name as string,
      psi.measure({ current: current[name], reference: reference[name], significance: SIGNIFICANCE }),
    ]),
  );
  const impacts = driftImpacts(current.attributions, drifts);
  const byFeature = current.attributions.features.flatMap((feature, i) => {
    const series = (name: string) => `model_version_feature:modelwatch_${name}:1h{${FEATURE}="${feature}"}`;
    const { share, impact } = impacts.find((each) => each.feature === feature)!;
    return [
      [series('attribution_mean'), current.attributions.mean(i)],
      [series('attribution_mean_absolute'), current.attributions.meanAbsolute(i)],
      [series('attribution_variance'), current.attributions.variance(i)],
      [series('attribution_absolute_variance'), current.attributions.varianceAbsolute(i)],
      [series('attribution_share_ratio'), valueOf(share)],
      ...(impact.kind === 'measured' ? [[series('feature_drift_impact'), impact.value] as const] : []),
    ] as const;
  });
  return [
    [`model_version_role:modelwatch_explained:1h{${MODEL}}`, current.attributions.count],
    ...byFeature,
    [
      'model_version:modelwatch_attribution_total_variation_ratio:1h{model="m",version="1"}',
      valueOf(attributionTotalVariation.measure(input)),
    ],
    ['model_version:modelwatch_attribution_ndcg_ratio:1h{model="m",version="1"}', valueOf(attributionNdcg.measure(input))],
  ];
}

function shadowOf({ agreement, latency, outcomes: { scored, failed, timed_out: timedOut, dropped } }: Counts) {
  return {
    compared: agreement.count,
    disagreement_ratio: valueOf(disagreementRatio(agreement)),
    output_difference: valueOf(outputDifference(agreement)),
    output_difference_rms: Math.sqrt(agreement.differences.squared / agreement.count),
    latency_ratio: valueOf(latencyRatio(latency)),
    tried: scored + failed + timedOut,
    failure_ratio: valueOf(failureRatio({ scored, failed, timedOut, dropped, skipped: 0 })),
  };
}

/** A baseline of 3,000 predictions and its bins. */
function makeBaseline(random: () => number): { readonly bins: Binnings; readonly reference: Counts } {
  const bins: Binnings = {
    numeric: quantileBinning(Array.from({ length: 1000 }, () => numeric(0, random))),
    categorical: categoricalBinning(['ewr', 'ewr', 'ewr', 'jfk', 'jfk', 'lga', 'lga', 'rare'], 3),
    output: quantileBinning(Array.from({ length: 1000 }, random)),
    groundTruth: quantileBinning(Array.from({ length: 1000 }, () => 100 * random())),
  };
  const reference = emptyCounts(bins);
  for (let row = 0; row < 3000; row++) countOne(reference, 0, random);
  return { bins, reference };
}

withPromtool('the recording rules', () => {
  /** Compares each expected series, within the tolerance, in Prometheus itself. */
  const evaluate = (scraped: readonly InputSeries[], expected: readonly (readonly [string, number])[]) =>
    evaluateRecordings(
      scraped,
      expected.map(([series, value]) => atTheHour(series, value)),
    );

  it.each([1, 2, 3])('say what the core says of all replicas together, seed %p', async (seed) => {
    const random = seededRandom(seed);
    const { bins, reference } = makeBaseline(random);
    const { scraped, whole } = hourOfTraffic(bins, (counts) => countOne(counts, 1, random), random);
    const baseline = ['a', 'b'].flatMap((instance) =>
      [...exportedBaseline(reference)].map(([series, value]) => ({ series: onInstance(series, instance), values: `${value}x60` })),
    );
    const expected = expectations(whole, reference);
    expect(expected.every(([, value]) => Math.abs(value) > 100 * TOLERANCE)).toBe(true);
    expect(await evaluate([...scraped, ...baseline], expected)).toEqual({ code: 0, text: expect.stringContaining('SUCCESS') });
    // A thousandth off the first drift score is found.
    const [name, value] = expected[1]!;
    expect((await evaluate([...scraped, ...baseline], [[name, value + 0.001]])).code).toBe(1);
  });
});
