import { Attributions, attributionShares, greatestDiscountedGain, metric, NDCG_PLACES, type MetricName } from '@modelwatch/core';
import { EXPLANATION_OUTCOMES, type Explainer } from '../pipeline/explainer.js';
import type { ModelRuntime } from '../sidecar/model-runtime.js';
import { labelText } from './label-text.js';
import type { SlicedRegistry } from './registry.js';
import { readFamily } from './series.js';

/** What of a model's explainer does not change, as text and shares. */
interface Fixed {
  readonly featureLabels: readonly string[];
  readonly trainingShares: readonly (number | undefined)[];
  readonly trainingGain: number | undefined;
}

type Values = Iterable<readonly [more: readonly string[], value: number]>;

/** Registers what explaining counts: predictions, its budget, attributions by feature, golden rows. Models are read at each scrape. */
export function explainFamilies(registry: SlicedRegistry, models: () => ReadonlyMap<string, ModelRuntime>): void {
  const cache = new WeakMap<Explainer, Fixed>();
  const explained = function* () {
    for (const { name, version, role, source } of models().values()) {
      if (source.kind === 'onnx' && source.explainer !== undefined) yield { identity: [name, version, role], explainer: source.explainer };
    }
  };
  const fixedOf = (explainer: Explainer, [model, version]: readonly string[]) => {
    let fixed = cache.get(explainer);
    if (fixed === undefined) cache.set(explainer, (fixed = fixedFor(explainer, model!, version!)));
    return fixed;
  };
  const each = (name: MetricName, valuesOf: (explainer: Explainer, identity: readonly string[]) => Values) => {
    const description = metric(name);
    registry.add(
      readFamily(description, function* () {
        for (const { identity, explainer } of explained())
          for (const [more, value] of valuesOf(explainer, identity)) yield [labelText(description.labels, [...identity, ...more]), value];
      }),
    );
  };
  const one = (name: MetricName, valueOf: (explainer: Explainer) => number | undefined) => {
    each(name, (explainer) => {
      const value = valueOf(explainer);
      return value === undefined ? [] : [[[], value]];
    });
  };
  const byFeature = (name: MetricName, valueOf: (explainer: Explainer, feature: number, fixed: Fixed) => number | undefined) => {
    registry.add(
      readFamily(metric(name), function* () {
        for (const { identity, explainer } of explained()) {
          const fixed = fixedOf(explainer, identity);
          for (let feature = 0; feature < fixed.featureLabels.length; feature++) {
            const value = valueOf(explainer, feature, fixed);
            if (value !== undefined) yield [fixed.featureLabels[feature]!, value];
          }
        }
      }),
    );
  };

  one('modelwatch_explanations_sampled_total', ({ counts }) => counts.sampled);
  each('modelwatch_explanation_outcomes_total', ({ counts }) =>
    EXPLANATION_OUTCOMES.map((outcome) => [[outcome], counts.outcomes[outcome]] as const),
  );
  one('modelwatch_explanations_in_flight', ({ counts }) => counts.inFlight);
  one('modelwatch_explanations_in_flight_capacity', ({ counts }) => counts.inFlightMax);
  one('modelwatch_explainer_ready', ({ counts }) => Number(counts.ready));
  one('modelwatch_explanation_scored_rows_total', ({ counts }) => counts.rowsScored);
  one('modelwatch_explanation_cpu_seconds_total', ({ counts }) => counts.cpuSeconds);
  one('modelwatch_explanation_cpu_max_ratio', ({ counts }) => counts.cpuShareMax);
  byFeature('modelwatch_attribution_positive_total', ({ attributions }, feature) => attributions.positive[feature]);
  byFeature('modelwatch_attribution_negative_total', ({ attributions }, feature) => attributions.negative[feature]);
  byFeature('modelwatch_attribution_squared_total', ({ attributions }, feature) => attributions.squared[feature]);
  byFeature('modelwatch_baseline_attribution_ratio', (_, feature, { trainingShares }) => trainingShares[feature]);
  each('modelwatch_baseline_attribution_gain_ratio', (explainer, identity) => {
    const { trainingGain } = fixedOf(explainer, identity);
    return trainingGain === undefined ? [] : [[[], trainingGain]];
  });
  one('modelwatch_baseline_explanations', ({ explanations }) => explanations.attributions.count);
  one('modelwatch_golden_explanations', ({ golden }) => golden?.inconsistency.rows);
  one('modelwatch_golden_explanation_failures', ({ golden }) => golden?.inconsistency.failures);
  one('modelwatch_golden_explanation_difference_max', ({ golden }) => {
    const difference = golden?.inconsistency.differenceMax;
    return difference?.kind === 'measured' ? difference.value : undefined;
  });
  one('modelwatch_golden_explanation_timestamp_seconds', ({ golden }) => golden?.timeSeconds);
}

function fixedFor({ attributions: { features }, explanations }: Explainer, model: string, version: string): Fixed {
  const training = Attributions.fromJSON({ features, ...explanations.attributions });
  const trainingShares = attributionShares(training).map((share) => (share.kind === 'measured' ? share.value : undefined));
  const measured = trainingShares.filter((share) => share !== undefined);
  return {
    featureLabels: features.map((feature) => labelText(['model', 'version', 'feature'], [model, version, feature])),
    trainingShares,
    trainingGain: measured.length === 0 ? undefined : greatestDiscountedGain(measured, NDCG_PLACES),
  };
}
