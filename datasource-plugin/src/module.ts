import { DataSourcePlugin } from '@grafana/data';
import { ConfigEditor } from './config-editor';
import { ModelwatchDataSource } from './datasource';
import type { ModelwatchOptions, ModelwatchSecrets } from './options';
import type { ModelwatchQuery } from './query';
import { QueryEditor } from './query-editor';

export const plugin = new DataSourcePlugin<ModelwatchDataSource, ModelwatchQuery, ModelwatchOptions, ModelwatchSecrets>(
  ModelwatchDataSource,
)
  .setConfigEditor(ConfigEditor)
  .setQueryEditor(QueryEditor);
