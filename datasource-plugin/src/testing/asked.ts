import { DataFrame, dateTime } from '@grafana/data';
import { getBackendSrv } from '@grafana/runtime';
import { lastValueFrom } from 'rxjs';
import { Api } from '../api';
import type { ModelwatchOptions } from '../options';
import { QUERY_KINDS } from '../queries';
import { migrateQuery, ModelwatchQuery } from '../query';
import { installRecordedExporter, PROXY } from './recorded-exporter';

const [from, to] = [dateTime('2026-12-01T00:00:00Z'), dateTime('2026-12-01T12:00:00Z')];

/** The frames of a kind, asked of the recorded exporter. */
export async function asked(
  queryType: string,
  query: Partial<ModelwatchQuery>,
  options: ModelwatchOptions = {},
  instead: Parameters<typeof installRecordedExporter>[0] = {},
): Promise<DataFrame[]> {
  installRecordedExporter(instead);
  const context = { api: new Api(getBackendSrv, PROXY), options, range: { from, to, raw: { from, to } }, requestId: 'Q1' };
  return lastValueFrom(QUERY_KINDS[queryType]!.run(migrateQuery({ refId: 'A', queryType, ...query }), context));
}
