import { DOMAIN_COLUMNS_MAX, type Baseline, type FeatureColumn, type FeatureRows } from '@modelwatch/core';
import { createDomainRunner, type DomainRunner } from '../domain/domain-runner.js';
import { categoryDigest } from '../baseline/private-features.js';
import { fail, quoteInput, succeed, type ErrorCode, type Result } from '../errors.js';
import type { ModelRuntime } from '../sidecar/model-runtime.js';
import type { Route } from './app.js';
import { findModel } from './find-model.js';
import { compileCheck, refuse } from './ingest-fields.js';
import { parseJson, readText } from './json-body.js';

export interface DomainClassifierDeps {
  readonly models: () => ReadonlyMap<string, ModelRuntime>;
  readonly onRefused: (model: string, code: ErrorCode) => void;
}

const BODY_BYTES_MAX = 8_388_608;
const ROWS_MAX = 5000;
const DEADLINE_SECONDS = 30;

type Value = number | string | boolean | null;
type Row = Readonly<Record<string, Value>>;

interface DomainForm {
  readonly seed?: number;
  readonly significance?: number;
  readonly reference?: readonly Row[];
  readonly current?: readonly Row[];
}

const rows = {
  type: 'array',
  maxItems: ROWS_MAX,
  items: {
    type: 'object',
    maxProperties: 10_000,
    additionalProperties: { type: ['string', 'number', 'boolean', 'null'], maxLength: 4096 },
  },
} as const;

export const domainSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    seed: { type: 'integer', minimum: 0, maximum: 4_294_967_295 },
    significance: { type: 'number', exclusiveMinimum: 0, maximum: 0.5 },
    reference: rows,
    current: rows,
  },
} as const;

const check = compileCheck<DomainForm>(domainSchema);

/**
 * POST /v1/models/:model/domain-classifier: how well current rows can be told from reference rows. Unless the request brings its own, the current
 * rows are recent predictions of this sidecar, and the reference the golden rows of the baseline, about 100 of the training data.
 */
export function domainClassifierRoute(deps: DomainClassifierDeps, runner: DomainRunner = createDomainRunner(DEADLINE_SECONDS)): Route {
  return {
    method: 'POST',
    path: '/v1/models/:model/domain-classifier',
    scope: 'operate',
    rateClass: 'operate',
    bodyBytesMax: BODY_BYTES_MAX,
    async handle({ params, body }, response) {
      const found = findModel(deps.models(), params);
      if (!found.ok) {
        refuse(response, deps, found.error);
        return;
      }
      const model = found.value;
      const job = jobOf(model, body);
      if (!job.ok) {
        refuse(response, deps, job.error, model.name);
        return;
      }
      const { sources, ...input } = job.value;
      const report = await runner.run(input);
      if (!report.ok) refuse(response, deps, report.error, model.name);
      else response.json({ model: model.name, version: model.version, seed: input.seed, ...sources, ...report.value });
    },
  };
}

function jobOf({ baseline, watched, config }: ModelRuntime, body: unknown) {
  const form = formOf(body);
  if (!form.ok) return form;
  if (baseline === undefined) return fail('not_found', 'the model has no baseline, so its features are not known');
  const { seed = 1, significance = config.alerts.significance } = form.value;
  const { features } = baseline;
  if (features.length > DOMAIN_COLUMNS_MAX)
    return fail('value_out_of_range', `a domain classifier takes ${DOMAIN_COLUMNS_MAX} features at most`);
  const reference = form.value.reference === undefined ? goldenRows(baseline) : givenRows(form.value.reference, features, 'reference');
  if (!reference.ok) return reference;
  const recent = watched.watch.recent?.take() ?? { rows: 0, columns: [] };
  const current = form.value.current === undefined ? succeed(recent) : givenRows(form.value.current, features, 'current');
  if (!current.ok) return current;
  const sources = {
    reference: form.value.reference === undefined ? 'golden_rows' : 'request',
    current: form.value.current === undefined ? 'recent_predictions' : 'request',
  };
  const named = features.map(({ name, kind }) => ({ name, kind }));
  return succeed({ sources, features: named, reference: reference.value, current: current.value, seed, significance });
}

function formOf(body: unknown): Result<DomainForm> {
  // Nothing asked for is everything by default.
  if (!Buffer.isBuffer(body) || body.length === 0) return succeed({});
  const text = readText(body);
  const json = text.ok ? parseJson(text.value) : text;
  return json.ok ? check(json.value) : json;
}

function goldenRows({ features, goldenRows: { features: golden } }: Baseline): Result<FeatureRows> {
  const rowsOfGolden = golden.map((row) => Object.fromEntries(features.map(({ name }, i) => [name, row[i] ?? null])));
  return givenRows(rowsOfGolden, features, 'golden');
}

function givenRows(given: readonly Row[], features: Baseline['features'], what: string): Result<FeatureRows> {
  const kinds = new Map(features.map(({ name, kind }) => [name, kind]));
  for (const [i, row] of given.entries()) {
    for (const [name, value] of Object.entries(row)) {
      const kind = kinds.get(name);
      if (kind === undefined) return fail('unknown_field', `${what} row ${i}: the baseline has no feature ${quoteInput(name)}`);
      if (kind === 'numeric' && value !== null && typeof value !== 'number') {
        return fail('datatype_mismatch', `${what} row ${i}: feature ${quoteInput(name)} takes a number or null`);
      }
    }
  }
  const valueOf = (row: Row, name: string): Value => (Object.hasOwn(row, name) ? row[name]! : null);
  const columns = features.map((feature): FeatureColumn => {
    const { name, kind } = feature;
    const digest = categoryDigest(feature);
    if (kind === 'numeric') return Float64Array.from(given, (row) => (valueOf(row, name) as number | null) ?? NaN);
    return given.map((row) => {
      const value = valueOf(row, name);
      if (value === null || value === '') return null;
      return digest === undefined ? String(value) : digest(String(value));
    });
  });
  return succeed({ rows: given.length, columns });
}
