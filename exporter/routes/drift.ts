import {
  driftCountMin,
  driftImpacts,
  driftVerdict,
  Frequencies,
  jensenShannon,
  kolmogorovSmirnovBinned,
  psi,
  type ApiFeatureDrift,
  type Baseline,
  type DriftAnswer,
  type DriftImpact,
  type Reading,
} from '@modelwatch/core';
import type { Clock } from '../clock.js';
import { succeed, type ErrorCode } from '../errors.js';
import type { ModelRuntime } from '../sidecar/model-runtime.js';
import { answerOfModel } from './answer-of-model.js';
import type { Route } from './app.js';
import { driftBarsOf } from './distributions.js';

export interface DriftDeps {
  readonly models: () => ReadonlyMap<string, ModelRuntime>;
  readonly clock: Pick<Clock, 'nowSeconds'>;
  readonly onRefused: (model: string, code: ErrorCode) => void;
}

/**
 * GET /v1/models/:model/drift: each feature and the output against the baseline, within the local window of this one sidecar. Reads memory. A fleet's
 * drift is what the recording rules make of the counters of all of them; a mean of these answers is not.
 */
export function driftRoute(deps: DriftDeps): Route {
  return {
    method: 'GET',
    path: '/v1/models/:model/drift',
    scope: 'read',
    rateClass: 'read',
    bodyBytesMax: 0,
    handle: answerOfModel(deps, (model) => succeed(driftOf(model, deps.clock.nowSeconds()))),
  };
}

/** What is counted within the local window, in the bins of the baseline: a feature, or at its end the output. */
export function windowedFrequencies({ watched: { watch } }: ModelRuntime, nowSeconds: number): readonly Frequencies[] {
  watch.window.tick(nowSeconds);
  const counted = watch.output === undefined ? watch.features : [...watch.features, watch.output];
  return counted.map(({ binning }, i) => Frequencies.fromCounts(binning, watch.window.countsOf(i)));
}

function driftOf(model: ModelRuntime, nowSeconds: number): DriftAnswer {
  const { baseline, window } = model.watched.watch;
  const current = windowedFrequencies(model, nowSeconds);
  const entries =
    baseline === undefined ? [] : [...baseline.features.map((entry) => [entry.name, entry] as const), [null, baseline.output] as const];
  const features = entries.map(([feature, entry], i) => readingsOf(model, feature, entry, current[i]!));
  const impacts = impactsOf(model, features);
  return {
    model: model.name,
    version: model.version,
    role: model.role,
    windowSeconds: window.seconds,
    bars: driftBarsOf(model.config),
    features: features.map((one) => {
      const of = one.feature === null ? undefined : impacts.get(one.feature);
      return { ...one, share: of?.share ?? null, impact: of?.impact ?? null };
    }),
  };
}

type Entry = Baseline['features'][number] | Baseline['output'];
type Measured = Omit<ApiFeatureDrift, 'share' | 'impact'>;

function readingsOf({ config }: ModelRuntime, feature: string | null, entry: Entry, current: Frequencies): Measured {
  const reference = Frequencies.fromCounts(current.binning, entry.counts);
  const input = { current, reference, significance: config.alerts.significance };
  const statistics = [psi, jensenShannon, ...(entry.kind === 'numeric' ? [kolmogorovSmirnovBinned] : [])];
  const readings: Readonly<Record<string, Reading>> = Object.fromEntries(statistics.map((one) => [one.name, one.measure(input)]));
  const counts = { count: current.count, bins: current.counts.length };
  return {
    feature,
    kind: entry.kind,
    count: current.count,
    referenceCount: reference.count,
    countMin: driftCountMin(counts.bins, config.alerts),
    readings,
    verdict: driftVerdict(readings['psi']!, counts, config.alerts),
  };
}

/** Where predictions are explained: how much of the model each feature is, and that times its PSI. */
function impactsOf({ source }: ModelRuntime, features: readonly Measured[]): ReadonlyMap<string, DriftImpact> {
  const explainer = source.kind === 'onnx' ? source.explainer : undefined;
  if (explainer === undefined) return new Map();
  const drifts = new Map(features.map(({ feature, readings }) => [feature ?? '', readings['psi']!]));
  return new Map(driftImpacts(explainer.attributions, drifts).map((one) => [one.feature, one]));
}
