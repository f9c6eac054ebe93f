import type { Logger } from 'pino';
import type { Baseline, Config, ModelConfig, PredictionBatch } from '@modelwatch/core';
import { foreignBaseline } from '../baseline/baseline-identity.js';
import { evaluationKindFaults } from '../baseline/evaluation-kind.js';
import { formatBaselineFaults } from '../baseline/baseline-fault.js';
import { loadBaseline } from '../baseline/read-baseline.js';
import { privateFeatureFaults } from '../baseline/private-features.js';
import type { Clock } from '../clock.js';
import { quoteInput } from '../errors.js';
import { createOnnxScorer } from '../models/onnx/index.js';
import { createWatchedModel } from '../pipeline/watched-model.js';
import type { SampleKeeper } from '../samples/sample-keeper.js';
import { createSampler, type Sampler } from '../samples/sampler.js';
import type { TraceSubject } from '../telemetry/tracing.js';
import type { RequestSeries } from '../telemetry/request-series.js';
import { closeSource, type ModelRuntime, type ModelSource } from './model-runtime.js';
import { startGolden } from './start-golden.js';
import { startExplainer } from './start-explainer.js';
import { startParity } from './start-parity.js';
import { StartError } from './start-error.js';
import { startProbe } from './upstream-probe.js';

export interface BuildDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly requestSeries: (model: string, version: string, role: string) => RequestSeries;
  /** Takes samples of requests on to the store. */
  readonly keeper: SampleKeeper;
  /** Takes predictions of the inference path on to the store. */
  readonly record: (batch: PredictionBatch) => void;
}

/** Loads a configured model with its baseline and gets it ready to answer. Throws a StartError that says what is wrong with which model. */
export async function buildModel(config: ModelConfig, { watch }: Config, deps: BuildDeps): Promise<ModelRuntime> {
  const { name, champion } = config;
  const { version } = champion;
  const baseline = champion.baseline === undefined ? undefined : await baselineOf(config, champion.baseline);
  const { source, digest } = await startSource(config, deps);
  try {
    const nowSeconds = deps.clock.nowSeconds();
    const watched = createWatchedModel({
      config,
      baseline,
      localWindow: watch.localWindow,
      nowSeconds,
      inputNames: source.kind === 'onnx' ? source.scorer.inputs.map((input) => input.name) : [],
      // Its name is the client's, and what a client has sent stands in no log: modelwatch_schema_errors_total has it.
      onNewFeature(_feature, similar) {
        const renamed = similar === undefined ? {} : { renamedFrom: similar };
        deps.logger.warn({ model: name, version, ...renamed }, 'requests have a feature that the baseline has not');
      },
    });
    const model: ModelRuntime = {
      config,
      name,
      version,
      role: 'champion',
      baseline,
      source,
      watched,
      parity: await startParity(config, watched, deps),
      sampler: startSampler(config, { baseline, watched }, deps),
      requests: deps.requestSeries(name, version, 'champion'),
      traced: tracedAs(config),
      calls: { underWay: 0 },
      challengers: [],
      errorModel: undefined,
    };
    checkBaseline(model, digest);
    checkOutput(model);
    checkFreshness(model);
    if (source.kind !== 'onnx') return model;
    const golden = startGolden({ baseline, scorer: source.scorer, watched }, deps);
    return {
      ...model,
      source: { ...source, golden, explainer: startExplainer({ config, baseline, digest, watched }, source.scorer, deps) },
    };
  } catch (error) {
    await closeSource(source);
    throw error;
  }
}

function startSampler(
  config: ModelConfig,
  { baseline, watched }: Pick<ModelRuntime, 'baseline' | 'watched'>,
  { keeper, clock }: BuildDeps,
): Sampler | undefined {
  const { samples } = config;
  return samples === undefined ? undefined : createSampler({ config, samples, baseline, output: watched.output, keeper, clock });
}

function tracedAs({ name, champion: { version, upstream } }: ModelConfig): TraceSubject {
  return { model: name, version, route: upstream?.mapping?.path ?? '/v2/models/:model/infer', isForwarded: upstream !== undefined };
}

async function baselineOf(config: ModelConfig, file: string): Promise<Baseline> {
  const { name, champion, output } = config;
  const loaded = await loadBaseline(file);
  const faults = loaded.ok
    ? [...evaluationKindFaults(file, loaded.value, output.kind), ...privateFeatureFaults(file, loaded.value, config)]
    : loaded.faults;
  if (!loaded.ok || faults.length > 0) {
    throw new StartError(2, formatBaselineFaults(faults), undefined, `model ${name}: its baseline is at fault; the log says where`);
  }
  const foreign = foreignBaseline(loaded.value, { name, version: champion.version });
  if (foreign !== undefined) throw new StartError(2, `model ${name}: ${foreign}\n`);
  return loaded.value;
}

async function startSource(
  config: ModelConfig,
  { clock, logger }: BuildDeps,
): Promise<{ readonly source: ModelSource; readonly digest?: string }> {
  const { name, champion } = config;
  if (champion.onnx !== undefined) {
    const { onnx } = champion;
    const scorer = await createOnnxScorer({
      file: onnx.path,
      config: onnx,
      clock,
      logger: logger.child({ model: name, version: champion.version }),
    });
    if (!scorer.ok) throw new StartError(2, `model ${name}: ${scorer.error.message}\n`);
    return {
      source: { kind: 'onnx', scorer: scorer.value, golden: undefined, explainer: undefined },
      digest: `sha256:${scorer.value.digest}`,
    };
  }
  if (champion.upstream !== undefined) {
    // undici takes 8 MB: it is loaded where there is something to call.
    const { createUpstream } = await import('../models/upstream/upstream.js');
    const upstream = createUpstream(champion.upstream, clock.monotonicSeconds);
    const probe = await startProbe(upstream, champion.upstream, name);
    if (!probe.ready) logger.warn({ model: name }, 'the upstream does not say that it is ready; requests are passed on all the same');
    return { source: { kind: 'upstream', upstream, config: champion.upstream, probe } };
  }
  return { source: { kind: 'events' } };
}

/** An event time that no request can have would count every prediction as missing one. */
function checkFreshness({ name, config: { freshness }, baseline, source, watched }: ModelRuntime): void {
  if (freshness?.feature === undefined || source.kind !== 'onnx') return;
  const inputs = source.scorer.inputs.map((input) => input.name);
  const features = new Set(baseline?.features.map((feature) => feature.name));
  for (const missing of watched.features.missingFrom(inputs)) features.delete(missing);
  if (!inputs.includes(freshness.feature) && !features.has(freshness.feature)) {
    throw new StartError(2, `model ${name}: no input of the model holds ${quoteInput(freshness.feature)}, which freshness.feature names\n`);
  }
}

/** An output that the model does not have would be missing in every answer. What a shape leaves open is taken as it is. */
function checkOutput({ name, config: { output }, source }: ModelRuntime): void {
  if (source.kind !== 'onnx') return;
  const { outputs } = source.scorer;
  const tensor = output.tensor === undefined ? outputs.at(-1) : outputs.find((one) => one.name === output.tensor);
  if (tensor === undefined) {
    const names = outputs.map((one) => quoteInput(one.name)).join(', ');
    throw new StartError(
      2,
      `model ${name}: it has no output ${quoteInput(output.tensor ?? '')}, which output.tensor names; it has ${names}\n`,
    );
  }
  const width = tensor.shape.slice(1).reduce((product, size) => product * size, 1);
  const isKnown = tensor.shape.length > 0 && tensor.shape.slice(1).every((size) => size > 0);
  if (isKnown && output.column !== undefined && output.column >= width) {
    const has = width === 1 ? 'one column' : `${width} columns`;
    throw new StartError(
      2,
      `model ${name}: output.column is ${output.column}, and its output ${quoteInput(tensor.name)} has ${has}, counted from 0\n`,
    );
  }
}

/** A baseline that was made for another model file, or of features that the model does not take, would watch the wrong thing. */
function checkBaseline({ name, version, baseline, source, watched }: ModelRuntime, digest: string | undefined): void {
  if (baseline === undefined || source.kind !== 'onnx') return;
  const foreign = foreignBaseline(baseline, { name, version, digest });
  if (foreign !== undefined) throw new StartError(2, `model ${name}: ${foreign}\n`);
  const missing = watched.features.missingFrom(source.scorer.inputs.map((input) => input.name));
  if (missing.length > 0) {
    const some = missing.slice(0, 5).join(', ') + (missing.length > 5 ? ', ...' : '');
    throw new StartError(2, `model ${name}: no input of the model holds the baseline's features ${some}; name them under inputs\n`);
  }
}
