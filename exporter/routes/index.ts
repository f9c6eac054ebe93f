import type { CostAnswer } from '@modelwatch/core';
import type { Clock } from '../clock.js';
import type { ErrorCode } from '../errors.js';
import type { Registrar } from '../registry/index.js';
import { watchIngested } from '../sidecar/ingest-watch.js';
import type { ModelRuntime } from '../sidecar/model-runtime.js';
import type { BodySeal } from '../security/body-seal.js';
import type { Store } from '../store/store.js';
import type { ChangeStream } from '../stream/change-stream.js';
import type { SlicedRegistry } from '../telemetry/registry.js';
import type { Route } from './app.js';
import { calibrationRoute } from './calibration.js';
import { postCloudEvent } from './cloud-events.js';
import { challengersRoute } from './challengers.js';
import { costRoute } from './cost.js';
import { domainClassifierRoute } from './domain-classifier.js';
import { estimatesRoute } from './estimates.js';
import { explanationsRoute } from './explanations.js';
import { driftRoute } from './drift.js';
import { postGroundTruth } from './ground-truth.js';
import { groundTruthReportRoute } from './ground-truth-report.js';
import type { IngestModel } from './ingest-model.js';
import { alertRoutes } from './alerts.js';
import { eventRoutes } from './events.js';
import { landingRoute } from './landing-page.js';
import { metricsRoute } from './metrics-route.js';
import { modelsRoutes } from './models.js';
import { openInferenceRoutes } from './open-inference-routes.js';
import { payloadDecoder } from './payload-decoder.js';
import { postPredictions } from './predictions.js';
import { registryRoutes } from './registry.js';
import { samplesRoute } from './samples.js';
import { snapshotRoutes } from './snapshots.js';
import { streamRoute } from './stream.js';
import { slicesRoute } from './slices.js';

export interface RouteDeps {
  readonly models: () => ReadonlyMap<string, ModelRuntime>;
  readonly ingestModels: () => ReadonlyMap<string, IngestModel>;
  readonly store: () => Store;
  readonly registry: Pick<SlicedRegistry, 'render'>;
  readonly registrar: () => Registrar;
  readonly cost: () => CostAnswer;
  readonly changes: () => Pick<ChangeStream, 'listen'>;
  /** Seals halves of exchanges while they wait in the store. */
  readonly bodies: BodySeal;
  readonly clock: Clock;
  readonly version: string;
  readonly eventsBytesMax: number;
  readonly isAccepting: () => boolean;
  readonly onRefused: (model: string, code: ErrorCode) => void;
}

/** Every route but inference, which is taken before Express. A test enumerates the router against this list. */
export function sidecarRoutes(deps: RouteDeps): readonly Route[] {
  const { clock, onRefused, eventsBytesMax, bodies } = deps;
  // Models and store may be exchanged by a reload: a handler works on those of its request.
  const ingest = () => ({ store: ingested(deps.store()), models: deps.ingestModels(), clock, onRefused });
  const ingested = (store: Store) => ({
    ingestGroundTruth: store.ingestGroundTruth,
    ingestPayload: store.ingestPayload,
    ...watchIngested(store, deps.models),
  });
  const decode = payloadDecoder(deps.models);
  const post = { method: 'POST', scope: 'ingest', rateClass: 'ingest', bodyBytesMax: eventsBytesMax } as const;
  return [
    landingRoute(deps),
    metricsRoute(deps.registry),
    ...openInferenceRoutes(deps),
    ...modelsRoutes(deps),
    explanationsRoute(deps),
    slicesRoute(deps),
    driftRoute(deps),
    challengersRoute(deps),
    calibrationRoute(deps),
    estimatesRoute(deps),
    groundTruthReportRoute(deps),
    costRoute(deps),
    streamRoute(deps),
    domainClassifierRoute(deps),
    {
      ...post,
      path: '/v1/predictions',
      handle: (request, response) =>
        request.headers['ce-specversion'] === undefined
          ? postPredictions(ingest())(request, response)
          : postCloudEvent({ ...ingest(), decode, bodies })(request, response),
    },
    { ...post, path: '/v1/ground-truth', handle: (request, response) => postGroundTruth(ingest())(request, response) },
    ...registryRoutes(deps),
    ...eventRoutes(deps),
    ...alertRoutes(deps),
    ...snapshotRoutes(deps),
    samplesRoute(deps),
  ];
}
