import React from 'react';
import { map } from 'rxjs';
import { ChoiceField } from './choice-field';
import { EVENT_KINDS, eventsFrame } from './events-frame';
import { ModelField } from './model-field';
import type { EditorProps, QueryKind } from './query-kind';

const KIND_OPTIONS = Object.entries(EVENT_KINDS).map(([value, { label }]) => ({ value, label }));

function EventsEditor(props: EditorProps) {
  return (
    <>
      <ModelField {...props} />
      <ChoiceField
        {...props}
        field="eventKind"
        label="Event"
        tooltip="Empty: events of every kind."
        placeholder="Every kind"
        choices={KIND_OPTIONS}
      />
    </>
  );
}

export const events: QueryKind = {
  label: 'Events',
  description: 'Deploys, rollbacks, training jobs, incidents and maintenance within the time range',
  run: ({ refId, model, eventKind }, { api, range, requestId }) =>
    api
      .events({ fromSeconds: range.from.valueOf() / 1000, toSeconds: range.to.valueOf() / 1000, model, kind: eventKind }, requestId)
      .pipe(map((found) => [eventsFrame(found, refId)])),
  changesWith: 'events',
  Editor: EventsEditor,
};
