import type { Request, Response } from 'express';
import {
  Frequencies,
  jensenShannon,
  kolmogorovSmirnovBinned,
  missingRatio,
  psi,
  QUALITY_INTERVALS,
  QUALITY_METRICS,
  type Baseline,
  type FrequenciesJSON,
} from '@modelwatch/core';
import type { Clock } from '../clock.js';
import { fail, succeed, type ErrorCode, type Result } from '../errors.js';
import { binningOf } from '../pipeline/model-watch.js';
import { addCounts } from '../snapshots/additive.js';
import type { ModelRuntime } from '../sidecar/model-runtime.js';
import {
  emptyJoined,
  joinedFromJSON,
  qualityFromJSON,
  ROWS_MERGED_MAX,
  ROWS_READ_MAX,
  type JoinedCounts,
  type JoinedJSON,
  type MergedSnapshot,
  type QualityJSON,
  type SliceJSON,
  type SnapshotQuery,
  type Store,
} from '../store/index.js';
import type { Route } from './app.js';
import { findModel } from './find-model.js';
import { refuse } from './ingest-fields.js';
import { readQueryOf, readWindow, type Query, type TimeWindow } from './window-query.js';

export interface SnapshotDeps {
  readonly models: () => ReadonlyMap<string, ModelRuntime>;
  readonly store: () => Pick<Store, 'book'>;
  readonly clock: Pick<Clock, 'nowSeconds'>;
  readonly onRefused: (model: string, code: ErrorCode) => void;
}

const DAY_SECONDS = 86_400;
const DISTRIBUTION_PARAMETERS: ReadonlySet<string> = new Set(['feature', 'from', 'to', 'referenceFrom', 'referenceTo']);
const QUALITY_PARAMETERS: ReadonlySet<string> = new Set(['slice', 'from', 'to']);

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

const lastDay = (nowSeconds: number): TimeWindow => ({ fromSeconds: nowSeconds - DAY_SECONDS, toSeconds: nowSeconds });

/** Windows of a query put together, where they are no more than one answer may ask for. */
async function mergedOf(query: SnapshotQuery, store: Pick<Store, 'book'>): Promise<Result<readonly MergedSnapshot[]>> {
  const book = store.book('snapshots');
  const extent = await book.read('extent', query);
  if (!extent.ok) return extent;
  if (extent.value[0]!.rows > ROWS_MERGED_MAX)
    return fail(
      'value_out_of_range',
      `more than ${ROWS_MERGED_MAX} snapshots lie between from and to; ask for less time, or for one slice`,
    );
  const merged = await book.read('merged', query);
  // A page that is full may have left some out, and nothing of its own would tell.
  if (merged.ok && merged.value.length >= ROWS_READ_MAX)
    return fail('value_out_of_range', `${ROWS_READ_MAX} series or more lie between from and to; ask for less time, or for one slice`);
  return merged;
}

async function distributions(model: ModelRuntime, query: Query, { store, clock }: SnapshotDeps): Promise<Result<object>> {
  const { feature } = query;
  const window = readWindow([query['from'], query['to']], lastDay(clock.nowSeconds()));
  if (!window.ok) return window;
  const asksReference = query['referenceFrom'] !== undefined || query['referenceTo'] !== undefined;
  const length = window.value.toSeconds - window.value.fromSeconds;
  const before = { fromSeconds: window.value.fromSeconds - length, toSeconds: window.value.fromSeconds };
  const reference = readWindow([query['referenceFrom'], query['referenceTo']], before);
  if (!reference.ok) return reference;
  const subject = { model: model.name, subject: feature === undefined ? 'output' : 'feature', name: feature ?? '' } as const;
  const found = await mergedOf({ ...subject, ...window.value }, store());
  if (!found.ok) return found;
  const compared = asksReference ? await mergedOf({ ...subject, ...reference.value }, store()) : undefined;
  if (compared?.ok === false) return compared;
  return succeed({
    model: model.name,
    feature: feature ?? null,
    ...window.value,
    distributions: found.value.map((merged) => {
      const current = frequenciesFrom(merged);
      const against =
        compared === undefined ? baselineOf(merged, current, model, feature) : windowOf(merged, compared.value, reference.value);
      return { ...extentOf(merged), ...shown(current), ...comparison(current, against, model) };
    }),
  });
}

const extentOf = ({ version, role, rows, startSeconds, endSeconds }: MergedSnapshot) => ({
  version,
  role,
  snapshots: rows,
  startSeconds,
  endSeconds,
});

/** JSON has no infinities: a range without an end is null there. */
function frequenciesFrom({ document }: MergedSnapshot): Frequencies {
  const json = JSON.parse(document) as FrequenciesJSON;
  const { binning } = json;
  const range = binning as unknown as { readonly min: number | null; readonly max: number | null };
  return Frequencies.fromJSON({
    ...json,
    binning: binning.kind === 'numeric' ? { ...binning, min: range.min ?? -Infinity, max: range.max ?? Infinity } : binning,
  });
}

function shown(frequencies: Frequencies): object {
  const { binning, counts, count, missing, outOfRange, unseen } = frequencies;
  const bins =
    binning.kind === 'numeric' ? { kind: 'numeric', edges: binning.edges } : { kind: 'categorical', categories: binning.categories };
  return { count, missing, outOfRange, unseen, ...bins, counts: [...counts], shares: [...frequencies.shares()] };
}

interface Reference {
  readonly of: object;
  readonly frequencies: Frequencies;
}

/** The baseline that the version has now, if it is counted in the bins of that. */
function baselineOf(merged: MergedSnapshot, current: Frequencies, model: ModelRuntime, feature: string | undefined): Reference | undefined {
  const baseline = merged.version === model.version ? model.baseline : undefined;
  const entry = baseline === undefined ? undefined : entryOf(baseline, feature);
  if (entry === undefined) return undefined;
  const binning = binningOf(entry);
  if (JSON.stringify(binning) !== JSON.stringify(current.binning)) return undefined;
  return { of: { against: 'baseline' }, frequencies: Frequencies.fromCounts(current.binning, entry.counts, entry.missing) };
}

const entryOf = ({ features, output }: Baseline, feature: string | undefined) =>
  feature === undefined ? output : features.find(({ name }) => name === feature);

/** The same version in another window; where it has none, another version that was counted in the same bins. */
function windowOf(merged: MergedSnapshot, found: readonly MergedSnapshot[], window: TimeWindow): Reference | undefined {
  const same = found.filter(({ bins }) => bins === merged.bins);
  const match = same.find(({ version, role }) => version === merged.version && role === merged.role) ?? same[0];
  if (match === undefined) return undefined;
  return { of: { against: 'window', ...window, ...extentOf(match) }, frequencies: frequenciesFrom(match) };
}

/** Null where there is nothing to compare with in the same bins. */
function comparison(current: Frequencies, reference: Reference | undefined, { config }: ModelRuntime): object {
  if (reference === undefined) return { reference: null, statistics: null };
  const input = { current, reference: reference.frequencies, significance: config.alerts.significance };
  const statistics = [psi, jensenShannon, missingRatio, ...(current.binning.kind === 'numeric' ? [kolmogorovSmirnovBinned] : [])];
  return {
    reference: { ...reference.of, ...shown(reference.frequencies) },
    statistics: Object.fromEntries(statistics.map((statistic) => [statistic.name, statistic.measure(input)])),
  };
}

async function sliceQuality(model: ModelRuntime, query: Query, { store, clock }: SnapshotDeps): Promise<Result<object>> {
  const window = readWindow([query['from'], query['to']], lastDay(clock.nowSeconds()));
  if (!window.ok) return window;
  const { slice } = query;
  if (slice !== undefined && !model.config.slices.some(({ name }) => name === slice))
    return fail('invalid_value', 'slice is one that the configuration of the model has');
  const overall = await mergedOf({ model: model.name, subject: 'quality', ...window.value }, store());
  if (!overall.ok) return overall;
  const bySlice = await mergedOf(
    { model: model.name, subject: 'slice', ...(slice === undefined ? {} : { slice }), ...window.value },
    store(),
  );
  if (!bySlice.ok) return bySlice;
  const confidence = 1 - model.config.alerts.significance;
  return succeed({
    model: model.name,
    ...window.value,
    overall: overall.value.map((merged) => {
      const quality = qualityFromJSON(JSON.parse(merged.document) as QualityJSON);
      const readings = QUALITY_METRICS.map((metric) => [metric.name, metric.measure(quality[metric.reads] as never)]);
      return { ...extentOf(merged), joined: quality.joined, expired: quality.expired, quality: Object.fromEntries(readings) as object };
    }),
    slices: bySlice.value.map((merged) => {
      const { name, value, predictions, joined, tail } = JSON.parse(merged.document) as SliceJSON;
      const counts = joinedOf(joined, tail);
      const readings = QUALITY_INTERVALS.map((interval) => [interval.name, interval.measure(counts[interval.reads] as never, confidence)]);
      const told = { slice: name, value, predictions, joined: counts.errors.count + counts.errors.missing };
      return { ...extentOf(merged), ...told, quality: Object.fromEntries(readings) as object };
    }),
  });
}

/** Pairs of a slice value, those that were counted before it had a series of its own included. */
function joinedOf(joined: JoinedJSON | undefined, tail: JoinedJSON | undefined): JoinedCounts {
  if (joined === undefined || tail === undefined) {
    const known = joined ?? tail;
    return known === undefined ? emptyJoined() : joinedFromJSON(known);
  }
  return joinedFromJSON(addCounts(joined, tail));
}
