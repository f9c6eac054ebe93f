import { randomUUID } from 'node:crypto';
import type { Request, Response } from 'express';
import {
  NAME_PATTERN,
  STAGES,
  type Lineage,
  type PromotionsAnswer,
  type RegistryVersion,
  type Stage,
  type VersionsAnswer,
} from '@modelwatch/core';
import { fail, succeed, type ErrorCode, type Result } from '../errors.js';
import type { RegisterRequest, Registrar } from '../registry/index.js';
import type { ModelRuntime } from '../sidecar/model-runtime.js';
import type { Route } from './app.js';
import { checkId, compileCheck, idSchema, refuse } from './ingest-fields.js';
import { parseJson, readText } from './json-body.js';
import { NO_PARAMETERS, readQueryOf, type Query } from './window-query.js';

export interface RegistryRouteDeps {
  readonly registrar: () => Registrar;
  readonly models: () => ReadonlyMap<string, ModelRuntime>;
  readonly onRefused: (model: string, code: ErrorCode) => void;
}

const BODY_BYTES_MAX = 65_536;
/** Versions and promotions of one answer. */
const ENTRIES_MAX = 1000;

const name = { type: 'string', pattern: NAME_PATTERN } as const;
/** Free text of people; shown, never a label. */
const text = { type: 'string', minLength: 1, maxLength: 1024 } as const;
const file = {
  type: 'object',
  additionalProperties: false,
  required: ['file', 'digest'],
  properties: { file: name, digest: { type: 'string', pattern: '^[0-9a-f]{64}$' } },
} as const;

export const registerSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['model', 'version', 'onnx'],
  properties: {
    model: name,
    version: name,
    onnx: file,
    baseline: file,
    owner: text,
    notes: text,
    lineage: { type: 'object', additionalProperties: false, properties: { dataSet: text, features: text, code: text, run: text } },
    metrics: {
      type: 'object',
      maxProperties: 100,
      propertyNames: { pattern: NAME_PATTERN },
      additionalProperties: { type: 'number' },
    },
  },
} as const;

export const stageSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['model', 'version', 'stage'],
  properties: { model: name, version: name, stage: { enum: STAGES.filter((stage) => stage !== 'production') } },
} as const;

export const promotionSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['model', 'version'],
  properties: { id: idSchema, model: name, version: name },
} as const;

interface StageForm {
  readonly model: string;
  readonly version: string;
  readonly stage: Exclude<Stage, 'production'>;
}

interface PromotionForm {
  readonly id?: string;
  readonly model: string;
  readonly version: string;
}

const checkRegister = compileCheck<RegisterRequest>(registerSchema);
const checkStage = compileCheck<StageForm>(stageSchema);
const checkPromotion = compileCheck<PromotionForm>(promotionSchema);

/** What the registry holds, and its changes. Reads are of memory, as of the last change. */
export function registryRoutes(deps: RegistryRouteDeps): readonly Route[] {
  const { registrar, models } = deps;
  const read = { method: 'GET', scope: 'read', rateClass: 'read', bodyBytesMax: 0 } as const;
  const change = { method: 'POST', scope: 'operate', rateClass: 'operate', bodyBytesMax: BODY_BYTES_MAX } as const;
  const knows = (model: string): Result<ModelRuntime> => {
    const found = models().get(model);
    return found === undefined ? fail('model_not_found', 'no model of this name is configured') : { ok: true, value: found };
  };

  return [
    {
      ...read,
      path: '/v1/registry/versions',
      handle({ query }, response) {
        answer(response, deps, readVersionsQuery(query), ({ model, stage }) => {
          const versions = registrar().view.versions.filter(
            (entry) => (model === undefined || entry.model === model) && (stage === undefined || entry.stage === stage),
          );
          return { versions: versions.slice(0, ENTRIES_MAX), more: versions.length > ENTRIES_MAX } satisfies VersionsAnswer;
        });
      },
    },
    {
      ...read,
      path: '/v1/registry/versions/:model/:version',
      handle({ params, query }, response) {
        const asked = readQueryOf(query, NO_PARAMETERS);
        const found = asked.ok ? versionOf(registrar().view.versions, params) : asked;
        answer(response, deps, found, (version) => version);
      },
    },
    {
      ...read,
      path: '/v1/registry/promotions',
      async handle({ query }, response) {
        const asked = readQueryOf(query, NO_PARAMETERS);
        const latest = asked.ok ? await registrar().promotions() : asked;
        answer(response, deps, latest, (promotions) => ({ promotions }) satisfies PromotionsAnswer);
      },
    },
    {
      ...change,
      path: '/v1/registry/versions',
      /** 200 once the files are kept and the version is durable; the same again changes nothing. */
      async handle(request, response) {
        const form = bodyOf(request, checkRegister, wellFormed);
        const model = form.ok ? knows(form.value.model) : form;
        const outcome = !form.ok ? form : !model.ok ? model : await registrar().register(form.value);
        answer(response, deps, outcome, (value) => ({ outcome: value }));
      },
    },
    {
      ...change,
      path: '/v1/registry/stages',
      async handle(request, response) {
        const form = bodyOf(request, checkStage);
        const outcome = form.ok ? await registrar().stage(form.value, form.value.stage) : form;
        answer(response, deps, outcome, (value) => ({ outcome: value }));
      },
    },
    {
      ...change,
      path: '/v1/registry/promotions',
      /**
       * 200 once the version is the one that is served. 409 where it cannot take over: nothing has changed then. 503 where that is not known yet;
       * with the same id it may be asked again.
       */
      async handle(request, response) {
        const form = bodyOf(request, checkPromotion);
        const allowed = form.ok ? promotable(knows(form.value.model)) : form;
        if (!form.ok || !allowed.ok) {
          answer(response, deps, form.ok ? allowed : form, () => ({}));
          return;
        }
        const { id = randomUUID(), model, version } = form.value;
        const asked = checkId(id);
        const outcome = asked.ok ? await registrar().promote({ id, model, version }) : asked;
        if (outcome.ok && typeof outcome.value !== 'string' && outcome.value.state === 'aborted') {
          refuse(response, deps, { code: 'promotion_aborted', message: outcome.value.reason ?? 'the promotion was aborted' });
        } else answer(response, deps, outcome, (promotion) => ({ promotion }));
      },
    },
  ];
}

const VERSIONS_PARAMETERS: ReadonlySet<string> = new Set(['model', 'stage']);

function readVersionsQuery(query: unknown): Result<Query> {
  const asked = readQueryOf(query, VERSIONS_PARAMETERS);
  if (!asked.ok || asked.value['stage'] === undefined || STAGES.some((stage) => stage === asked.value['stage'])) return asked;
  return fail('invalid_value', `stage is one of ${STAGES.join(', ')}`);
}

function versionOf(versions: Registrar['view']['versions'], params: Request['params']): Result<RegistryVersion> {
  const found = versions.find(({ model, version }) => model === params['model'] && version === params['version']);
  return found === undefined ? fail('version_not_found', 'the registry has no such version') : succeed(found);
}

function promotable(model: Result<ModelRuntime>): Result<ModelRuntime> {
  if (!model.ok || model.value.config.champion.registry) return model;
  return fail('not_from_registry', 'the configuration names the version of this model; set champion.registry to leave it to the registry');
}

function bodyOf<Form>(
  request: Request,
  check: (value: unknown) => Result<Form>,
  means: (form: Form) => Result<Form> = (form) => ({ ok: true, value: form }),
): Result<Form> {
  if (!/^application\/json\s*(?:;|$)/i.test(request.headers['content-type'] ?? '')) {
    return fail('bad_content_type', 'the Content-Type must be application/json');
  }
  const body = readText(request.body);
  const json = body.ok ? parseJson(body.value) : body;
  const form = json.ok ? check(json.value) : json;
  return form.ok ? means(form.value) : form;
}

/** Text that has no UTF-8 would not be kept as it was sent. */
function wellFormed(form: RegisterRequest): Result<RegisterRequest> {
  const texts = [form.owner, form.notes, ...Object.values(form.lineage ?? ({} satisfies Lineage))] as readonly (string | undefined)[];
  if (texts.every((one) => one === undefined || one.isWellFormed())) return { ok: true, value: form };
  return fail('invalid_value', 'owner, notes or lineage is not well-formed text');
}

function answer<T>(response: Response, deps: RegistryRouteDeps, result: Result<T>, body: (value: T) => object): void {
  if (result.ok) response.json(body(result.value));
  else refuse(response, deps, result.error);
}
