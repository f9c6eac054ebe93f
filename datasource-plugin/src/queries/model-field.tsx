import React, { useCallback } from 'react';
import { map, Observable, throwError } from 'rxjs';
import type { ModelwatchQuery } from '../query';
import { ChoiceField } from './choice-field';
import { NamesOf, namesOfModel } from './names-of-model';
import type { EditorProps } from './query-kind';

/** Names a model, or a template variable that does; empty: all, where the kind is of more than one. */
export function ModelField(props: EditorProps) {
  const { api } = props.datasource;
  const choices = useCallback(() => api.models().pipe(map(({ models }) => models.map(({ name }) => name))), [api]);
  return (
    <ChoiceField
      {...props}
      field="model"
      label="Model"
      tooltip="May be a variable, such as $model."
      placeholder="All models, or choose one"
      choices={choices}
    />
  );
}

interface OfModelProps extends EditorProps {
  readonly field: 'version' | 'slice' | 'feature' | 'challenger';
  readonly label: string;
  readonly placeholder: string;
  readonly tooltip: string;
  readonly namesOf: NamesOf;
}

/** Something that the chosen model has, by name. */
export function FieldOfModel({ namesOf, ...props }: OfModelProps) {
  const { api } = props.datasource;
  const named = props.datasource.replaced(props.query.model);
  const choices = useCallback(() => namesOfModel(api, named, namesOf), [api, named, namesOf]);
  return <ChoiceField {...props} choices={choices} />;
}

/** For kinds of one model: the model, or what is lacking in words. */
export function ofOneModel<T>({ model }: ModelwatchQuery, run: (model: string) => Observable<T>): Observable<T> {
  if (model === undefined) {
    return throwError(() => new Error('Choose a model: this query is of one.'));
  }
  if (/^\{.*\}$/.test(model)) {
    return throwError(() => new Error('This query is of one model, and its variable stands for several.'));
  }
  return run(model);
}

/** Path of a route of a model. */
export const modelPath = (model: string, route: string): string => `/v1/models/${encodeURIComponent(model)}/${route}`;
