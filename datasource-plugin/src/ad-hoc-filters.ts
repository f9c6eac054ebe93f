import { AdHocVariableFilter, DataFrame, MetricFindValue } from '@grafana/data';
import { lastValueFrom, map, of } from 'rxjs';
import type { Api } from './api';
import { EVENT_KINDS } from './queries/events-frame';
import { FEATURES_OF, namesOfModel, SLICES_OF, VERSIONS_OF } from './queries/names-of-model';
import { ModelwatchQuery, QueryField } from './query';

interface FilterKey {
  /** What the API is asked with, where the filter is `=`. */
  readonly field: QueryField;
  /** The first of these columns that a frame has is what its rows are filtered by. */
  readonly columns: readonly string[];
  readonly valuesOf: (api: Api, model: string | undefined) => Promise<readonly string[]>;
}

/** By what boards and Explore may filter, whatever the kind of the query. */
const KEYS: Readonly<Record<string, FilterKey>> = {
  model: {
    field: 'model',
    columns: ['model'],
    valuesOf: (api) => lastValueFrom(api.models().pipe(map(({ models }) => models.map(({ name }) => name)))),
  },
  version: {
    field: 'version',
    columns: ['version'],
    valuesOf: (api, model) => lastValueFrom(namesOfModel(api, model, VERSIONS_OF)),
  },
  slice: {
    field: 'slice',
    columns: ['slice'],
    valuesOf: (api, model) => lastValueFrom(namesOfModel(api, model, SLICES_OF)),
  },
  feature: {
    field: 'feature',
    columns: ['feature'],
    valuesOf: (api, model) => lastValueFrom(namesOfModel(api, model, FEATURES_OF)),
  },
  kind: { field: 'eventKind', columns: ['kind'], valuesOf: () => lastValueFrom(of(Object.keys(EVENT_KINDS))) },
};

/** Of what kind of query `kind` is a column of something else. */
const KIND_IS_OF_EVENTS = 'events';

const toValues = (names: readonly string[]): MetricFindValue[] => names.map((text) => ({ text }));

export const tagKeys = (): MetricFindValue[] => toValues(Object.keys(KEYS));

/** Values of a key; of the model that another filter names. */
export async function tagValues(api: Api, key: string, filters: readonly AdHocVariableFilter[]): Promise<MetricFindValue[]> {
  const model = filters.find((filter) => filter.key === 'model' && filter.operator === '=')?.value;
  const known = Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
  return known === undefined ? [] : toValues(await known.valuesOf(api, model));
}

/** A query that asks for no more than its filters leave; undefined where they leave nothing of what it asks for itself. */
export function narrowed(query: ModelwatchQuery, filters: readonly AdHocVariableFilter[]): ModelwatchQuery | undefined {
  const fixed: Partial<Record<QueryField, string>> = {};
  for (const { key, operator, value } of applicable(query, filters)) {
    const { field } = KEYS[key]!;
    const asked = fixed[field] ?? (query[field] || undefined);
    if (asked !== undefined && !holds(operator, asked, value)) {
      return undefined;
    }
    if (operator === '=') {
      fixed[field] = value;
    }
  }
  return { ...query, ...fixed };
}

const applicable = ({ queryType }: ModelwatchQuery, filters: readonly AdHocVariableFilter[]) =>
  filters.filter(({ key }) => Object.hasOwn(KEYS, key) && (key !== 'kind' || queryType === KIND_IS_OF_EVENTS));

/** The rows of a frame that its filters leave; a frame without a column of a filter's key stays whole. */
export function filteredRows(query: ModelwatchQuery, filters: readonly AdHocVariableFilter[], frame: DataFrame): DataFrame {
  const tests = applicable(query, filters).flatMap(({ key, operator, value }) => {
    const names = KEYS[key]!.columns;
    const column = frame.fields.find(({ name }) => name === names.find((one) => frame.fields.some((field) => field.name === one)));
    return column === undefined ? [] : [(row: number) => holds(operator, String(column.values[row] ?? ''), value)];
  });
  if (tests.length === 0) {
    return frame;
  }
  const kept = Array.from({ length: frame.length }, (_, row) => row).filter((row) => tests.every((test) => test(row)));
  return {
    ...frame,
    length: kept.length,
    fields: frame.fields.map((field) => ({ ...field, values: kept.map((row) => field.values[row]) })),
  };
}

function holds(operator: string, cell: string, value: string): boolean {
  switch (operator) {
    case '!=':
      return cell !== value;
    case '=~':
      return matches(cell, value);
    case '!~':
      return !matches(cell, value);
    default:
      return cell === value;
  }
}

/** As Prometheus: the whole value. */
function matches(cell: string, pattern: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`).test(cell);
  } catch {
    throw new Error(`The filter ${pattern} is no regular expression.`);
  }
}
