import { describe, expect, it } from '@jest/globals';
import type { BaselineFeature } from '@modelwatch/core';
import type { Tensor } from '../models/open-inference/tensor.js';
import { createFeatureReader } from './feature-reader.js';
import { createSchemaWatch, type SchemaWatch } from './schema-watch.js';

const FEATURES = [
  { name: 'temp', kind: 'numeric' },
  { name: 'wind_speed', kind: 'numeric' },
  { name: 'carrier', kind: 'categorical', categories: ['UA', 'AA'], known: ['UA', 'AA', 'B6'] },
  { name: 'gate', kind: 'categorical', categories: ['1', '2'], known: ['1', '2'] },
] as unknown as readonly BaselineFeature[];

const numbers = (name: string, ...data: number[]): Tensor => ({
  name,
  datatype: 'FP64',
  shape: [data.length],
  data: Float64Array.from(data),
});
const texts = (name: string, ...data: string[]): Tensor => ({ name, datatype: 'BYTES', shape: [data.length], data });
const WHOLE = [numbers('temp', 3), numbers('wind_speed', 4), texts('carrier', 'UA'), texts('gate', '1')];
const without = (...names: string[]) => WHOLE.filter(({ name }) => !names.includes(name));

function watching({ inputs, newFeaturesMax = 3 }: { inputs?: Record<string, string[]>; newFeaturesMax?: number } = {}) {
  const told: (readonly [string, string | undefined])[] = [];
  const schema: SchemaWatch = createSchemaWatch({
    features: FEATURES,
    known: new Set(['trip_id']),
    newFeaturesMax,
    onNew: (feature, similar) => told.push([feature, similar]),
  });
  const reader = createFeatureReader({ features: FEATURES, inputs, sliceFeatures: [] });
  return {
    schema,
    told,
    check: (...tensors: readonly Tensor[]) => {
      schema.checkRequest(tensors, reader);
    },
    counts: () =>
      Object.fromEntries([...schema.errors()].flatMap(([name, kind, count]) => (count === 0 ? [] : [[`${name} ${kind}`, count]]))),
  };
}

describe('createSchemaWatch', () => {
  it('does not ask for text where a private feature has digests', () => {
    const features = [
      { name: 'code', kind: 'categorical', categories: ['hash:0123456789abcdef'], known: [], private: { salt: '0'.repeat(32) } },
    ] as unknown as readonly BaselineFeature[];
    const schema = createSchemaWatch({ features, known: new Set(), newFeaturesMax: 3, onNew: () => undefined });
    schema.checkRequest([numbers('code', 7)], createFeatureReader({ features, inputs: undefined, sliceFeatures: [] }));
    schema.checkEvent({ code: 7 });
    expect([...schema.errors()].filter(([, , count]) => count > 0)).toEqual([]);
  });

  it('counts nothing of requests that have what the baseline has', () => {
    const { check, counts } = watching();
    check(...WHOLE, texts('trip_id', 'a'));
    check(numbers('temp', NaN), numbers('wind_speed', 0), texts('carrier', ''), numbers('gate', 2));
    expect(counts()).toEqual({});
  });

  it('lists every feature of the baseline from the start, so that a first error is an increase', () => {
    expect([...watching().schema.errors()]).toHaveLength(2 * FEATURES.length);
  });

  it('counts a missing, a new, a retyped and a renamed feature once a request, however many rows it has', () => {
    const { check, counts, told } = watching();
    check(...without('temp').map((tensor) => tensor));
    expect(counts()).toEqual({ 'temp missing_feature': 1 });
    check(...WHOLE, numbers('altitude', 1));
    check(...without('temp'), texts('temp', '3', '4.5', '5'));
    check(...without('carrier'), numbers('carrier', 7));
    check(...without('wind_speed'), numbers('windspeed', 4));
    check(...without('wind_speed'), numbers('windspeed', 4));
    expect(counts()).toEqual({
      'temp missing_feature': 1,
      'temp wrong_type': 1,
      'carrier wrong_type': 1,
      'wind_speed missing_feature': 2,
      'altitude new_feature': 1,
      'windspeed new_feature': 2,
    });
    expect(told).toEqual([
      ['altitude', undefined],
      ['windspeed', 'wind_speed'],
    ]);
  });

  it('takes booleans of a JSON row and missing text for no change of type', () => {
    const { check, counts } = watching();
    check(...without('temp'), texts('temp', 'true', '', 'false'));
    expect(counts()).toEqual({});
  });

  it('takes a text feature without any value, which a JSON row gives as no number, for missing', () => {
    const { check, counts } = watching();
    check(...without('carrier'), numbers('carrier', NaN));
    check(...without('carrier'), numbers('carrier', NaN, 7));
    expect(counts()).toEqual({ 'carrier wrong_type': 1 });
  });

  it('knows the columns of a wide tensor', () => {
    const { check, counts } = watching({ inputs: { wide: ['temp', 'wind_speed'], codes: ['gate'] } });
    check(texts('wide', '3', '4'), numbers('codes', 1));
    expect(counts()).toEqual({ 'temp wrong_type': 1, 'wind_speed wrong_type': 1, 'carrier missing_feature': 1 });
  });

  it('takes what the model itself takes for the type, where the model has refused', () => {
    const { schema, counts } = watching();
    const reader = createFeatureReader({ features: FEATURES, inputs: undefined, sliceFeatures: [] });
    schema.checkRequest(WHOLE, reader, { datatypes: new Map([['temp', 'FP32']]) });
    expect(counts()).toEqual({ 'temp wrong_type': 1 });
  });

  it('believes a reader of rows about what is absent and unknown', () => {
    const { schema, counts } = watching();
    const reader = createFeatureReader({ features: FEATURES, inputs: undefined, sliceFeatures: [] });
    schema.checkRequest(WHOLE, reader, { findings: { absent: ['temp', 'no feature'], unknown: ['temperature', 'trip_id'] } });
    expect(counts()).toEqual({ 'temp missing_feature': 1, 'temperature new_feature': 1 });
  });

  it('counts made-up names as __other__ beyond the cap, and loses none', () => {
    const { schema, check, counts, told } = watching({ newFeaturesMax: 2 });
    for (let i = 0; i < 500; i++) check(...WHOLE, numbers(`made-up-${i}`, 1));
    expect(counts()).toEqual({ 'made-up-0 new_feature': 1, 'made-up-1 new_feature': 1, '__other__ new_feature': 498 });
    expect([told.length, schema.gate.folded]).toEqual([2, 498]);
  });

  it('holds events against the baseline, and says nothing of one without features', () => {
    const { schema, counts } = watching();
    schema.checkEvent({});
    schema.checkEvent({ temp: '3', wind_speed: null, carrier: 7, gate: 1 });
    schema.checkEvent({ temp: 3, wind_sped: 4, carrier: 'UA', gate: '1', toString: 1 });
    expect(counts()).toEqual({
      'temp wrong_type': 1,
      'carrier wrong_type': 1,
      'wind_speed missing_feature': 1,
      'wind_sped new_feature': 1,
      'toString new_feature': 1,
    });
  });
});

describe('a tensor alone that holds every feature', () => {
  const numeric = FEATURES.slice(0, 2);
  const reader = createFeatureReader({ features: numeric, inputs: undefined, sliceFeatures: [] });
  const make = () => createSchemaWatch({ features: numeric, known: new Set(), newFeaturesMax: 3, onNew: () => undefined });
  const row = { ...numbers('row', 1, 2), shape: [1, 2] };
  const counts = (schema: SchemaWatch) => [...schema.errors()].filter(([, , count]) => count > 0);

  it('counts nothing as numbers, and as text or in a request after it what differs', () => {
    const schema = make();
    schema.checkRequest([row], reader);
    schema.checkRequest([row], reader, { findings: undefined });
    expect(counts(schema)).toEqual([]);
    schema.checkRequest([numbers('temp', 1)], reader);
    schema.checkRequest([{ ...texts('row', 'a', 'b'), shape: [1, 2] }], reader);
    schema.checkRequest([row], reader, { findings: { absent: ['temp'], unknown: ['colour'] } });
    expect(counts(schema)).toEqual([
      ['temp', 'missing_feature', 1],
      ['temp', 'wrong_type', 1],
      ['wind_speed', 'missing_feature', 1],
      ['wind_speed', 'wrong_type', 1],
      ['colour', 'new_feature', 1],
    ]);
  });
});
