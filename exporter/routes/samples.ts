import type { SamplesAnswer } from '@modelwatch/core';
import type { Clock } from '../clock.js';
import { fail, succeed, type ErrorCode, type Result } from '../errors.js';
import type { ModelRuntime } from '../sidecar/model-runtime.js';
import type { SampleQuery, Store } from '../store/index.js';
import type { Route } from './app.js';
import { findModel } from './find-model.js';
import { refuse } from './ingest-fields.js';
import { readLimit, readQueryOf, readWindow } from './window-query.js';

export interface SampleDeps {
  readonly models: () => ReadonlyMap<string, ModelRuntime>;
  readonly store: () => Pick<Store, 'book'>;
  readonly clock: Pick<Clock, 'nowSeconds'>;
  readonly onRefused: (model: string, code: ErrorCode) => void;
}

const PARAMETERS: ReadonlySet<string> = new Set(['failing', 'reason', 'from', 'to', 'limit', 'before']);
const SAMPLES_DEFAULT = 50;
const SAMPLES_MAX = 500;
const DAY_SECONDS = 86_400;
const CURSOR = /^(\d+(?:\.\d+)?),(\d+)$/;

/**
 * GET /v1/models/:model/samples. It changes nothing and asks for the scope `operate` all the same: masked or not, these are rows of single requests, and
 * whoever may look at dashboards need not see them.
 */
export function samplesRoute(deps: SampleDeps): Route {
  const { models, store, clock } = deps;
  return {
    method: 'GET',
    path: '/v1/models/:model/samples',
    scope: 'operate',
    rateClass: 'read',
    bodyBytesMax: 0,
    async handle({ params, query }, response) {
      const model = findModel(models(), params);
      const asked = model.ok ? readSampleQuery(model.value.name, query, clock.nowSeconds()) : model;
      const found = asked.ok ? await store().book('samples').read('samples', asked.value) : asked;
      if (!found.ok || !asked.ok) {
        if (!found.ok) refuse(response, deps, found.error, model.ok ? model.value.name : undefined);
        return;
      }
      const last = found.value.length === asked.value.samplesMax ? found.value.at(-1)?.cursor : undefined;
      response.setHeader('Cache-Control', 'no-store');
      response.json({
        samples: found.value.map(({ sample }) => sample),
        ...(last === undefined ? {} : { next: `${last.timeSeconds},${last.number}` }),
      } satisfies SamplesAnswer);
    },
  };
}

/** The latest of the last 24 hours unless said otherwise. */
function readSampleQuery(model: string, query: unknown, nowSeconds: number): Result<SampleQuery> {
  const asked = readQueryOf(query, PARAMETERS);
  if (!asked.ok) return asked;
  const { failing, reason, from, to, limit, before } = asked.value;
  const window = readWindow([from, to], { fromSeconds: nowSeconds - DAY_SECONDS, toSeconds: nowSeconds + 1 });
  if (!window.ok) return window;
  const samplesMax = readLimit(limit, SAMPLES_DEFAULT, SAMPLES_MAX);
  if (!samplesMax.ok) return samplesMax;
  if (failing !== undefined && failing !== 'true' && failing !== 'false') return fail('invalid_value', 'failing is true or false');
  const [, timeSeconds, number] = CURSOR.exec(before ?? '') ?? [];
  if (before !== undefined && number === undefined) return fail('invalid_value', 'before is the next of an earlier answer');
  return succeed({
    model,
    ...window.value,
    samplesMax: samplesMax.value,
    ...(failing === undefined ? {} : { failing: failing === 'true' }),
    ...(reason === undefined ? {} : { reason }),
    ...(number === undefined ? {} : { before: { timeSeconds: Number(timeSeconds), number: Number(number) } }),
  });
}
