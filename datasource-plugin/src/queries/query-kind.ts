import type { DataFrame, DataQueryRequest, QueryEditorProps } from '@grafana/data';
import type { StreamKind } from '@modelwatch/core';
import type { ComponentType } from 'react';
import type { Observable } from 'rxjs';
import type { Api } from '../api';
import type { ModelwatchDataSource } from '../datasource';
import type { ModelwatchOptions } from '../options';
import type { ModelwatchQuery } from '../query';

export type EditorProps = QueryEditorProps<ModelwatchDataSource, ModelwatchQuery, ModelwatchOptions>;

/** What a kind of query is asked with. */
export interface QueryContext {
  readonly api: Api;
  readonly options: ModelwatchOptions;
  readonly range: DataQueryRequest['range'];
  readonly requestId: string;
}

/** One kind of query: a file of its own with its editor beside it, and a line in the table. */
export interface QueryKind {
  readonly label: string;
  readonly description: string;
  /** The answer as frames. The query's variables are replaced by then. */
  run(query: ModelwatchQuery, context: QueryContext): Observable<DataFrame[]>;
  /** Of what a change makes the answer another one; such a query may be live. */
  readonly changesWith?: StreamKind;
  readonly Editor: ComponentType<EditorProps>;
}
