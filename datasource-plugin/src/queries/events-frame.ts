import type { DataFrame } from '@grafana/data';
import type { EventKind, OperationalEvent } from '@modelwatch/core';
import type { EventsFound } from '../api';
import { frameOf, text, time, toMilliseconds } from '../frames/columns';
import { DEBUG_BOARD } from '../frames/data-links';

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
  return frameOf<OperationalEvent>({
    refId,
    name: 'events',
    rows: events,
    notices: more ? [{ severity: 'warning', text: `Only the first ${events.length} events of this time are shown.` }] : [],
    columns: [
      time('time', 'When it was, or began.', ({ timeSeconds }) => toMilliseconds(timeSeconds)),
      time('timeEnd', 'Empty where it did not last, or has not ended.', ({ endSeconds }) => toMilliseconds(endSeconds), {
        displayName: 'end',
      }),
      text('title', 'Kind, model and version.', titleOf),
      text('text', 'What was said of it.', (event) => event.text ?? ''),
      text('tags', 'Kind, model and status.', ({ kind, model, status }) =>
        [kind, model, status].filter((tag) => tag !== undefined).join(','),
      ),
      text('kind', 'What happened.', ({ kind }) => kind),
      text('model', 'The model; empty where it is of none.', ({ model }) => model, { links: [DEBUG_BOARD] }),
      text('version', 'The version; empty where it is of none.', ({ version }) => version),
      text('status', 'How it ended.', ({ status }) => status),
      text('id', 'Its id.', ({ id }) => id),
    ],
  });
}

function titleOf({ kind, model, version, status }: OperationalEvent): string {
  return [EVENT_KINDS[kind]?.label ?? kind, model, version, status === 'failed' ? '(failed)' : undefined]
    .filter((part) => part !== undefined)
    .join(' ');
}
