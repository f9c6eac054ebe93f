import { ALERT_STATES, type AlertsAnswer } from '@modelwatch/core';
import { fail, succeed, type Result } from '../errors.js';
import type { AlertQuery } from '../store/index.js';
import { readMessage } from './alert-message.js';
import type { Route } from './app.js';
import { pageCursor, readCursor, type EventRouteDeps } from './events.js';
import { refuse } from './ingest-fields.js';
import { readLimit, readQueryOf, readWindow } from './window-query.js';

/** A message holds all alerts of a group, unless `max_alerts` bounds it: some 10,000 with long annotations. */
const BODY_BYTES_MAX = 16_777_216;
const ALERTS_DEFAULT = 100;
const ALERTS_MAX = 1000;

/** The log of alerts: Alertmanager tells it, boards and people read it. */
export function alertRoutes(deps: EventRouteDeps): readonly Route[] {
  const { models, store, clock } = deps;
  return [
    {
      method: 'POST',
      path: '/v1/alerts',
      scope: 'ingest',
      // A webhook that is refused with 4xx, 429 among them, is not sent again: its alerts would be lost.
      rateClass: 'unlimited',
      bodyBytesMax: BODY_BYTES_MAX,
      /** 200 once all of the message is durable; 503 where that is not sure, upon which Alertmanager sends it again. */
      async handle({ headers, body }, response) {
        const reports = readMessage(headers, body, { models: models(), nowSeconds: clock.nowSeconds() });
        const taken = reports.ok ? await store().book('alerts').write('take', reports.value) : reports;
        if (taken.ok) response.json(taken.value);
        else refuse(response, deps, taken.error);
      },
    },
    {
      method: 'GET',
      path: '/v1/alerts',
      scope: 'read',
      rateClass: 'read',
      bodyBytesMax: 0,
      async handle({ query }, response) {
        const asked = readQuery(query);
        const found = asked.ok ? await store().book('alerts').read('alerts', asked.value) : asked;
        if (!asked.ok) refuse(response, deps, asked.error);
        else if (!found.ok) refuse(response, deps, found.error);
        else {
          const alerts = found.value.map(({ alert }) => alert);
          response.json({ alerts, ...pageCursor(found.value, asked.value.alertsMax) } satisfies AlertsAnswer);
        }
      },
    },
  ];
}

const PARAMETERS: ReadonlySet<string> = new Set(['from', 'to', 'model', 'state', 'limit', 'after']);
/** Beyond any time that an alert may have. */
const TIME_MAX = 253_402_300_800;

/** `from`, `to` (seconds since the epoch, or RFC 3339), `model`, `state`, `limit`, and `after` from the `next` of the page before. */
function readQuery(query: unknown): Result<AlertQuery> {
  const asked = readQueryOf(query, PARAMETERS);
  if (!asked.ok) return asked;
  const { from, to, model, state, limit, after } = asked.value;
  const window = readWindow([from, to], { fromSeconds: 0, toSeconds: TIME_MAX });
  if (!window.ok) return window;
  const alertsMax = readLimit(limit, ALERTS_DEFAULT, ALERTS_MAX);
  if (!alertsMax.ok) return alertsMax;
  const stateAsked = ALERT_STATES.find((one) => one === state);
  if (state !== undefined && stateAsked === undefined) return fail('invalid_value', `state is one of ${ALERT_STATES.join(', ')}`);
  const cursor = readCursor(after);
  if (!cursor.ok) return cursor;
  return succeed({
    ...window.value,
    alertsMax: alertsMax.value,
    ...(model === undefined ? {} : { model }),
    ...(stateAsked === undefined ? {} : { state: stateAsked }),
    ...(cursor.value === undefined ? {} : { after: cursor.value }),
  });
}
