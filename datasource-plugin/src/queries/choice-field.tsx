import { Combobox, ComboboxOption, InlineField } from '@grafana/ui';
import React, { useCallback } from 'react';
import { lastValueFrom, Observable } from 'rxjs';
import type { QueryField } from '../query';
import { LABEL_WIDTH } from './label-width';
import type { EditorProps } from './query-kind';

export type Choice = ComboboxOption<string>;

export interface ChoiceFieldProps extends EditorProps {
  readonly field: QueryField;
  readonly label: string;
  readonly tooltip: string;
  readonly placeholder: string;
  /** What is offered: as it stands, or as the exporter tells. Anything else, such as a variable, may be typed. */
  readonly choices: readonly Choice[] | (() => Observable<readonly string[]>);
}

/** One thing that a query may say. What is chosen runs the query; what is cleared is left out of it. */
export function ChoiceField({ field, label, tooltip, placeholder, choices, query, onChange, onRunQuery }: ChoiceFieldProps) {
  const id = `${field}-${query.refId}`;
  const load = useCallback(
    async (typed: string): Promise<Choice[]> => {
      const names = typeof choices === 'function' ? await lastValueFrom(choices()) : [];
      return names.filter((name) => name.includes(typed)).map((name) => ({ value: name, label: name }));
    },
    [choices],
  );
  const value = query[field];
  const known = typeof choices === 'function' ? undefined : choices.find((choice) => choice.value === value);
  return (
    <InlineField label={label} labelWidth={LABEL_WIDTH} htmlFor={id} tooltip={tooltip}>
      <Combobox
        id={id}
        width={30}
        isClearable
        createCustomValue
        placeholder={placeholder}
        options={typeof choices === 'function' ? load : [...choices]}
        value={value === undefined ? null : (known ?? { value, label: value })}
        onChange={(chosen: Choice | null) => {
          onChange({ ...query, [field]: chosen?.value });
          onRunQuery();
        }}
      />
    </InlineField>
  );
}
