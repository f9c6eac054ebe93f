import {
  DELAY_SECONDS_BUCKETS,
  durationSeconds,
  wilsonInterval,
  type ApiVersionGroundTruth,
  type GroundTruthAnswer,
} from '@modelwatch/core';
import type { Clock } from '../clock.js';
import { succeed, type ErrorCode } from '../errors.js';
import { confidenceOf } from '../pipeline/recorded-quality.js';
import type { ModelRuntime } from '../sidecar/model-runtime.js';
import { emptyModelTally, type SeriesTally, type Store } from '../store/index.js';
import { answerOfModel } from './answer-of-model.js';
import type { Route } from './app.js';

export interface GroundTruthReportDeps {
  readonly models: () => ReadonlyMap<string, ModelRuntime>;
  readonly store: () => Pick<Store, 'readings'>;
  readonly clock: Pick<Clock, 'nowSeconds'>;
  readonly onRefused: (model: string, code: ErrorCode) => void;
}

/** GET /v1/models/:model/ground-truth: how long it takes, how much of it comes, how old the newest is. Reads memory. */
export function groundTruthReportRoute(deps: GroundTruthReportDeps): Route {
  return {
    method: 'GET',
    path: '/v1/models/:model/ground-truth',
    scope: 'read',
    rateClass: 'read',
    bodyBytesMax: 0,
    handle: answerOfModel(deps, (model) => succeed(reportOf(model, deps.store().readings(), deps.clock.nowSeconds()))),
  };
}

function reportOf(
  { name, config }: ModelRuntime,
  { models, series }: ReturnType<Store['readings']>,
  nowSeconds: number,
): GroundTruthAnswer {
  const confidence = confidenceOf(config);
  const tally = models.find(({ model }) => model === name) ?? emptyModelTally(name);
  const { pending, received, late, unmatched, duplicates, conflicts, newestTruthSeconds } = tally;
  return {
    model: name,
    horizonSeconds: durationSeconds(config.groundTruth.horizon),
    confidence,
    pending,
    received,
    late,
    unmatched,
    duplicates,
    conflicts,
    ...(newestTruthSeconds === 0 ? {} : { ageSeconds: Math.max(0, nowSeconds - newestTruthSeconds) }),
    versions: series
      .filter(({ model, quality }) => model === name && quality.joined + quality.expired > 0)
      .map((one) => versionOf(one, confidence)),
  };
}

function versionOf({ version, role, quality }: SeriesTally, confidence: number): ApiVersionGroundTruth {
  const { joined, expired, delaySeconds } = quality;
  const delayed = delaySeconds.counts.reduce((sum, count) => sum + count, 0);
  const ratio = wilsonInterval(joined / (joined + expired), joined + expired, confidence);
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
