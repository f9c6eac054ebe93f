import type { Request, Response } from 'express';
import {
  QUALITY_INTERVALS,
  QUALITY_METRICS,
  type ApiStep,
  type IntervalReading,
  type Reading,
  type SliceQualityAnswer,
} from '@modelwatch/core';
import type { Clock } from '../clock.js';
import { fail, succeed, type ErrorCode, type Result } from '../errors.js';
import { confidenceOf } from '../pipeline/recorded-quality.js';
import { addCounts } from '../snapshots/additive.js';
import type { ModelRuntime } from '../sidecar/model-runtime.js';
import {
  emptyJoined,
  joinedFromJSON,
  qualityFromJSON,
  type JoinedCounts,
  type JoinedJSON,
  type MergedSnapshot,
  type QualityJSON,
  type SliceJSON,
  type Store,
} from '../store/index.js';
import type { Route } from './app.js';
import { DISTRIBUTION_PARAMETERS, distributions } from './distributions.js';
import { findModel } from './find-model.js';
import { refuse } from './ingest-fields.js';
import { extentOf, lastDay, mergedOf } from './merged-windows.js';
import { readQueryOf, readWindow, type Query } from './window-query.js';

export interface SnapshotDeps {
  readonly models: () => ReadonlyMap<string, ModelRuntime>;
  readonly store: () => Pick<Store, 'book'>;
  readonly clock: Pick<Clock, 'nowSeconds'>;
  readonly onRefused: (model: string, code: ErrorCode) => void;
}

const QUALITY_PARAMETERS: ReadonlySet<string> = new Set(['slice', 'from', 'to', 'step']);

/** What was counted in any window that lies within the retention: distributions of a feature or of the output, and quality by slice. */
export function snapshotRoutes(deps: SnapshotDeps): readonly Route[] {
  const shared = { method: 'GET', scope: 'read', rateClass: 'read', bodyBytesMax: 0 } as const;
  const answering =
    (parameters: ReadonlySet<string>, read: (model: ModelRuntime, query: Query) => Promise<Result<object>>) =>
    async ({ params, query }: Request, response: Response) => {
      const model = findModel(deps.models(), params);
      const asked = readQueryOf(query, parameters);
      const answer = !model.ok ? model : asked.ok ? await read(model.value, asked.value) : asked;
      if (answer.ok) response.json(answer.value);
      else refuse(response, deps, answer.error, model.ok ? model.value.name : undefined);
    };
  return [
    {
      ...shared,
      path: '/v1/models/:model/distributions',
      handle: answering(DISTRIBUTION_PARAMETERS, (model, query) => distributions(model, query, deps)),
    },
    {
      ...shared,
      path: '/v1/models/:model/slice-quality',
      handle: answering(QUALITY_PARAMETERS, (model, query) => sliceQuality(model, query, deps)),
    },
  ];
}

/** Below it there is nothing to tell apart: a window of snapshots is no shorter. */
const STEP_SECONDS_MIN = 60;
const STEP_SECONDS_MAX = 31 * 86_400;

/** Quality over all and by slice value, of the whole time, or by `step` seconds of it. */
async function sliceQuality(model: ModelRuntime, query: Query, { store, clock }: SnapshotDeps): Promise<Result<SliceQualityAnswer>> {
  const window = readWindow([query['from'], query['to']], lastDay(clock.nowSeconds()));
  if (!window.ok) return window;
  const { slice } = query;
  if (slice !== undefined && !model.config.slices.some(({ name }) => name === slice))
    return fail('invalid_value', 'slice is one that the configuration of the model has');
  const step = readStep(query['step']);
  if (!step.ok) return step;
  const asked = { model: model.name, ...window.value, ...step.value };
  const overall = await mergedOf({ subject: 'quality', ...asked }, store());
  if (!overall.ok) return overall;
  const bySlice = await mergedOf({ subject: 'slice', ...(slice === undefined ? {} : { slice }), ...asked }, store());
  if (!bySlice.ok) return bySlice;
  const confidence = confidenceOf(model.config);
  return succeed({
    ...asked,
    overall: overall.value.map((merged) => {
      const quality = qualityFromJSON(JSON.parse(merged.document) as QualityJSON);
      const readings = QUALITY_METRICS.map((metric) => [metric.name, metric.measure(quality[metric.reads] as never)]);
      return {
        ...extentOf(merged),
        ...stepOf(merged, step.value),
        joined: quality.joined,
        expired: quality.expired,
        quality: Object.fromEntries(readings) as Readonly<Record<string, Reading>>,
      };
    }),
    slices: bySlice.value.map((merged) => {
      const { name, value, predictions, joined, tail } = JSON.parse(merged.document) as SliceJSON;
      const counts = joinedOf(joined, tail);
      const readings = QUALITY_INTERVALS.map((interval) => [interval.name, interval.measure(counts[interval.reads] as never, confidence)]);
      const told = { slice: name, value, predictions, joined: counts.errors.count + counts.errors.missing };
      return {
        ...extentOf(merged),
        ...stepOf(merged, step.value),
        ...told,
        quality: Object.fromEntries(readings) as Readonly<Record<string, IntervalReading>>,
      };
    }),
  });
}

function readStep(text: string | undefined): Result<{ readonly stepSeconds?: number }> {
  if (text === undefined) return succeed({});
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (!(seconds >= STEP_SECONDS_MIN && seconds <= STEP_SECONDS_MAX))
    return fail('value_out_of_range', `step is a whole number of seconds from ${STEP_SECONDS_MIN} to ${STEP_SECONDS_MAX}`);
  return succeed({ stepSeconds: seconds });
}

function stepOf({ startSeconds }: MergedSnapshot, { stepSeconds }: { readonly stepSeconds?: number }): ApiStep {
  return stepSeconds === undefined ? {} : { stepStartSeconds: Math.floor(startSeconds / stepSeconds) * stepSeconds };
}

/** Pairs of a slice value, those that were counted before it had a series of its own included. */
function joinedOf(joined: JoinedJSON | undefined, tail: JoinedJSON | undefined): JoinedCounts {
  if (joined === undefined || tail === undefined) {
    const known = joined ?? tail;
    return known === undefined ? emptyJoined() : joinedFromJSON(known);
  }
  return joinedFromJSON(addCounts(joined, tail));
}
