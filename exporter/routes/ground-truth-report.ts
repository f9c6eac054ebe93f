import {
  DELAY_SECONDS_BUCKETS,
  durationSeconds,
  wilsonInterval,
  type ApiVersionGroundTruth,
  type GroundTruthAnswer,
} from '@modelwatch/core';
import type { Clock } from '../clock.js';
import type { ErrorCode } from '../errors.js';
import type { ModelRuntime } from '../sidecar/model-runtime.js';
import { emptyModelTally, type SeriesTally, type Store } from '../store/index.js';
import type { Route } from './app.js';
import { findModel } from './find-model.js';
import { refuse } from './ingest-fields.js';

export interface GroundTruthReportDeps {
  readonly models: () => ReadonlyMap<string, ModelRuntime>;
  readonly store: () => Pick<Store, 'readings'>;
  readonly clock: Pick<Clock, 'nowSeconds'>;
  readonly onRefused: (model: string, code: ErrorCode) => void;
}

const CONFIDENCE = 0.95;

/** GET /v1/models/:model/ground-truth: how long it takes, how much of it comes, how old the newest is. Reads memory. */
export function groundTruthReportRoute(deps: GroundTruthReportDeps): Route {
  return {
    method: 'GET',
    path: '/v1/models/:model/ground-truth',
    scope: 'read',
    rateClass: 'read',
    bodyBytesMax: 0,
    handle({ params }, response) {
      const found = findModel(deps.models(), params);
      if (!found.ok) refuse(response, deps, found.error);
      else response.json(reportOf(found.value, deps.store().readings(), deps.clock.nowSeconds()));
    },
  };
}

function reportOf(
  { name, config }: ModelRuntime,
  { models, series }: ReturnType<Store['readings']>,
  nowSeconds: number,
): GroundTruthAnswer {
  const tally = models.find(({ model }) => model === name) ?? emptyModelTally(name);
  const { pending, received, late, unmatched, duplicates, conflicts, newestTruthSeconds } = tally;
  return {
    model: name,
    horizonSeconds: durationSeconds(config.groundTruth.horizon),
    confidence: CONFIDENCE,
    pending,
    received,
    late,
    unmatched,
    duplicates,
    conflicts,
    ...(newestTruthSeconds === 0 ? {} : { ageSeconds: Math.max(0, nowSeconds - newestTruthSeconds) }),
    versions: series.filter(({ model, quality }) => model === name && quality.joined + quality.expired > 0).map(versionOf),
  };
}

function versionOf({ version, role, quality }: SeriesTally): ApiVersionGroundTruth {
  const { joined, expired, delaySeconds } = quality;
  const delayed = delaySeconds.counts.reduce((sum, count) => sum + count, 0);
  const ratio = wilsonInterval(joined / (joined + expired), joined + expired, CONFIDENCE);
  return {
    version,
    role,
    joined,
    expired,
    joinRatio: { kind: 'measured', ...ratio },
    delaySeconds: {
      edges: DELAY_SECONDS_BUCKETS,
      counts: [...delaySeconds.counts],
      mean: delayed === 0 ? null : delaySeconds.sum / delayed,
    },
  };
}
