import {
  Attributions,
  attributionNdcg,
  attributionShares,
  attributionTotalVariation,
  driftImpacts,
  Frequencies,
  psi,
  type ApiFeatureExplanation,
  type ExplanationsAnswer,
  type Reading,
} from '@modelwatch/core';
import type { Clock } from '../clock.js';
import { fail, succeed, type ErrorCode } from '../errors.js';
import type { Explainer } from '../pipeline/explainer.js';
import type { ModelRuntime } from '../sidecar/model-runtime.js';
import { answerOfModel } from './answer-of-model.js';
import type { Route } from './app.js';
import { windowedFrequencies } from './drift.js';

export interface ExplanationsDeps {
  readonly models: () => ReadonlyMap<string, ModelRuntime>;
  readonly clock: Clock;
  readonly onRefused: (model: string, code: ErrorCode) => void;
}

/** GET /v1/models/:model/explanations: what the model has looked at since this sidecar loaded it, against training. */
export function explanationsRoute(deps: ExplanationsDeps): Route {
  return {
    method: 'GET',
    path: '/v1/models/:model/explanations',
    scope: 'read',
    rateClass: 'read',
    bodyBytesMax: 0,
    handle: answerOfModel(deps, (model) => {
      const explainer = model.source.kind === 'onnx' ? model.source.explainer : undefined;
      return explainer === undefined
        ? fail('not_found', 'the predictions of this model are not explained; see docs/recipes/explanations.md')
        : succeed(shown(model, explainer, deps.clock.nowSeconds()));
    }),
  };
}

function shown(model: ModelRuntime, explainer: Explainer, nowSeconds: number): ExplanationsAnswer {
  const { attributions, counts, explanations, golden } = explainer;
  const { ready, sampled, inFlight, outcomes, rowsScored, cpuSeconds, cpuShareMax } = counts;
  const training = Attributions.fromJSON({ features: attributions.features, ...explanations.attributions });
  const trainingShares = attributionShares(training);
  const places = new Map(attributions.features.map((feature, i) => [feature, i]));
  const input = { current: attributions, reference: training };
  return {
    model: model.name,
    version: model.version,
    ready,
    counts: { sampled, inFlight, ...outcomes },
    budget: { cpuShareMax, cpuSeconds, rowsScored },
    base: explanations.base,
    training: { rows: training.count, backgroundRows: explanations.background.length },
    ndcg: attributionNdcg.measure(input),
    totalVariation: attributionTotalVariation.measure(input),
    bars: barsOf(model),
    golden: golden === undefined ? null : { ...golden.inconsistency, timeSeconds: golden.timeSeconds },
    // The greatest drift impact first.
    features: driftImpacts(attributions, driftsOf(model, nowSeconds)).map(({ feature, share, drift, impact }) => {
      const i = places.get(feature)!;
      const sums = { positive: attributions.positive[i], negative: attributions.negative[i], squared: attributions.squared[i] };
      return { feature, share, trainingShare: trainingShares[i]!, drift, impact, ...means(attributions, i), ...sums };
    }),
  };
}

function barsOf({ config: { alerts } }: ModelRuntime): ExplanationsAnswer['bars'] {
  const { attributionNdcgMin: ndcgMin, explainedCountMin, driftPsiMin } = alerts;
  return { ndcgMin, explainedCountMin, driftPsiMin };
}

/** Null without predictions: JSON has no NaN. */
function means(attributions: Attributions, feature: number): Pick<ApiFeatureExplanation, 'mean' | 'meanAbsolute' | 'variance'> {
  if (attributions.count === 0) return { mean: null, meanAbsolute: null, variance: null };
  return { mean: attributions.mean(feature), meanAbsolute: attributions.meanAbsolute(feature), variance: attributions.variance(feature) };
}

/** PSI of each feature against the baseline within the local window, once it has the values that statistic needs. */
function driftsOf(model: ModelRuntime, nowSeconds: number): ReadonlyMap<string, Reading> {
  const { significance } = model.config.alerts;
  const counted = windowedFrequencies(model, nowSeconds);
  return new Map(
    (model.watched.watch.baseline?.features ?? []).map(({ name, counts }, i) => {
      const current = counted[i]!;
      return [name, psi.measure({ current, reference: Frequencies.fromCounts(current.binning, counts), significance })];
    }),
  );
}
