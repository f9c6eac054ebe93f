import type { Request, Response } from 'express';
import { NAME_PATTERN, type BaselineFeature, type FeatureColumn } from '@modelwatch/core';
import { categoryDigest } from '../baseline/private-features.js';
import { fail, quoteInput, succeed, type RequestError, type Result } from '../errors.js';
import { nearestWord } from '../nearest-word.js';
import type { EventBatch, PredictionOutcome } from '../store/store.js';
import { checkId, compileCheck, idSchema, ofEvent, readTime, refuse, timeSchema } from './ingest-fields.js';
import { EVENTS_MAX, type IngestDeps, type IngestModel, type IngestVersion } from './ingest-model.js';
import { readEvents } from './json-body.js';

type Value = string | number | boolean | null;

type Feature = Pick<BaselineFeature, 'name' | 'kind' | 'private'>;

interface PredictionForm {
  readonly model: string;
  readonly version?: string;
  readonly id: string;
  readonly time?: number | string;
  readonly features?: Readonly<Record<string, Value>>;
  readonly output: number | null;
  readonly slices?: Readonly<Record<string, Value>>;
}

const values = {
  type: 'object',
  maxProperties: 10_000,
  additionalProperties: { type: ['string', 'number', 'boolean', 'null'], maxLength: 4096 },
} as const;

/** The form of one event; the meaning of its names is checked against its model. */
export const predictionSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['model', 'id', 'output'],
  properties: {
    model: { type: 'string', pattern: NAME_PATTERN },
    version: { type: 'string', pattern: NAME_PATTERN },
    id: idSchema,
    time: timeSchema,
    features: values,
    output: { type: ['number', 'null'] },
    slices: values,
  },
} as const;

const check = compileCheck<PredictionForm>(predictionSchema);

/** One event, its names resolved. */
interface PredictionEvent {
  readonly model: IngestModel;
  readonly versionName: string;
  readonly version: IngestVersion;
  readonly form: PredictionForm;
  readonly timeSeconds: number;
}

/**
 * POST /v1/predictions: predictions scored elsewhere, one as JSON, several as an array or as `application/x-ndjson`. All are checked before
 * any is taken. 200 once they are durable; sending them again changes nothing.
 */
export function postPredictions(deps: IngestDeps): (request: Request, response: Response) => Promise<void> {
  return async (request, response) => {
    const entries = readEvents(request.headers, request.body, EVENTS_MAX);
    if (!entries.ok) {
      refuse(response, deps, entries.error);
      return;
    }
    const nowSeconds = deps.clock.nowSeconds();
    const events: PredictionEvent[] = [];
    for (const [i, entry] of entries.value.entries()) {
      const event = readEvent(entry, deps.models, nowSeconds);
      if (!event.ok) {
        const { model, ...error } = event.error;
        refuse(response, deps, ofEvent(error, i, entries.value.length), model);
        deps.models.get(model)?.onRefused?.(error.code, entry);
        return;
      }
      events.push(event.value);
    }
    const outcomes = await Promise.all(batchesOf(events).map((batch) => deps.store.ingestPredictions(batch)));
    const failed = outcomes.find((outcome) => !outcome.ok);
    if (failed !== undefined && !failed.ok) {
      refuse(response, deps, failed.error);
      return;
    }
    response.status(200).json(summaryOf(outcomes.flatMap((outcome) => (outcome.ok ? outcome.value : []))));
  };
}

function summaryOf(outcomes: readonly PredictionOutcome[]) {
  const count = (wanted: PredictionOutcome) => outcomes.filter((outcome) => outcome === wanted).length;
  return { accepted: count('accepted'), duplicates: count('duplicate'), over_capacity: count('over_capacity') };
}

type EventResult = Result<PredictionEvent, RequestError & { readonly model: string }>;

function readEvent(entry: unknown, models: IngestDeps['models'], nowSeconds: number): EventResult {
  const form = check(entry);
  if (!form.ok) return { ok: false, error: { ...form.error, model: modelIn(entry, models) } };
  const model = models.get(form.value.model);
  if (model === undefined)
    return { ok: false, error: { ...fail('model_not_found', 'no model of this name is configured').error, model: '' } };
  const event = resolve(form.value, model, nowSeconds);
  return event.ok ? event : { ok: false, error: { ...event.error, model: model.name } };
}

/** The configured model that an event names, whatever else is wrong with it; else ''. */
function modelIn(entry: unknown, models: IngestDeps['models']): string {
  const named = typeof entry === 'object' && entry !== null && Object.hasOwn(entry, 'model') ? (entry as PredictionForm).model : undefined;
  return models.get(named ?? '')?.name ?? '';
}

function resolve(form: PredictionForm, model: IngestModel, nowSeconds: number): Result<PredictionEvent> {
  const versionName = form.version ?? model.version;
  const version = model.versions.get(versionName);
  if (version === undefined) return fail('version_not_found', 'no such version of the model is configured');
  const id = checkId(form.id);
  if (!id.ok) return id;
  const time = readTime(form.time, nowSeconds);
  if (!time.ok) return time;
  version.schema?.checkEvent(form.features ?? {});
  const features = checkFeatures(form.features ?? {}, version);
  if (!features.ok) return features;
  for (const name of Object.keys(form.slices ?? {})) {
    if (!model.slices.some((slice) => slice.name === name)) return fail('unknown_field', `there is no slice ${quoteInput(name)}`);
  }
  return succeed({ model, versionName, version, form, timeSeconds: time.value });
}

function checkFeatures(features: Readonly<Record<string, Value>>, version: IngestVersion): Result<undefined> {
  if (version.features === undefined) return succeed(undefined);
  const kinds = kindsOf(version);
  for (const [name, value] of Object.entries(features)) {
    const kind = kinds.get(name);
    if (kind === undefined) return fail('unknown_field', `the baseline has no feature ${quoteInput(name)}${hint(name, kinds)}`);
    if (kind === 'numeric' && value !== null && typeof value !== 'number') {
      return fail('datatype_mismatch', `feature ${quoteInput(name)} takes a number or null`);
    }
  }
  return succeed(undefined);
}

/** A feature of the baseline that the name may have been meant for. */
function hint(name: string, kinds: ReadonlyMap<string, unknown>): string {
  const similar = nearestWord(name, kinds.keys());
  return similar === undefined ? '' : `; did you mean ${quoteInput(similar)}?`;
}

const kindsByVersion = new WeakMap<IngestVersion, ReadonlyMap<string, 'numeric' | 'categorical'>>();

function kindsOf(version: IngestVersion): ReadonlyMap<string, 'numeric' | 'categorical'> {
  let kinds = kindsByVersion.get(version);
  if (kinds === undefined) kindsByVersion.set(version, (kinds = new Map((version.features ?? []).map(({ name, kind }) => [name, kind]))));
  return kinds;
}

/** Events in columns, a batch for each model and version. */
function batchesOf(events: readonly PredictionEvent[]): EventBatch[] {
  const groups = new Map<IngestVersion, PredictionEvent[]>();
  for (const event of events) {
    const group = groups.get(event.version);
    if (group === undefined) groups.set(event.version, [event]);
    else group.push(event);
  }
  return [...groups.values()].map((group) => {
    const { model, versionName, version } = group[0]!;
    return {
      model: model.name,
      version: versionName,
      role: version.role,
      rows: group.length,
      ids: group.map(({ form }) => form.id),
      timeSeconds: group[0]!.timeSeconds,
      timesSeconds: Float64Array.from(group, ({ timeSeconds }) => timeSeconds),
      features: (version.features ?? []).map((feature) => columnOf(group, feature)),
      outputs: Float64Array.from(group, ({ form }) => form.output ?? NaN),
      slices: model.slices.map((slice) => group.map(({ form }) => sliceOf(form, slice))),
      sliceNames: model.slices.map(({ name: slice }) => slice),
    };
  });
}

function columnOf(group: readonly PredictionEvent[], feature: Feature): FeatureColumn {
  const { name, kind } = feature;
  if (kind === 'numeric') return Float64Array.from(group, ({ form }) => (own(form.features, name) as number | null) ?? NaN);
  const digest = digestOf(feature);
  return group.map(({ form }) => {
    const text = textOf(own(form.features, name));
    return digest === undefined || text === null || text === '' ? text : digest(text);
  });
}

const digests = new WeakMap<Feature, ReturnType<typeof categoryDigest>>();

/** Made once a feature: it remembers digests. */
function digestOf(feature: Feature): ReturnType<typeof categoryDigest> {
  let digest = digests.get(feature);
  if (digest === undefined) digests.set(feature, (digest = categoryDigest(feature)));
  return digest;
}

function sliceOf(form: PredictionForm, { name, feature }: IngestModel['slices'][number]): string | undefined {
  const given = own(form.slices, name) ?? (feature === undefined ? null : own(form.features, feature));
  return textOf(given) ?? undefined;
}

/** A field of an object from outside: never one that every object has. */
function own(fields: Readonly<Record<string, Value>> | undefined, name: string): Value {
  return fields !== undefined && Object.hasOwn(fields, name) ? fields[name]! : null;
}

function textOf(value: Value): string | null {
  return value === null ? null : String(value).toWellFormed();
}
