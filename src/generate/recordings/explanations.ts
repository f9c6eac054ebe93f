import { NDCG_PLACES } from '../../contracts/metrics.js';
import { FEATURE_LABELS, indent, MODEL_LABELS, number, summedIncrease } from '../promql.js';
import { driftWindows } from './recording-family.js';
import type { RecordingFamily } from './recording-family.js';

/** Features come and go with the version of a model, whatever its role. */
const VERSION_LABELS = 'model, version';

/**
 * What the model looks at, from sums of Shapley values: by feature the mean, the mean absolute value, the variance and the share of all absolute
 * values; and how far the shares are from those of training. With q and p the shares of a feature in the window and in training:
 *
 * - total variation = 1/2 sum |q - p|.
 * - NDCG = DCG / the greatest DCG, DCG = sum over places k of p / log2(k + 1), in the order of q. PromQL cannot tell a place, but it knows the
 *   first k: with G(k) the sum of p over them, DCG = sum of G(k) (1 / log2(k + 1) - 1 / log2(k + 2)) over all places but the last, and
 *   G(last) / log2(last + 1). Features of equal share have the places that Prometheus gives them. The greatest DCG comes with the baseline.
 */
export const explanations: RecordingFamily = {
  name: 'explanations',
  help: 'What the model looks at: mean, mean absolute value, variance and share of the Shapley values of a feature; total variation and NDCG of the shares against training; predictions explained.',
  windows: driftWindows,
  rules({ window, select }) {
    const ofFeature = (metric: string) => `model_version_feature:modelwatch_attribution_${metric}:${window}`;
    const ofModel = (metric: string) => `model_version:modelwatch_attribution_${metric}:${window}`;
    const explained = `model_version_role:modelwatch_explained:${window}`;
    const sum = (metric: string) => summedIncrease(FEATURE_LABELS, select(`modelwatch_attribution_${metric}_total`), window);
    const perExplained = (sums: string) =>
      `(\n${indent(sums)}\n)\n/ on (${VERSION_LABELS}) group_left ()\n(sum by (${VERSION_LABELS}) (${select(explained)}) > 0)`;
    const share = select(ofFeature('share_ratio'));
    const training = select(ofFeature('training_share_ratio'));
    return [
      {
        record: explained,
        expr: summedIncrease(MODEL_LABELS, select('modelwatch_explanation_outcomes_total', 'outcome="explained"'), window),
      },
      { record: ofFeature('mean'), expr: perExplained(`${sum('positive')}\n- ${sum('negative')}`) },
      { record: ofFeature('mean_absolute'), expr: perExplained(`${sum('positive')}\n+ ${sum('negative')}`) },
      {
        record: ofFeature('variance'),
        expr: `clamp_min(\n${indent(perExplained(sum('squared')))}\n  - ${select(ofFeature('mean'))} ^ 2,\n  0\n)`,
      },
      {
        record: ofFeature('absolute_variance'),
        expr: `clamp_min(\n${indent(perExplained(sum('squared')))}\n  - ${select(ofFeature('mean_absolute'))} ^ 2,\n  0\n)`,
      },
      {
        record: ofFeature('share_ratio'),
        expr: `${select(ofFeature('mean_absolute'))}\n/ on (${VERSION_LABELS}) group_left ()\n(sum without (feature) (${select(ofFeature('mean_absolute'))}) > 0)`,
      },
      // The baseline comes from every replica, always the same; max takes one of each.
      {
        record: ofFeature('training_share_ratio'),
        expr: `max by (${FEATURE_LABELS}) (${select('modelwatch_baseline_attribution_ratio')})`,
      },
      {
        record: ofModel('total_variation_ratio'),
        expr: `sum by (${VERSION_LABELS}) (\n  abs(${share} - ${training})\n) / 2`,
      },
      {
        record: ofModel('ndcg_ratio'),
        expr: `(\n${indent(discountedGain(training, share))}\n)\n/\nmax by (${VERSION_LABELS}) (${select('modelwatch_baseline_attribution_gain_ratio')})`,
      },
    ];
  },
};

/** Discounted cumulative gain of features in the order of a score, the greatest first. */
function discountedGain(gain: string, score: string): string {
  const discount = (place: number) => 1 / Math.log2(place + 1);
  return Array.from({ length: NDCG_PLACES }, (_, i) => {
    const places = i + 1;
    const weight = places === NDCG_PLACES ? discount(places) : discount(places) - discount(places + 1);
    const first = `topk by (${VERSION_LABELS}) (${places}, ${score})`;
    return `${number(weight)} * sum by (${VERSION_LABELS}) (${gain} and on (${FEATURE_LABELS}) ${first})`;
  }).join('\n+ ');
}

/** Drift impact of a feature: its share of the attribution times its PSI against a reference. Which of many drifted features to look at first. */
export const driftImpact: RecordingFamily = {
  name: 'drift-impact',
  help: 'Drift impact of a feature: its share of the attribution times its PSI.',
  windows: driftWindows,
  rules({ window, select }) {
    const of = (metric: string) => `model_version_feature:modelwatch_${metric}:${window}`;
    return [
      {
        record: of('feature_drift_impact'),
        expr: `${select(of('feature_psi'))}\n* on (${FEATURE_LABELS}) group_left ()\n${select(of('attribution_share_ratio'))}`,
      },
    ];
  },
};
