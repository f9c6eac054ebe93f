import type { IncomingHttpHeaders } from 'node:http';
import { ALERT_FAMILIES, ALERT_SEVERITIES, SLO_ALERTS } from '@modelwatch/core';
import { fail, succeed, type Result } from '../errors.js';
import { ALL_MODELS, OTHER_MODELS, type AlertReport } from '../store/index.js';
import { compileCheck } from './ingest-fields.js';
import { readEvents } from './json-body.js';

/** Names, and whether they are on data: a change of the model remedies those. */
const FAMILIES: ReadonlyMap<string, boolean> = new Map(
  [...ALERT_FAMILIES, ...SLO_ALERTS].map(({ name, concern }) => [name, concern === 'data']),
);
const SEVERITIES: readonly string[] = ALERT_SEVERITIES;

const LABELS_MAX = 32;
const LABEL_CHARACTERS_MAX = 128;
const VALUE_CHARACTERS_MAX = 256;
const SUMMARY_CHARACTERS_MAX = 1024;

const texts = { type: 'object', additionalProperties: { type: 'string' } } as const;

/**
 * Alertmanager's message of version 4. What we do not read may be there, now or in a later Alertmanager: it drops an alert that is refused, so that here,
 * as nowhere else, unknown fields pass and long labels are cut.
 */
const messageSchema = {
  type: 'object',
  required: ['version', 'alerts'],
  properties: {
    version: { const: '4' },
    alerts: {
      type: 'array',
      items: {
        type: 'object',
        required: ['status', 'labels', 'startsAt', 'fingerprint'],
        properties: {
          status: { enum: ['firing', 'resolved'] },
          labels: texts,
          annotations: texts,
          startsAt: { type: 'string', maxLength: 64, format: 'date-time' },
          endsAt: { type: 'string', maxLength: 64, format: 'date-time' },
          fingerprint: { type: 'string', pattern: '^[0-9a-f]{1,64}$' },
        },
      },
    },
  },
} as const;

interface ToldAlert {
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt?: string;
  readonly fingerprint: string;
}

const check = compileCheck<{ readonly alerts: readonly ToldAlert[] }>(messageSchema);

export interface MessageContext {
  /** Configured models: alerts of others are counted together. */
  readonly models: { has(name: string): boolean };
  readonly nowSeconds: number;
}

/** The alerts of a message, under the names by which they are counted. */
export function readMessage(headers: IncomingHttpHeaders, body: unknown, context: MessageContext): Result<readonly AlertReport[]> {
  const entries = readEvents(headers, body, 1);
  if (!entries.ok) return entries;
  const message = check(entries.value[0]);
  if (!message.ok) return message;
  const reports: AlertReport[] = [];
  for (const [i, alert] of message.value.alerts.entries()) {
    const report = reportOf(alert, context);
    if (report === undefined) return fail('invalid_value', `alert ${i}: a time is no moment`);
    reports.push(report);
  }
  return succeed(reports);
}

function reportOf(alert: ToldAlert, { models, nowSeconds }: MessageContext): AlertReport | undefined {
  const { alertname = '', model, severity, ...rest } = alert.labels;
  const startSeconds = secondsOf(alert.startsAt);
  // One that fires has the year 1 as its end, or when it would be given up.
  const endSeconds = alert.status === 'firing' ? undefined : alert.endsAt === undefined ? nowSeconds : secondsOf(alert.endsAt);
  if (!Number.isFinite(startSeconds) || (endSeconds !== undefined && !Number.isFinite(endSeconds))) return undefined;
  const summary = alert.annotations?.['summary'];
  const name = cut(alertname, VALUE_CHARACTERS_MAX);
  return {
    fingerprint: alert.fingerprint,
    name,
    ...(model === undefined ? {} : { model: cut(model, VALUE_CHARACTERS_MAX) }),
    ...(severity === undefined ? {} : { severity: cut(severity, VALUE_CHARACTERS_MAX) }),
    startSeconds,
    ...(endSeconds === undefined ? {} : { endSeconds }),
    ...(summary === undefined || summary === '' ? {} : { summary: cut(summary, SUMMARY_CHARACTERS_MAX) }),
    labels: cutLabels(rest),
    counted: {
      model: model === undefined ? ALL_MODELS : models.has(model) ? model : OTHER_MODELS,
      alert: FAMILIES.has(alertname) ? alertname : OTHER_MODELS,
      severity: severity !== undefined && SEVERITIES.includes(severity) ? severity : OTHER_MODELS,
    },
    isOnData: FAMILIES.get(alertname) ?? false,
  };
}

/** To the millisecond, never before 1970: any moment may be told, and none is refused. */
const secondsOf = (time: string): number => Math.max(0, Date.parse(time) / 1000);

const cut = (text: string, charactersMax: number): string => text.slice(0, charactersMax).toWellFormed();

const cutLabels = (labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(labels)
      .slice(0, LABELS_MAX)
      .map(([label, value]) => [cut(label, LABEL_CHARACTERS_MAX), cut(value, VALUE_CHARACTERS_MAX)]),
  );
