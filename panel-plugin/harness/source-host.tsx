import {
  createTheme,
  DataFrame,
  DataQuery,
  DataQueryRequest,
  DataSourceApi,
  DataSourceInstanceSettings,
  DataSourcePlugin,
  DataSourcePluginMeta,
  DataSourceSettings,
  dateTime,
  LoadingState,
  PluginType,
  TestDataSourceResponse,
} from '@grafana/data';
import React from 'react';
import { firstValueFrom, filter, lastValueFrom, take } from 'rxjs';
import { installServices } from './grafana-services';
import type { Showing, SourceAnswer, SourceQuery } from './page-api';
import { place } from './placed';
import { loadModule } from './plugin-loader';

interface Source extends DataSourceApi {
  getDefaultQuery(): Partial<DataQuery>;
}

const META: DataSourcePluginMeta = {
  id: 'modelwatch-datasource',
  name: 'Modelwatch',
  type: PluginType.datasource,
  module: '',
  baseUrl: '',
  info: {
    author: { name: '' },
    description: '',
    links: [],
    logos: { small: '', large: '' },
    screenshots: [],
    updated: '',
    version: '',
  },
};

const SETTINGS: DataSourceInstanceSettings = {
  id: 1,
  uid: 'modelwatch',
  type: META.id,
  name: 'Modelwatch',
  meta: META,
  readOnly: false,
  access: 'proxy',
  url: '/api/datasources/proxy/uid/modelwatch',
  jsonData: {},
};

let loaded: { readonly plugin: DataSourcePlugin<DataSourceApi>; readonly source: Source } | undefined;

async function connected() {
  if (!loaded) {
    installServices(SETTINGS);
    const { plugin } = await loadModule<{ plugin: DataSourcePlugin<DataSourceApi> }>(META.id);
    const source = new plugin.DataSourceClass(SETTINGS) as Source;
    source.meta = META;
    loaded = { plugin, source };
  }
  return loaded;
}

export async function health(): Promise<TestDataSourceResponse> {
  const { source } = await connected();
  return source.testDatasource();
}

/** What a board would ask for a panel. */
async function ask(query: SourceQuery): Promise<{ readonly frames: DataFrame[]; readonly errors: string[] }> {
  const { source } = await connected();
  const to = dateTime();
  const from = dateTime(to.valueOf() - 24 * 3_600_000);
  const range = { from, to, raw: { from: 'now-24h', to: 'now' } };
  const target = { refId: 'A', ...source.getDefaultQuery(), ...query };
  const request: DataQueryRequest = {
    app: 'dashboard',
    requestId: `harness-${JSON.stringify(query)}`,
    targets: [target],
    range,
    interval: '1m',
    intervalMs: 60_000,
    maxDataPoints: 500,
    scopedVars: {},
    timezone: 'utc',
    startTime: to.valueOf(),
  };
  const answered = source.query(request);
  const answer = await (answered instanceof Promise
    ? answered
    : firstValueFrom(
        answered.pipe(
          filter(({ state }) => state !== LoadingState.Loading),
          take(1),
        ),
      ));
  return { frames: answer.data, errors: (answer.errors ?? []).map(({ message }) => message ?? 'an error without words') };
}

export async function query(asked: SourceQuery): Promise<SourceAnswer> {
  const { frames, errors } = await ask(asked);
  return {
    errors,
    frames: frames.map(({ name, refId, length, fields }) => ({
      name: name ?? '',
      refId: refId ?? '',
      length,
      fields: fields.map((field) => field.name),
    })),
  };
}

export { ask as framesOf };

/** Shows the form of a query, as the editor of a panel does. */
export async function showQueryEditor(asked: SourceQuery, { theme: mode, width }: Showing): Promise<void> {
  const { plugin, source } = await connected();
  const Editor = plugin.components.QueryEditor;
  if (!Editor) {
    throw new Error('the plugin has no query editor');
  }
  const saved = { refId: 'A', ...source.getDefaultQuery(), ...asked };
  await place(
    <div id="panel" style={{ width }}>
      <Editor datasource={source} query={saved} onChange={() => {}} onRunQuery={() => {}} />
    </div>,
    createTheme({ colors: { mode } }),
  );
}

/** Shows the form of the settings, as it is where the token has been saved. */
export async function showConfigEditor({ theme: mode, width }: Showing): Promise<void> {
  const { plugin } = await connected();
  const Editor = plugin.components.ConfigEditor;
  if (!Editor) {
    throw new Error('the plugin has no editor of settings');
  }
  const options: DataSourceSettings = {
    ...{ id: 1, uid: 'modelwatch', orgId: 1, name: 'Modelwatch', typeLogoUrl: '', type: META.id, typeName: 'Modelwatch', access: 'proxy' },
    ...{ url: 'http://exporter:9810', user: '', database: '', basicAuth: false, basicAuthUser: '', isDefault: false, jsonData: {} },
    ...{ secureJsonFields: { apiToken: true }, readOnly: false, withCredentials: false },
  };
  await place(
    <div id="panel" style={{ width }}>
      <Editor options={options} onOptionsChange={() => {}} />
    </div>,
    createTheme({ colors: { mode } }),
  );
}

/** What the variable editor asks first; nothing where the plugin gives no variables. */
export async function annotations(): Promise<number> {
  const { source } = await connected();
  const support = source.annotations;
  if (!support) {
    throw new Error('the plugin gives no annotations');
  }
  const annotation = { name: 'Deploys', enable: true, iconColor: 'blue', datasource: { uid: 'modelwatch', type: META.id } };
  const prepared = support.prepareQuery?.({ ...annotation, target: { refId: 'Anno', ...support.getDefaultQuery?.() } });
  const { frames } = await ask({ ...prepared } as SourceQuery);
  const events = await lastValueFrom(support.processEvents!(annotation, frames));
  return events?.length ?? 0;
}
