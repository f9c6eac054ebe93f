import { Combobox, ComboboxOption, InlineField } from '@grafana/ui';
import React from 'react';
import { map } from 'rxjs';
import { EVENT_KINDS, eventsFrame } from './events-frame';
import { ModelField } from './model-field';
import type { EditorProps, QueryKind } from './query-kind';

const KIND_OPTIONS = Object.entries(EVENT_KINDS).map(([value, { label }]) => ({ value, label }));

function EventsEditor(props: EditorProps) {
  const { query, onChange, onRunQuery } = props;
  const id = `event-kind-${query.refId}`;
  const { eventKind } = query;
  return (
    <>
      <ModelField {...props} />
      <InlineField label="Event" labelWidth={14} htmlFor={id} tooltip="Empty: events of every kind.">
        <Combobox
          id={id}
          width={30}
          isClearable
          createCustomValue
          placeholder="Every kind"
          options={KIND_OPTIONS}
          value={eventKind === undefined ? null : (KIND_OPTIONS.find(({ value }) => value === eventKind) ?? { value: eventKind })}
          onChange={(chosen: ComboboxOption<string> | null) => {
            onChange({ ...query, eventKind: chosen?.value });
            onRunQuery();
          }}
        />
      </InlineField>
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
  Editor: EventsEditor,
};
