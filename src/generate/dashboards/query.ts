import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus';
import { selectAll } from '../selector.js';
import { MODELWATCH, PROMETHEUS } from './variables.js';

/** A question to Prometheus. */
export interface Expression {
  readonly expr: string;
  readonly legend?: string;
  /** Of its column in a table, where it is not like the others. */
  readonly unit?: string;
  readonly decimals?: number;
  /** The traces of single requests beside the series. */
  readonly exemplars?: boolean;
}

/** What the data source `modelwatch-datasource` is asked; its kinds (`queryType`) and their fields are those of datasource-plugin/src/query.ts. */
export interface ModelwatchAsked {
  readonly refId?: string;
  readonly queryType: string;
  readonly [field: string]: string | undefined;
}

/**
 * Asks of the model that the reader chose. On a board of several models the API is asked of all: it knows one or all, and a variable with several values
 * is the name of none.
 */
export const OF_MODEL = { model: '$model' } as const;

/** Saved queries of the data source have a version, so that later ones can be told from these. */
const QUERY_SCHEMA_VERSION = 2;

export function modelwatchQuery({ refId = 'A', ...asked }: ModelwatchAsked): Builder<Dataquery> {
  const query = { refId, datasource: MODELWATCH, schemaVersion: QUERY_SCHEMA_VERSION, ...asked };
  return { build: () => ({ ...query, _implementsDataqueryVariant: () => undefined }) };
}

/** What a panel wants of Prometheus: series over time, their latest values, or these as rows with a column a label. */
export type Shape = 'range' | 'latest' | 'rows';

export function prometheusQueries(expressions: readonly Expression[], shape: Shape): readonly Builder<Dataquery>[] {
  return expressions.map(({ expr, legend, exemplars = false }, i) => {
    const query = new prometheus.DataqueryBuilder()
      .refId(String.fromCharCode('A'.charCodeAt(0) + i))
      .datasource(PROMETHEUS)
      .editorMode(prometheus.QueryEditorMode.Code)
      .expr(expr)
      .exemplar(exemplars);
    if (legend !== undefined) query.legendFormat(legend);
    if (shape === 'range') return query.range();
    return query.instant().format(shape === 'rows' ? prometheus.PromQueryFormat.Table : prometheus.PromQueryFormat.TimeSeries);
  });
}

const CHOSEN_MODELS = 'model=~"$model"';
/** Matchers of the models and versions that the reader chose. */
export const CHOSEN_VERSIONS: readonly string[] = [CHOSEN_MODELS, 'version=~"$version"'];

/** The series of the models that the reader chose. */
export const ofModel = (metric: string, ...matchers: readonly string[]): string => selectAll(metric, CHOSEN_MODELS, ...matchers);

/** The series of the models and versions that the reader chose. */
export const ofVersion = (metric: string, ...matchers: readonly string[]): string => selectAll(metric, ...CHOSEN_VERSIONS, ...matchers);
