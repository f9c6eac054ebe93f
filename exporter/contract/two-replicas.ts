import type { Binning } from '@modelwatch/core';
import {
  Agreement,
  AGREEMENT_OUTCOMES,
  Attributions,
  attributionShares,
  binLabels,
  CalibrationBins,
  chiSquareQuantile,
  Confusion,
  ErrorSums,
  Frequencies,
  greatestDiscountedGain,
  LatencyPairs,
  NDCG_PLACES,
  ScoreBins,
} from '@modelwatch/core';

const MINUTES = 60;
/** The minute after whose scrape replica b restarts, and its counters with it. */
const RESTART = 25;
export const SIGNIFICANCE = 0.001;

/** What one replica counts, by the sketches that the exporter counts with. */
export interface Counts {
  readonly numeric: Frequencies;
  readonly categorical: Frequencies;
  readonly output: Frequencies;
  readonly groundTruth: Frequencies;
  readonly confusion: Confusion;
  readonly scores: ScoreBins;
  readonly calibration: CalibrationBins;
  readonly errors: ErrorSums;
  readonly agreement: Agreement;
  readonly latency: LatencyPairs;
  readonly attributions: Attributions;
  readonly outcomes: Record<'scored' | 'failed' | 'timed_out' | 'dropped', number>;
}

export interface Binnings {
  readonly numeric: Binning;
  readonly categorical: Binning;
  readonly output: Binning;
  readonly groundTruth: Binning;
}

export const emptyCounts = (bins: Binnings): Counts => ({
  numeric: new Frequencies(bins.numeric),
  categorical: new Frequencies(bins.categorical),
  output: new Frequencies(bins.output),
  groundTruth: new Frequencies(bins.groundTruth),
  confusion: new Confusion(),
  scores: new ScoreBins(),
  calibration: new CalibrationBins(),
  errors: new ErrorSums(),
  agreement: new Agreement({ kind: 'probability', championThreshold: 0.5, challengerThreshold: 0.4 }),
  latency: new LatencyPairs(),
  attributions: new Attributions(['numeric', 'categorical', 'c', 'd', 'e']),
  outcomes: { scored: 0, failed: 0, timed_out: 0, dropped: 0 },
});

function merge(into: Counts, from: Counts): void {
  into.numeric.merge(from.numeric);
  into.categorical.merge(from.categorical);
  into.output.merge(from.output);
  into.groundTruth.merge(from.groundTruth);
  into.confusion.merge(from.confusion);
  into.scores.merge(from.scores);
  into.calibration.merge(from.calibration);
  into.errors.merge(from.errors);
  into.agreement.merge(from.agreement);
  into.latency.merge(from.latency);
  into.attributions.merge(from.attributions);
  for (const outcome of OUTCOMES) into.outcomes[outcome] += from.outcomes[outcome];
}

const OUTCOMES = ['scored', 'failed', 'timed_out', 'dropped'] as const;

export const FEATURE = 'model="m",version="1",feature';
export const MODEL = 'model="m",version="1",role="champion"';
export const CHALLENGER = 'model="m",version="2",role="challenger"';

/** Every counter of a replica, as the exporter exports it: series to value. */
function exported(counts: Counts): ReadonlyMap<string, number> {
  const series = new Map<string, number>();
  const frequencies = (name: string, labels: string, of: Frequencies) => {
    const cumulative = of.cumulative();
    for (const [bin, label] of binLabels(of.binning).entries()) {
      series.set(`modelwatch_${name}_bin_total{${labels},bin="${label}"}`, of.counts[bin]!);
      if (of.binning.kind === 'numeric') series.set(`modelwatch_${name}_cumulative_total{${labels},bin="${label}"}`, cumulative[bin]!);
    }
  };
  for (const feature of ['numeric', 'categorical'] as const) {
    const of = counts[feature];
    frequencies('feature', `${FEATURE}="${feature}"`, of);
    series.set(`modelwatch_feature_values_total{${FEATURE}="${feature}"}`, of.count + of.missing);
    series.set(`modelwatch_feature_missing_total{${FEATURE}="${feature}"}`, of.missing);
  }
  frequencies('output', MODEL, counts.output);
  frequencies('ground_truth', MODEL, counts.groundTruth);
  const outcomes = {
    true_positive: 'truePositive',
    false_positive: 'falsePositive',
    true_negative: 'trueNegative',
    false_negative: 'falseNegative',
  } as const;
  for (const [outcome, key] of Object.entries(outcomes))
    series.set(`modelwatch_confusion_total{${MODEL},outcome="${outcome}"}`, counts.confusion[key]);
  for (const [truth, inBins] of [counts.scores.negative, counts.scores.positive].entries()) {
    let below = 0;
    for (const [bin, count] of inBins.entries()) {
      series.set(`modelwatch_score_bin_total{${MODEL},truth="${truth}",bin="${bin}"}`, count);
      series.set(`modelwatch_score_cumulative_total{${MODEL},truth="${truth}",bin="${bin}"}`, (below += count));
    }
  }
  for (const [bin, count] of counts.calibration.counts.entries()) {
    series.set(`modelwatch_calibration_predictions_total{${MODEL},bin="${bin}"}`, count);
    series.set(`modelwatch_calibration_score_total{${MODEL},bin="${bin}"}`, counts.calibration.scores[bin]!);
    series.set(`modelwatch_calibration_positive_total{${MODEL},bin="${bin}"}`, counts.calibration.positives[bin]!);
  }
  const { errors } = counts;
  series.set(`modelwatch_ground_truth_joined_total{${MODEL}}`, errors.count + errors.missing);
  series.set(`modelwatch_joined_output_missing_total{${MODEL}}`, errors.missing);
  series.set(`modelwatch_log_loss_nats_total{${MODEL}}`, errors.logLoss);
  series.set(`modelwatch_squared_error_total{${MODEL}}`, errors.squared);
  series.set(`modelwatch_over_error_total{${MODEL}}`, errors.over);
  series.set(`modelwatch_under_error_total{${MODEL}}`, errors.under);
  for (const [name, value] of exportedShadow(counts)) series.set(name, value);
  const { attributions } = counts;
  series.set(`modelwatch_explanation_outcomes_total{${MODEL},outcome="explained"}`, attributions.count);
  for (const [i, feature] of attributions.features.entries())
    for (const sums of ['positive', 'negative', 'squared'] as const)
      series.set(`modelwatch_attribution_${sums}_total{${FEATURE}="${feature}"}`, attributions[sums][i]!);
  return series;
}

function exportedShadow({ agreement, latency, outcomes }: Counts): readonly (readonly [series: string, value: number])[] {
  const shadow = (name: string, more = '') => `modelwatch_shadow_${name}_total{${CHALLENGER}${more}}`;
  const { differences } = agreement;
  return [
    ...AGREEMENT_OUTCOMES.probability.map((outcome, i) => [shadow('agreement', `,outcome="${outcome}"`), agreement.outcomes[i]!] as const),
    ...OUTCOMES.map((outcome) => [shadow('outcomes', `,outcome="${outcome}"`), outcomes[outcome]] as const),
    [shadow('difference_over'), differences.over],
    [shadow('difference_under'), differences.under],
    [shadow('difference_squared'), differences.squared],
    [shadow('champion_seconds'), latency.champion],
    [shadow('challenger_seconds'), latency.challenger],
  ];
}

/** The gauges of the baseline, the same on every replica. */
export function exportedBaseline(reference: Counts): ReadonlyMap<string, number> {
  const series = new Map<string, number>();
  const gauges = (prefix: string, labels: string, of: Frequencies) => {
    const labelled = binLabels(of.binning);
    const cumulative = of.cumulative();
    for (const [bin, label] of labelled.entries()) {
      series.set(`${prefix}_bin_ratio{${labels},bin="${label}"}`, of.counts[bin]! / of.count);
      if (of.binning.kind === 'numeric') series.set(`${prefix}_cumulative_ratio{${labels},bin="${label}"}`, cumulative[bin]! / of.count);
    }
    series.set(`${prefix}_values{${labels}}`, of.count);
    series.set(`${prefix}_chi_square_quantile{${labels}}`, chiSquareQuantile(1 - SIGNIFICANCE, labelled.length - 1));
  };
  for (const feature of ['numeric', 'categorical'] as const) {
    const of = reference[feature];
    gauges('modelwatch_baseline', `${FEATURE}="${feature}"`, of);
    series.set(`modelwatch_baseline_missing_ratio{${FEATURE}="${feature}"}`, of.missing / (of.count + of.missing));
  }
  gauges('modelwatch_baseline_output', MODEL, reference.output);
  gauges('modelwatch_baseline_ground_truth', MODEL, reference.groundTruth);
  const shares = attributionShares(reference.attributions).map((share) => {
    if (share.kind !== 'measured') throw new Error('the reference explains enough rows');
    return share.value;
  });
  for (const [i, share] of shares.entries()) {
    series.set(`modelwatch_baseline_attribution_ratio{${FEATURE}="${reference.attributions.features[i]!}"}`, share);
  }
  series.set(`modelwatch_baseline_attribution_gain_ratio{${MODEL}}`, greatestDiscountedGain(shares, NDCG_PLACES));
  return series;
}

export interface InputSeries {
  readonly series: string;
  readonly values: string;
}

/** How one replica counts: what it starts with, how counts of two are put together, and what a scrape sees of them. */
export interface Counting<C> {
  readonly empty: () => C;
  readonly merge: (into: C, from: C) => void;
  readonly exported: (counts: C) => ReadonlyMap<string, number>;
}

/** Traffic of two replicas over the hour: what a scrape each minute sees, and all of it together. Replica b restarts once. */
export function hourOfCounts<C>(
  { empty, merge: add, exported: seen }: Counting<C>,
  countOne: (counts: C) => void,
  random: () => number,
): { readonly scraped: readonly InputSeries[]; readonly whole: C } {
  const whole = empty();
  const scraped: InputSeries[] = [];
  for (const instance of ['a', 'b']) {
    let own = empty();
    const paths = new Map([...seen(own).keys()].map((series) => [series, [] as number[]]));
    for (let minute = 0; minute <= MINUTES; minute++) {
      const restarts = instance === 'b' && minute === RESTART + 1;
      if (restarts) own = empty();
      const news = empty();
      // The counters exist at 0 before anything is counted, also after the restart: else a bin that had few could hide that it starts anew.
      const rows = minute < 2 || restarts ? 0 : Math.floor((instance === 'a' ? 80 : 40) * random());
      for (let row = 0; row < rows; row++) countOne(news);
      add(own, news);
      add(whole, news);
      for (const [series, value] of seen(own)) paths.get(series)!.push(value);
    }
    for (const [series, values] of paths) scraped.push({ series: onInstance(series, instance), values: values.join(' ') });
  }
  return { scraped, whole };
}

/** The same with every counter of a model. */
export const hourOfTraffic = (
  bins: Binnings,
  countOne: (counts: Counts) => void,
  random: () => number,
): ReturnType<typeof hourOfCounts<Counts>> => hourOfCounts({ empty: () => emptyCounts(bins), merge, exported }, countOne, random);

/** A series as scraped from one replica. */
export const onInstance = (series: string, instance: string): string => series.replace('{', `{instance="${instance}",`);
