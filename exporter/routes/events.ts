import type { Request } from 'express';
import { EVENT_KINDS, EVENT_STATUSES, NAME_PATTERN, type EventKind, type EventsAnswer, type EventStatus } from '@modelwatch/core';
import type { Clock } from '../clock.js';
import { fail, succeed, type ErrorCode, type Result } from '../errors.js';
import { OTHER_MODELS, PROMOTION_EVENT, type EventCursor, type EventQuery, type EventReport, type Store } from '../store/index.js';
import type { Route } from './app.js';
import { checkId, compileCheck, idSchema, readTime, refuse, timeSchema } from './ingest-fields.js';
import { readEvents } from './json-body.js';
import { readLimit, readQueryOf, readWindow } from './window-query.js';

export interface EventRouteDeps {
  /** Configured models: events of others are counted together. */
  readonly models: () => { has(name: string): boolean };
  readonly store: () => Store;
  readonly clock: Clock;
  readonly onRefused: (model: string, code: ErrorCode) => void;
}

const BODY_BYTES_MAX = 65_536;
const EVENTS_DEFAULT = 100;
const EVENTS_MAX = 1000;

const name = { type: 'string', pattern: NAME_PATTERN } as const;

export const eventSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['kind'],
  properties: {
    id: idSchema,
    kind: { enum: EVENT_KINDS },
    model: name,
    version: name,
    status: { enum: EVENT_STATUSES },
    time: timeSchema,
    endTime: timeSchema,
    text: { type: 'string', minLength: 1, maxLength: 1024 },
  },
} as const;

/** A report as `POST /v1/events` takes it; times as they were given. */
export interface EventForm {
  readonly id?: string;
  readonly kind: EventKind;
  readonly model?: string;
  readonly version?: string;
  readonly status?: EventStatus;
  readonly time?: number | string;
  readonly endTime?: number | string;
  readonly text?: string;
}

const check = compileCheck<EventForm>(eventSchema);

/** The log of events: what happened, told by people and pipelines, beside the series that show what came of it. */
export function eventRoutes(deps: EventRouteDeps): readonly Route[] {
  const { models, store, clock } = deps;
  return [
    {
      method: 'POST',
      path: '/v1/events',
      scope: 'operate',
      rateClass: 'operate',
      bodyBytesMax: BODY_BYTES_MAX,
      /** 200 once it is durable. The same again changes nothing; another report under its id fills in what was not known. */
      async handle(request, response) {
        const report = readReport(request, clock.nowSeconds());
        const outcome = report.ok ? await store().book('events').write('record', counted(report.value, models())) : report;
        if (!outcome.ok) refuse(response, deps, outcome.error);
        else if (outcome.value === 'conflict')
          refuse(response, deps, {
            code: 'event_conflict',
            message: 'an event of this id is known with other content, or would end before it began',
          });
        else response.json({ outcome: outcome.value });
      },
    },
    {
      method: 'GET',
      path: '/v1/events',
      scope: 'read',
      rateClass: 'read',
      bodyBytesMax: 0,
      async handle({ query }, response) {
        const asked = readQuery(query);
        const found = asked.ok ? await store().book('events').read('events', asked.value) : asked;
        if (!asked.ok) refuse(response, deps, asked.error);
        else if (!found.ok) refuse(response, deps, found.error);
        else {
          const events = found.value.map(({ event }) => event);
          response.json({ events, ...pageCursor(found.value, asked.value.eventsMax) } satisfies EventsAnswer);
        }
      },
    },
  ];
}

/** A model that is not configured has no series of its own. */
function counted(report: EventReport, models: ReturnType<EventRouteDeps['models']>): EventReport {
  return report.model === undefined || models.has(report.model) ? report : { ...report, countedAs: OTHER_MODELS };
}

/** The id is the field's or that of the header `Idempotency-Key`; where both are given they are the same. */
function readReport({ headers, body }: Request, nowSeconds: number): Result<EventReport> {
  const entries = readEvents(headers, body, 1);
  if (!entries.ok) return entries;
  const form = check(entries.value[0]);
  if (!form.ok) return form;
  const { id, time, endTime, ...rest } = form.value;
  const key = headers['idempotency-key'];
  if (id !== undefined && key !== undefined && id !== key) return fail('invalid_value', 'id and Idempotency-Key differ');
  const given = id ?? (typeof key === 'string' && key.length <= idSchema.maxLength ? key : undefined);
  if (given === undefined || given === '') return fail('missing_field', 'an event needs an id, or the header Idempotency-Key');
  const named = checkId(given);
  if (!named.ok) return named;
  if (given.startsWith(PROMOTION_EVENT))
    return fail('invalid_value', `ids that begin with ${PROMOTION_EVENT} are those of the registry's own events`);
  if (rest.text?.isWellFormed() === false) return fail('invalid_value', 'text is not well-formed');
  const began = readTime(time, nowSeconds);
  const ended = readTime(endTime, nowSeconds);
  if (!began.ok) return began;
  if (!ended.ok) return ended;
  if (time !== undefined && endTime !== undefined && ended.value < began.value) return fail('invalid_value', 'endTime lies before time');
  return succeed({
    ...rest,
    id: named.value,
    ...(time === undefined ? {} : { timeSeconds: began.value }),
    ...(endTime === undefined ? {} : { endSeconds: ended.value }),
  });
}

const PARAMETERS: ReadonlySet<string> = new Set(['from', 'to', 'model', 'kind', 'limit', 'after']);
/** Where the next page of a log goes on, where this one is full. */
export function pageCursor(page: readonly { readonly cursor: EventCursor }[], rowsMax: number): { readonly next?: string } {
  const last = page.length === rowsMax ? page.at(-1)?.cursor : undefined;
  return last === undefined ? {} : { next: `${last.timeSeconds},${last.number}` };
}

/** `after`, from the `next` of the page before. */
export function readCursor(after: string | undefined): Result<EventCursor | undefined> {
  if (after === undefined) return succeed(undefined);
  const [, timeSeconds, number] = CURSOR.exec(after) ?? [];
  if (number === undefined) return fail('invalid_value', 'after is the next of an earlier answer');
  return succeed({ timeSeconds: Number(timeSeconds), number: Number(number) });
}

const CURSOR = /^(\d+(?:\.\d+)?),(\d+)$/;
/** Beyond any time that an event may have. */
const TIME_MAX = 253_402_300_800;

/** `from`, `to` (seconds since the epoch, or RFC 3339), `model`, `kind`, `limit`, and `after` from the `next` of the page before. */
function readQuery(query: unknown): Result<EventQuery> {
  const asked = readQueryOf(query, PARAMETERS);
  if (!asked.ok) return asked;
  const { from, to, model, kind, limit, after } = asked.value;
  const window = readWindow([from, to], { fromSeconds: 0, toSeconds: TIME_MAX });
  if (!window.ok) return window;
  const eventsMax = readLimit(limit, EVENTS_DEFAULT, EVENTS_MAX);
  if (!eventsMax.ok) return eventsMax;
  const kindAsked = EVENT_KINDS.find((one) => one === kind);
  if (kind !== undefined && kindAsked === undefined) return fail('invalid_value', `kind is one of ${EVENT_KINDS.join(', ')}`);
  const cursor = readCursor(after);
  if (!cursor.ok) return cursor;
  return succeed({
    ...window.value,
    eventsMax: eventsMax.value,
    ...(model === undefined ? {} : { model }),
    ...(kindAsked === undefined ? {} : { kind: kindAsked }),
    ...(cursor.value === undefined ? {} : { after: cursor.value }),
  });
}
