import { Combobox, ComboboxOption, InlineField, InlineSwitch } from '@grafana/ui';
import React from 'react';
import { QUERY_KINDS } from './queries';
import { LABEL_WIDTH } from './queries/label-width';
import type { EditorProps } from './queries/query-kind';
import { migrateQuery } from './query';

const KIND_OPTIONS = Object.entries(QUERY_KINDS).map(([value, { label, description }]) => ({ value, label, description }));

/** The kind of a query, and below it the fields that this kind has. */
export function QueryEditor(props: EditorProps) {
  const query = migrateQuery(props.query);
  const kind = QUERY_KINDS[query.queryType];
  const Editor = kind?.Editor;
  const id = `kind-${query.refId}`;
  return (
    <>
      <InlineField label="Query" labelWidth={LABEL_WIDTH} htmlFor={id}>
        <Combobox
          id={id}
          width={30}
          options={KIND_OPTIONS}
          value={query.queryType}
          onChange={({ value }: ComboboxOption<string>) => {
            props.onChange({ ...query, queryType: value });
            props.onRunQuery();
          }}
        />
      </InlineField>
      {Editor === undefined ? null : <Editor {...props} query={query} />}
      {kind?.changesWith === undefined ? null : (
        <InlineField
          label="Live"
          labelWidth={LABEL_WIDTH}
          htmlFor={`live-${query.refId}`}
          tooltip="Asks again as soon as the exporter tells of a change, beside the refresh interval of the board."
        >
          <InlineSwitch
            id={`live-${query.refId}`}
            value={query.live === 'on'}
            onChange={({ currentTarget }) => {
              props.onChange({ ...query, live: currentTarget.checked ? 'on' : undefined });
              props.onRunQuery();
            }}
          />
        </InlineField>
      )}
    </>
  );
}
