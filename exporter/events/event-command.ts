import type { OperationalEvent } from '@modelwatch/core';
import { askSidecar, printable, type AskContext } from '../ask-sidecar.js';
import type { EventForm } from '../routes/events.js';
import { textTable } from '../text-table.js';

/** What is posted from the command line always has an id, so that it may be sent again. */
export type EventFlags = EventForm & { readonly id: string };

const SAID: Readonly<Record<string, string>> = {
  recorded: 'is recorded',
  updated: 'is brought up to date',
  duplicate: 'was recorded already',
};

export function postEvent(context: AskContext, event: EventFlags): Promise<number> {
  return askSidecar<{ readonly outcome: string }>(
    context,
    { method: 'POST', route: '/v1/events', body: event },
    ({ outcome }) => `${event.kind} ${event.id} ${SAID[outcome] ?? outcome}\n`,
  );
}

export function listEvents(context: AskContext, query: Readonly<Record<string, string>>): Promise<number> {
  const search = new URLSearchParams(query).toString();
  return askSidecar<{ readonly events: readonly OperationalEvent[]; readonly next?: string }>(
    context,
    { method: 'GET', route: `/v1/events${search === '' ? '' : `?${search}`}` },
    ({ events, next }) => table(events) + (next === undefined ? '' : `There may be more: --after ${next}\n`),
  );
}

function table(events: readonly OperationalEvent[]): string {
  if (events.length === 0) return 'no events\n';
  return textTable([
    ['TIME', 'KIND', 'MODEL', 'VERSION', 'STATUS', 'TOOK', 'ID', 'TEXT'],
    ...events.map(({ timeSeconds, endSeconds, kind, model = 'all', version = '-', status = '-', id, text = '-' }) => [
      `${new Date(timeSeconds * 1000).toISOString().slice(0, 19)}Z`,
      kind,
      model,
      version,
      status,
      endSeconds === undefined ? '-' : `${Math.round(endSeconds - timeSeconds)}s`,
      printable(id),
      printable(text),
    ]),
  ]);
}
