import { expect, it } from '@jest/globals';
import { DataFrame, FieldType } from '@grafana/data';
import type { ModelsAnswer } from '@modelwatch/core';
import { firstValueFrom } from 'rxjs';
import { annotationSupport } from '../annotations';
import type { EventsFound } from '../api';
import { migrateQuery } from '../query';
import { columnsOf, fieldOf } from '../testing/columns-of';
import { recorded } from '../testing/recorded-exporter';
import { eventsFrame } from './events-frame';
import { modelsFrame } from './models-frame';

const NOW = Date.parse('2026-12-01T12:00:00Z');
const MINUTE = 60_000;

it('models are rows with what the registry and the baseline say', () => {
  const frame = modelsFrame(recorded<ModelsAnswer>('models.json'), 'A');
  expect(columnsOf(frame)).toEqual({
    model: ['flights-late', 'prices'],
    team: ['travel', 'unassigned'],
    role: ['champion', 'champion'],
    version: ['1', '2024-11'],
    stage: [null, null],
    ready: [true, true],
    baselineAge: [648_000, null],
    baselineStale: [false, null],
    challengers: ['2', ''],
    slices: ['origin, carrier', ''],
    features: [15, 0],
  });
  const age = frame.fields.find(({ name }) => name === 'baselineAge');
  expect([age?.type, age?.config.unit, age?.config.thresholds?.steps[1]]).toEqual([
    FieldType.number,
    's',
    { value: 7_776_000, color: 'orange' },
  ]);
  expect(frame.fields.filter(({ config }) => config.description === undefined)).toEqual([]);
});

it('a baseline is stale beyond the age that its own model allows; the field has the strictest bar', () => {
  const { models } = recorded<ModelsAnswer>('models.json');
  const day = 86_400;
  const aged = [30 * day, 7 * day, 8 * day].map((baselineAgeSecondsMax) => ({
    ...models[0]!,
    baselineAgeSecondsMax,
    baselineAgeSeconds: 7.5 * day,
  }));
  const frame = modelsFrame({ models: [...aged, models[1]!] }, 'A');
  expect(columnsOf(frame).baselineStale).toEqual([false, true, false, null]);
  const barOf = (told: DataFrame) => fieldOf(told, 'baselineAge').config.thresholds?.steps[1]?.value;
  expect([barOf(frame), barOf(modelsFrame({ models: [models[1]!] }, 'A'))]).toEqual([7 * day, undefined]);
});

const found = (): EventsFound => ({ ...recorded<EventsFound>('events.json'), more: false });

it('events are rows under the names by which Grafana knows annotations', () => {
  const frame = eventsFrame(found(), 'A');
  expect(columnsOf(frame)).toMatchObject({
    time: [NOW - 120 * MINUTE, NOW - 60 * MINUTE, NOW - 10 * MINUTE],
    timeEnd: [null, NOW - 30 * MINUTE, NOW - 5 * MINUTE],
    title: ['Deploy flights-late 1', 'Maintenance', 'Training job prices 2024-12 (failed)'],
    text: ['first of the day', '', ''],
    tags: ['deploy,flights-late,succeeded', 'maintenance', 'training_job,prices,failed'],
  });
  expect([frame.length, frame.meta?.notices]).toEqual([3, undefined]);
});

it('annotations have their kind as colour, and what lasted is a region', async () => {
  const events = await firstValueFrom(annotationSupport.processEvents!({} as never, [eventsFrame(found(), 'A')]));
  expect(events?.map(({ color, isRegion, timeEnd, tags }) => [color, isRegion, timeEnd, tags])).toEqual([
    ['blue', undefined, undefined, ['deploy', 'flights-late', 'succeeded']],
    ['yellow', true, NOW - 30 * MINUTE, ['maintenance']],
    ['semi-dark-purple', true, NOW - 5 * MINUTE, ['training_job', 'prices', 'failed']],
  ]);
});

it('an annotation asks for events, whatever its saved query says', () => {
  expect(annotationSupport.prepareQuery!({ name: 'Deploys', target: { eventKind: 'deploy', queryType: 'models' } } as never)).toEqual({
    refId: 'Deploys',
    queryType: 'events',
    eventKind: 'deploy',
    schemaVersion: 2,
  });
});

it.each([undefined, null, 'models', 7, {}, { kind: 3, model: ['x'], eventKind: '' }])('a saved query of any form is read: %j', (saved) => {
  expect(migrateQuery(saved)).toEqual({ refId: 'A', queryType: 'models', schemaVersion: 2 });
});

it('a query that was saved before its kind was called queryType is read', () => {
  expect(migrateQuery({ refId: 'B', schemaVersion: 1, kind: 'events', eventKind: 'deploy' })).toEqual({
    refId: 'B',
    queryType: 'events',
    eventKind: 'deploy',
    schemaVersion: 2,
  });
});
