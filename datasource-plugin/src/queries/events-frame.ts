import { createDataFrame, DataFrame, FieldType } from '@grafana/data';
import type { EventKind, OperationalEvent } from '@modelwatch/core';
import type { EventsFound } from '../api';

/** How each kind of event is called and coloured; complete by its type. */
export const EVENT_KINDS: Readonly<Record<EventKind, { readonly label: string; readonly color: string }>> = {
  deploy: { label: 'Deploy', color: 'blue' },
  promotion: { label: 'Promotion', color: 'green' },
  rollback: { label: 'Rollback', color: 'orange' },
  retrain: { label: 'Retrain', color: 'purple' },
  training_job: { label: 'Training job', color: 'semi-dark-purple' },
  incident: { label: 'Incident', color: 'red' },
  maintenance: { label: 'Maintenance', color: 'yellow' },
  annotation: { label: 'Annotation', color: 'text' },
};

/** A row an event, under the names by which Grafana makes annotations of them; what lasted is a region. */
export function eventsFrame({ events, more }: EventsFound, refId: string): DataFrame {
  const text = (name: string, valueOf: (event: OperationalEvent) => string | null) => ({
    name,
    type: FieldType.string,
    config: {},
    values: events.map(valueOf),
  });
  return createDataFrame({
    refId,
    name: 'events',
    meta: {
      preferredVisualisationType: 'table',
      ...(more
        ? { notices: [{ severity: 'warning' as const, text: `Only the first ${events.length} events of this time are shown.` }] }
        : {}),
    },
    fields: [
      { name: 'time', type: FieldType.time, config: {}, values: events.map(({ timeSeconds }) => timeSeconds * 1000) },
      {
        name: 'timeEnd',
        type: FieldType.time,
        config: { displayName: 'end', description: 'Empty where it did not last, or has not ended.' },
        values: events.map(({ endSeconds }) => (endSeconds === undefined ? null : endSeconds * 1000)),
      },
      text('title', titleOf),
      text('text', (event) => event.text ?? ''),
      text('tags', ({ kind, model, status }) => [kind, model, status].filter((tag) => tag !== undefined).join(',')),
      text('kind', ({ kind }) => kind),
      text('model', ({ model }) => model ?? null),
      text('version', ({ version }) => version ?? null),
      text('status', ({ status }) => status ?? null),
      text('id', ({ id }) => id),
    ],
  });
}

function titleOf({ kind, model, version, status }: OperationalEvent): string {
  return [EVENT_KINDS[kind]?.label ?? kind, model, version, status === 'failed' ? '(failed)' : undefined]
    .filter((part) => part !== undefined)
    .join(' ');
}
