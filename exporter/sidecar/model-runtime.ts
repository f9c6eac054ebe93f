import type { Baseline, ModelConfig, Role, UpstreamConfig } from '@modelwatch/core';
import type { Scorer } from '../models/scorer.js';
import type { Upstream } from '../models/upstream/upstream.js';
import type { Explainer } from '../pipeline/explainer.js';
import type { GoldenReplay } from '../pipeline/golden-replay.js';
import type { Parity } from '../pipeline/parity.js';
import type { Sampler } from '../samples/sampler.js';
import type { WatchedModel } from '../pipeline/watched-model.js';
import type { TraceSubject } from '../telemetry/tracing.js';
import type { RequestSeries } from '../telemetry/request-series.js';
import type { Challenger } from './challenger.js';
import type { ErrorModel } from './error-model.js';

/** Where a model's answers come from: a child of ours, the server behind us, or somewhere else, with events telling of it. */
export type ModelSource =
  | { readonly kind: 'onnx'; readonly scorer: Scorer; readonly golden: GoldenReplay | undefined; readonly explainer: Explainer | undefined }
  | { readonly kind: 'upstream'; readonly upstream: Upstream; readonly config: UpstreamConfig; readonly probe: Probe }
  | { readonly kind: 'events' };

/** Whether an upstream answers, asked in the background, so that neither a scrape nor a health check waits for it. */
export interface Probe {
  readonly ready: boolean;
  close(): void;
}

/** One configured model at work. */
export interface ModelRuntime {
  readonly config: ModelConfig;
  readonly name: string;
  readonly version: string;
  readonly role: Role;
  readonly baseline: Baseline | undefined;
  readonly source: ModelSource;
  readonly watched: WatchedModel;
  readonly requests: RequestSeries;
  /** What its traces say of it. */
  readonly traced: TraceSubject;
  /** Requests it is answering now: a reload lets them end before it closes what answers them. */
  readonly calls: { underWay: number };
  /** Its features against a feature server, where the configuration names one. */
  readonly parity: Parity | undefined;
  /** Keeps some of its requests, where the configuration asks for it. */
  readonly sampler: Sampler | undefined;
  /** Versions that score copies of what it answered. */
  readonly challengers: readonly Challenger[];
  /** Estimates the errors of its predictions, where the configuration has such a model. */
  readonly errorModel: ErrorModel | undefined;
}

/** Whether requests to it are answered now. */
export function isReady({ source }: ModelRuntime): boolean {
  switch (source.kind) {
    case 'onnx':
      return source.scorer.ready;
    case 'upstream':
      return source.probe.ready;
    case 'events':
      return true;
  }
}

/** What scores copies of a model's requests. */
export type CopyTaker = Pick<Challenger | ErrorModel, 'close'>;

export function copyTakersOf({ challengers, errorModel }: Pick<ModelRuntime, 'challengers' | 'errorModel'>): readonly CopyTaker[] {
  return errorModel === undefined ? challengers : [...challengers, errorModel];
}

/** Ends its children and connections, and those of what scores copies. May be called twice. */
export async function closeModel(model: ModelRuntime): Promise<void> {
  await Promise.all([closeSource(model.source), ...copyTakersOf(model).map((taker) => taker.close())]);
}

/** Ends the children or the connections of one source. May be called twice. */
export async function closeSource(source: ModelSource): Promise<void> {
  if (source.kind === 'onnx') {
    source.golden?.stop();
    await Promise.all([source.scorer.close(), source.explainer?.close()]);
  }
  if (source.kind === 'upstream') {
    source.probe.close();
    await source.upstream.close();
  }
}
