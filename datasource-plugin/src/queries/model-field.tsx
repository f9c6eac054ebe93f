import { Combobox, ComboboxOption, InlineField } from '@grafana/ui';
import React, { useCallback } from 'react';
import { lastValueFrom, map } from 'rxjs';
import type { EditorProps } from './query-kind';

/** Names a model, or a template variable that does; empty: all. */
export function ModelField({ datasource, query, onChange, onRunQuery }: EditorProps) {
  const load = useCallback(
    (typed: string): Promise<Array<ComboboxOption<string>>> =>
      lastValueFrom(
        datasource.api
          .models()
          .pipe(map(({ models }) => models.map(({ name }) => ({ value: name, label: name })).filter(({ value }) => value.includes(typed)))),
      ),
    [datasource],
  );
  const id = `model-${query.refId}`;
  return (
    <InlineField label="Model" labelWidth={14} htmlFor={id} tooltip="Empty: all models. May be a variable, such as $model.">
      <Combobox
        id={id}
        width={30}
        isClearable
        createCustomValue
        placeholder="All models"
        options={load}
        value={query.model === undefined ? null : { value: query.model, label: query.model }}
        onChange={(chosen: ComboboxOption<string> | null) => {
          onChange({ ...query, model: chosen?.value });
          onRunQuery();
        }}
      />
    </InlineField>
  );
}
