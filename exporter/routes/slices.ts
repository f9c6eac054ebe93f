import type { SlicesAnswer } from '@modelwatch/core';
import { fail, succeed, type ErrorCode, type Result } from '../errors.js';
import { confidenceOf } from '../pipeline/recorded-quality.js';
import type { ModelRuntime } from '../sidecar/model-runtime.js';
import type { Store } from '../store/store.js';
import type { Route } from './app.js';
import { findModel } from './find-model.js';
import { refuse } from './ingest-fields.js';
import { RANKINGS, sliceReport, type SlicePage } from './slice-report.js';
import { readLimit, readQueryOf } from './window-query.js';

export interface SlicesDeps {
  readonly models: () => ReadonlyMap<string, ModelRuntime>;
  readonly store: () => Pick<Store, 'readings'>;
  readonly onRefused: (model: string, code: ErrorCode) => void;
}

const VALUES_DEFAULT = 50;
const VALUES_MAX = 500;
const PARAMETERS: ReadonlySet<string> = new Set(['slice', 'by', 'limit', 'offset', 'version']);

interface SliceQuery extends Omit<SlicePage, 'confidence'> {
  readonly slice: string | undefined;
  readonly version: string | undefined;
}

/** GET /v1/models/:model/slices: quality of every slice value that is kept, the worst first. Reads memory, never the disk. */
export function slicesRoute(deps: SlicesDeps): Route {
  const { models, store } = deps;
  return {
    method: 'GET',
    path: '/v1/models/:model/slices',
    scope: 'read',
    rateClass: 'read',
    bodyBytesMax: 0,
    handle({ params, query }, response) {
      const model = findModel(models(), params);
      const found = model.ok ? answer(model.value, store(), query) : model;
      if (found.ok) response.json(found.value);
      else refuse(response, deps, found.error, model.ok ? model.value.name : undefined);
    },
  };
}

function answer(model: ModelRuntime, store: Pick<Store, 'readings'>, query: unknown): Result<SlicesAnswer> {
  const { slices, output } = model.config;
  const asked = readQuery(query, output.kind);
  if (!asked.ok) return asked;
  const { slice, version = model.version } = asked.value;
  const wanted = slices.filter(({ name }) => slice === undefined || name === slice);
  if (slice !== undefined && wanted.length === 0) return fail('not_found', 'the model has no slice of this name');
  // A version that takes part in several roles is meant as the model's own one, if that is among them.
  const ofVersion = store.readings().series.filter((tally) => tally.model === model.name && tally.version === version);
  const tally = ofVersion.find(({ role }) => role === model.role) ?? (version === model.version ? undefined : ofVersion[0]);
  if (tally === undefined && version !== model.version) {
    return fail('version_not_found', 'nothing is kept of such a version of the model');
  }
  const page = { ...asked.value, confidence: confidenceOf(model.config) };
  return succeed({
    model: model.name,
    version,
    role: tally?.role ?? model.role,
    slices: wanted.map((config) => sliceReport(config, output.kind, tally?.quality, page)),
  });
}

/** `slice` and `version`; `by`, what slices are ranked by; `limit`, and `offset` from the `next` of the page before. */
function readQuery(query: unknown, kind: 'probability' | 'regression'): Result<SliceQuery> {
  const asked = readQueryOf(query, PARAMETERS);
  if (!asked.ok) return asked;
  const { slice, version, by, limit, offset = '0' } = asked.value;
  const ranking = RANKINGS.find((one) => one === (by ?? (kind === 'regression' ? 'absolute-error' : 'accuracy')));
  if (ranking === undefined) return fail('invalid_value', `by is one of ${RANKINGS.join(', ')}`);
  if (kind === 'regression' && ranking !== 'absolute-error') return fail('invalid_value', 'a regression is ranked by absolute-error');
  const valuesMax = readLimit(limit, VALUES_DEFAULT, VALUES_MAX);
  if (!valuesMax.ok) return valuesMax;
  if (!/^\d{1,6}$/.test(offset)) return fail('value_out_of_range', 'offset is the next of an earlier answer, or 0');
  return succeed({ slice, version, by: ranking, limit: valuesMax.value, offset: Number(offset) });
}
