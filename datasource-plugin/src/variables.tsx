import { CustomVariableSupport, DataQueryRequest, DataSourceApi, MetricFindValue, QueryEditorProps } from '@grafana/data';
import type { DataQuery } from '@grafana/schema';
import type { SlicesAnswer } from '@modelwatch/core';
import { Combobox, ComboboxOption, InlineField, Input } from '@grafana/ui';
import React from 'react';
import { map, Observable, of } from 'rxjs';
import type { ModelwatchDataSource } from './datasource';
import type { ModelwatchOptions } from './options';
import { LABEL_WIDTH } from './queries/label-width';
import { modelPath } from './queries/model-field';
import { CHALLENGERS_OF, FEATURES_OF, NamesOf, namesOfModel, SLICES_OF, VERSIONS_OF } from './queries/names-of-model';
import type { ModelwatchQuery } from './query';

type Source = DataSourceApi<ModelwatchQuery, ModelwatchOptions>;

/** What a dashboard's variable takes its values from. */
export interface VariableQuery extends DataQuery {
  /** A key of LISTS. */
  readonly list: string;
  /** Absent: of all models. May be a variable, as may the slice. */
  readonly model?: string;
  readonly slice?: string;
}

const OF_MODEL: Readonly<Record<string, NamesOf>> = {
  versions: VERSIONS_OF,
  slices: SLICES_OF,
  features: FEATURES_OF,
  challengers: CHALLENGERS_OF,
};

const LISTS: ReadonlyArray<ComboboxOption<string>> = [
  { value: 'models', label: 'Models' },
  { value: 'versions', label: 'Versions', description: 'The version at work and its challengers' },
  { value: 'slices', label: 'Slices', description: 'Names of slices' },
  { value: 'sliceValues', label: 'Slice values', description: 'Values of one slice of one model, the worst first' },
  { value: 'features', label: 'Features' },
  { value: 'challengers', label: 'Challengers' },
];

const SLICE_VALUES_MAX = 500;

/** Any saved variable as one of today; a text is what it lists. */
export function migrateVariable(saved: unknown): VariableQuery {
  const query = typeof saved === 'string' ? { list: saved } : ((saved ?? {}) as Partial<Record<keyof VariableQuery, unknown>>);
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
  const [model, slice] = [text(query.model), text(query.slice)];
  const list = LISTS.find(({ value }) => value === query.list)?.value ?? 'models';
  return { refId: 'variable', list, ...(model === undefined ? {} : { model }), ...(slice === undefined ? {} : { slice }) };
}

/** Values of a dashboard's variables, with an editor of their own. */
export class VariableSupport extends CustomVariableSupport<Source, VariableQuery, ModelwatchQuery, ModelwatchOptions> {
  readonly editor = VariableEditor;

  constructor(private readonly source: Pick<ModelwatchDataSource, 'api' | 'replaced'>) {
    super();
  }

  query({ targets, scopedVars, requestId }: DataQueryRequest<VariableQuery>): Observable<{ data: MetricFindValue[] }> {
    const { list, model, slice } = migrateVariable(targets[0]);
    const replaced = (text: string | undefined) => this.source.replaced(text, scopedVars);
    return this.names(list, replaced(model), replaced(slice), requestId).pipe(
      map((names) => ({ data: names.map((text) => ({ text, value: text })) })),
    );
  }

  private names(list: string, model: string | undefined, slice: string | undefined, requestId: string): Observable<readonly string[]> {
    const { api } = this.source;
    if (list === 'sliceValues') {
      return model === undefined || slice === undefined
        ? of([])
        : api
            .get<SlicesAnswer>(modelPath(model, 'slices'), { slice, limit: SLICE_VALUES_MAX }, requestId)
            .pipe(map(({ slices }) => slices.flatMap(({ worst }) => worst.map(({ value }) => value))));
    }
    const namesOf = OF_MODEL[list];
    return namesOf === undefined
      ? api.models(requestId).pipe(map(({ models }) => models.map(({ name }) => name)))
      : namesOfModel(api, model, namesOf);
  }
}

/** What a variable lists, and of which model and slice. */
export function VariableEditor({ query: saved, onChange }: QueryEditorProps<Source, ModelwatchQuery, ModelwatchOptions, VariableQuery>) {
  const query = migrateVariable(saved);
  const text = (field: 'model' | 'slice', label: string, placeholder: string) => (
    <InlineField label={label} labelWidth={LABEL_WIDTH} htmlFor={`variable-${field}`} tooltip="May be another variable, such as $model.">
      <Input
        id={`variable-${field}`}
        width={30}
        placeholder={placeholder}
        defaultValue={query[field]}
        onBlur={({ currentTarget }) => onChange(migrateVariable({ ...query, [field]: currentTarget.value.trim() }))}
      />
    </InlineField>
  );
  return (
    <>
      <InlineField label="List" labelWidth={LABEL_WIDTH} htmlFor="variable-list">
        <Combobox
          id="variable-list"
          width={30}
          options={[...LISTS]}
          value={query.list}
          onChange={({ value }: ComboboxOption<string>) => onChange(migrateVariable({ ...query, list: value }))}
        />
      </InlineField>
      {query.list === 'models' ? null : text('model', 'Model', query.list === 'sliceValues' ? '$model' : 'All models')}
      {query.list === 'sliceValues' ? text('slice', 'Slice', '$slice') : null}
    </>
  );
}
