import {
  API_VERSION,
  durationSeconds,
  type ApiAbout,
  type ModelsAnswer,
  type ModelSummary,
  type RegistryVersion,
  type Stage,
} from '@modelwatch/core';
import type { Clock } from '../clock.js';
import type { ErrorCode } from '../errors.js';
import type { Registrar } from '../registry/index.js';
import { isReady, type ModelRuntime } from '../sidecar/model-runtime.js';
import type { Route } from './app.js';
import { refuse } from './ingest-fields.js';
import { NO_PARAMETERS, readQueryOf } from './window-query.js';

export interface ModelsDeps {
  readonly models: () => ReadonlyMap<string, ModelRuntime>;
  readonly registrar: () => Registrar;
  readonly clock: Pick<Clock, 'nowSeconds'>;
  readonly version: string;
  readonly onRefused: (model: string, code: ErrorCode) => void;
}

/** What a client asks first: whom it talks to, and which models there are. Reads memory. */
export function modelsRoutes({ models, registrar, clock, version, onRefused }: ModelsDeps): readonly Route[] {
  const read = { method: 'GET', scope: 'read', rateClass: 'read', bodyBytesMax: 0 } as const;
  return [
    {
      ...read,
      path: '/v1',
      handle({ query }, response) {
        const asked = readQueryOf(query, NO_PARAMETERS);
        if (asked.ok) response.json({ name: 'modelwatch', version, apiVersion: API_VERSION } satisfies ApiAbout);
        else refuse(response, { onRefused }, asked.error);
      },
    },
    {
      ...read,
      path: '/v1/models',
      handle({ query }, response) {
        const asked = readQueryOf(query, NO_PARAMETERS);
        if (!asked.ok) {
          refuse(response, { onRefused }, asked.error);
          return;
        }
        const stages = stagesOf(registrar().view.versions);
        const nowSeconds = clock.nowSeconds();
        response.json({
          models: [...models().values()].map((model) => summary(model, stages.get(model.name), nowSeconds)),
        } satisfies ModelsAnswer);
      },
    },
  ];
}

/** Stages by model and version, so that an answer goes once through the registry however many models there are. */
function stagesOf(versions: readonly RegistryVersion[]): ReadonlyMap<string, ReadonlyMap<string, Stage>> {
  const stages = new Map<string, Map<string, Stage>>();
  for (const { model, version, stage } of versions) {
    const known = stages.get(model) ?? new Map<string, Stage>();
    stages.set(model, known.set(version, stage));
  }
  return stages;
}

function summary(model: ModelRuntime, stages: ReadonlyMap<string, Stage> | undefined, nowSeconds: number): ModelSummary {
  const { config, baseline } = model;
  const stageOf = (version: string) => {
    const stage = stages?.get(version);
    return stage === undefined ? {} : { stage };
  };
  return {
    name: model.name,
    team: config.team,
    role: model.role,
    version: model.version,
    ready: isReady(model),
    ...stageOf(model.version),
    outputKind: config.output.kind,
    ...(baseline === undefined ? {} : { baselineAgeSeconds: nowSeconds - Date.parse(baseline.provenance.createdAt) / 1000 }),
    baselineAgeSecondsMax: durationSeconds(config.alerts.baselineAgeMax),
    slices: config.slices.map(({ name }) => name),
    features: baseline?.features.map(({ name }) => name) ?? [],
    challengers: model.challengers.map(({ version, ready }) => ({ version, ready, ...stageOf(version) })),
  };
}
