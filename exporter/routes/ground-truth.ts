import type { Request, Response } from 'express';
import { NAME_PATTERN, type GroundTruth } from '@modelwatch/core';
import { fail, succeed, type Result } from '../errors.js';
import type { TruthOutcome } from '../store/store.js';
import { checkId, compileCheck, idSchema, ofEvent, readTime, refuse, timeSchema } from './ingest-fields.js';
import { EVENTS_MAX, type IngestDeps } from './ingest-model.js';
import { readEvents } from './json-body.js';

interface TruthForm {
  readonly model: string;
  readonly id: string;
  readonly value: number | boolean;
  readonly time?: number | string;
}

/** The form of one item. Whether the value suits the model is checked against it. */
export const groundTruthSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['model', 'id', 'value'],
  properties: {
    model: { type: 'string', pattern: NAME_PATTERN },
    id: idSchema,
    value: { type: ['number', 'boolean'] },
    time: timeSchema,
  },
} as const;

const check = compileCheck<TruthForm>(groundTruthSchema);

/**
 * POST /v1/ground-truth: what came true, one item as JSON, several as an array or as `application/x-ndjson`. All are checked before any is
 * taken. 200 once they are durable; sending them again changes nothing. 503 where some would have to wait and as many as allowed wait
 * already: the others are taken, and sending all again later is right.
 */
export function postGroundTruth(deps: IngestDeps): (request: Request, response: Response) => Promise<void> {
  return async (request, response) => {
    const entries = readEvents(request.headers, request.body, EVENTS_MAX);
    if (!entries.ok) {
      refuse(response, deps, entries.error);
      return;
    }
    const nowSeconds = deps.clock.nowSeconds();
    const truths: GroundTruth[] = [];
    for (const [i, entry] of entries.value.entries()) {
      const form = check(entry);
      const truth = form.ok ? readTruth(form.value, deps.models, nowSeconds) : form;
      if (!truth.ok) {
        const model = form.ok && deps.models.has(form.value.model) ? form.value.model : '';
        refuse(response, deps, ofEvent(truth.error, i, entries.value.length), model);
        return;
      }
      truths.push(truth.value);
    }
    const outcomes = await deps.store.ingestGroundTruth(truths);
    if (!outcomes.ok) {
      refuse(response, deps, outcomes.error);
      return;
    }
    const count = (wanted: TruthOutcome) => outcomes.value.filter((outcome) => outcome === wanted).length;
    const refused = count('over_capacity');
    if (refused > 0) {
      refuse(
        response,
        deps,
        fail('overloaded', `${refused} of ${truths.length} items wait for predictions and find no room; send all again later`).error,
      );
      return;
    }
    response.status(200).json({
      joined: count('joined'),
      early: count('early'),
      late: count('late'),
      unpaired: count('unpaired'),
      duplicates: count('duplicate'),
      conflicts: count('conflict'),
    });
  };
}

function readTruth(form: TruthForm, models: IngestDeps['models'], nowSeconds: number): Result<GroundTruth> {
  const model = models.get(form.model);
  if (model === undefined) return fail('model_not_found', 'no model of this name is configured');
  const id = checkId(form.id);
  if (!id.ok) return id;
  const time = readTime(form.time, nowSeconds);
  if (!time.ok) return time;
  if (model.kind === 'probability') {
    const value = Number(form.value);
    if (value !== 0 && value !== 1)
      return fail('invalid_value', 'the value must be 0, 1, false or true, since the model gives a probability');
    return succeed({ model: model.name, id: id.value, value, timeSeconds: time.value });
  }
  if (typeof form.value !== 'number') return fail('invalid_value', 'the value must be a number, since the model estimates one');
  return succeed({ model: model.name, id: id.value, value: form.value, timeSeconds: time.value });
}
