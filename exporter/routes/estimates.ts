import { ERROR_ESTIMATES, QUALITY_ESTIMATES, type ApiQualityEstimate, type EstimatesAnswer, type Reading } from '@modelwatch/core';
import { succeed, type ErrorCode } from '../errors.js';
import { confidenceOf, readQualities, recordedQuality } from '../pipeline/recorded-quality.js';
import type { ModelRuntime } from '../sidecar/model-runtime.js';
import { emptyJoined, type Store } from '../store/index.js';
import { answerOfModel } from './answer-of-model.js';
import type { Route } from './app.js';

export interface EstimatesDeps {
  readonly models: () => ReadonlyMap<string, ModelRuntime>;
  readonly store: () => Pick<Store, 'readings'>;
  readonly onRefused: (model: string, code: ErrorCode) => void;
}

/** GET /v1/models/:model/estimates: each quality as it is expected, as it came to be, and as it was recorded at evaluation. Reads memory. */
export function estimatesRoute(deps: EstimatesDeps): Route {
  return {
    method: 'GET',
    path: '/v1/models/:model/estimates',
    scope: 'read',
    rateClass: 'read',
    bodyBytesMax: 0,
    handle: answerOfModel(deps, (model) => succeed(estimatesOf(model, deps.store().readings()))),
  };
}

function estimatesOf(runtime: ModelRuntime, { series }: ReturnType<Store['readings']>): EstimatesAnswer {
  const { name: model, version, role, config, baseline } = runtime;
  const tally = series.find((one) => one.model === model && one.version === version && one.role === role);
  const confidence = confidenceOf(config);
  const { method, count, estimated } = estimateOf(runtime);
  const recorded = new Map(recordedQuality(baseline, config));
  const realised = readQualities(tally?.quality ?? emptyJoined(), config.output.kind, confidence);
  return {
    model,
    version,
    role,
    outputKind: config.output.kind,
    method,
    confidence,
    estimatedCount: count,
    joinedCount: tally?.quality.joined ?? 0,
    qualities: realised.map(([quality, reading]): ApiQualityEstimate => {
      return { quality, estimated: estimated.get(quality) ?? null, realised: reading, recorded: recorded.get(quality) ?? null };
    }),
  };
}

interface Estimate extends Pick<EstimatesAnswer, 'method'> {
  readonly count: number;
  readonly estimated: ReadonlyMap<string, Reading>;
}

function estimateOf({ watched, errorModel }: ModelRuntime): Estimate {
  const { estimate } = watched.watch;
  if (estimate !== undefined) {
    const { expected } = estimate;
    const estimated = new Map(QUALITY_ESTIMATES.map(({ name, measure }) => [name, asReading(measure(expected))]));
    return { method: 'cbpe', count: expected.count, estimated };
  }
  if (errorModel === undefined) return { method: null, count: 0, estimated: new Map() };
  const { errors } = errorModel.estimator;
  // An error that the model does not give has no estimate: its sum is 0, which would be a perfect one.
  const given = ERROR_ESTIMATES.filter(({ output }) => errorModel.outputs.includes(output));
  return { method: 'dle', count: errors.count, estimated: new Map(given.map(({ name, measure }) => [name, asReading(measure(errors))])) };
}

/** Without the mark of evidence, which the field's own name is here. */
const asReading = (reading: Reading): Reading =>
  reading.kind === 'measured' ? { kind: reading.kind, value: reading.value } : { kind: reading.kind, reason: reading.reason };
