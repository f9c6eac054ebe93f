import { expect, it } from '@jest/globals';
import { DataFrame, dateTime, FieldType } from '@grafana/data';
import { getBackendSrv } from '@grafana/runtime';
import { lastValueFrom } from 'rxjs';
import { Api } from '../api';
import { migrateQuery } from '../query';
import { installRecordedExporter, PROXY } from '../testing/recorded-exporter';
import { QUERY_KINDS } from './index';

const [from, to] = [dateTime('2026-12-01T00:00:00Z'), dateTime('2026-12-01T12:00:00Z')];

/** The frames of a kind, as it answers to a query that says nothing but its model. */
function framesOf(queryType: string): Promise<DataFrame[]> {
  installRecordedExporter();
  const context = { api: new Api(getBackendSrv, PROXY), options: {}, range: { from, to, raw: { from, to } }, requestId: 'Q1' };
  return lastValueFrom(QUERY_KINDS[queryType]!.run(migrateQuery({ refId: 'A', queryType, model: 'flights-late' }), context));
}

it.each(Object.keys(QUERY_KINDS))('%s: frames carry the query, descriptions and units, and no NaN', async (queryType) => {
  const frames = await framesOf(queryType);
  expect(frames.length).toBeGreaterThan(0);
  for (const { refId, fields, length } of frames) {
    expect([refId, length > 0]).toEqual(['A', true]);
    expect(fields.filter(({ config }) => (config.description ?? '') === '').map(({ name }) => name)).toEqual([]);
    const numbers = fields.filter(({ type }) => type === FieldType.number);
    expect(numbers.filter(({ config }) => config.unit === undefined).map(({ name }) => name)).toEqual([]);
    expect(numbers.filter(({ values }) => values.some(Number.isNaN)).map(({ name }) => name)).toEqual([]);
    expect(new Set(fields.map(({ name }) => name)).size).toBe(fields.length);
  }
});

it.each(Object.entries(QUERY_KINDS))('%s is described to whoever chooses it', (_name, { label, description }) => {
  expect([label, description].every((words) => /^[A-Z]/.test(words))).toBe(true);
});
