import { beforeEach, expect, it } from '@jest/globals';
import { FieldType } from '@grafana/data';
import { asked } from '../testing/asked';
import { installPrometheus, PROMETHEUS } from '../testing/answering-prometheus';
import { QUERY_KINDS } from './index';

beforeEach(() => void installPrometheus());

it.each(Object.keys(QUERY_KINDS))('%s: frames carry the query, descriptions and units, and no NaN', async (queryType) => {
  const frames = await asked(queryType, { model: 'flights-late' }, { prometheusUid: PROMETHEUS });
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
