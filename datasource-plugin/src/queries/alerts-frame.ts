import type { DataFrame } from '@grafana/data';
import type { AlertRecord, AlertState } from '@modelwatch/core';
import type { AlertsFound } from '../api';
import { frameOf, number, text, time, toMilliseconds } from '../frames/columns';
import { DEBUG_BOARD } from '../frames/data-links';

/** How the states of an alert are called; complete by its type. */
export const ALERT_STATES: Readonly<Record<AlertState, string>> = { firing: 'Firing', resolved: 'Resolved', unheard: 'Told no more' };

/** Under which annotations stand; events have kinds of their own. */
export const ALERT_KIND = 'alert';

/** What wakes somebody is red; what nobody is told of is pale. */
const SEVERITY_COLORS: Readonly<Record<string, string>> = { page: 'red', ticket: 'orange', info: 'text' };
export const alertColor = (severity: string): string => SEVERITY_COLORS[severity] ?? 'orange';

/** A row an alert, under the names by which Grafana makes annotations of them; each is a region, one that fires up to the end of the range. */
export function alertsFrame({ rows, more }: AlertsFound, refId: string, range: { readonly toSeconds: number }): DataFrame {
  const endOf = ({ endSeconds, startSeconds }: AlertRecord) => endSeconds ?? Math.max(range.toSeconds, startSeconds);
  return frameOf<AlertRecord>({
    refId,
    name: 'alerts',
    rows,
    notices: more ? [{ severity: 'warning', text: `Only the first ${rows.length} alerts of this time are shown.` }] : [],
    columns: [
      time('time', 'When it began.', ({ startSeconds }) => toMilliseconds(startSeconds)),
      time('timeEnd', 'When it ended; of one that fires, the end of the time range.', (alert) => toMilliseconds(endOf(alert)), {
        displayName: 'end',
      }),
      text('title', 'Name and model.', ({ name, model }) => [name, model].filter((part) => part !== undefined).join(' ')),
      text('text', 'What it says.', ({ summary }) => summary ?? ''),
      text('tags', 'Model, severity and state.', ({ model, severity, state }) =>
        [ALERT_KIND, model, severity, state].filter((tag) => tag !== undefined).join(','),
      ),
      text('kind', 'That it is an alert.', () => ALERT_KIND),
      text('model', 'The model; empty where it is of none.', ({ model }) => model, { links: [DEBUG_BOARD] }),
      text('severity', 'Page, ticket or info.', ({ severity }) => severity),
      text('state', 'Whether it fires.', ({ state }) => ALERT_STATES[state] ?? state),
      number('duration', 'From its beginning to its end, or to the end of the time range.', (alert) => endOf(alert) - alert.startSeconds, {
        unit: 's',
      }),
      time('remedied', 'When the model was first changed while it fired; empty where it was not.', ({ remediedSeconds }) =>
        toMilliseconds(remediedSeconds),
      ),
      text('remedy', 'How the model was changed.', ({ remedy }) => remedy),
      text('labels', 'What else it is of: feature, version, slice.', ({ labels }) =>
        Object.entries(labels)
          .map(([label, value]) => `${label}=${value}`)
          .join(', '),
      ),
      text('id', 'Fingerprint and beginning, which name it.', ({ fingerprint, startSeconds }) => `${fingerprint}:${startSeconds}`),
    ],
  });
}
