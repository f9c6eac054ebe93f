import { expect, it } from '@jest/globals';
import { DataFrame, FieldType } from '@grafana/data';
import type { AlertsAnswer, ModelsAnswer } from '@modelwatch/core';
import { firstValueFrom } from 'rxjs';
import { annotationSupport } from '../annotations';
import type { AlertsFound, EventsFound } from '../api';
import { migrateQuery } from '../query';
import { columnsOf, fieldOf } from '../testing/columns-of';
import { recorded } from '../testing/recorded-exporter';
import { alertsFrame } from './alerts-frame';
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

const foundAlerts = (): AlertsFound => ({ rows: recorded<AlertsAnswer>('alerts.json').alerts, more: false });

it('alerts are rows with their ends and remedies, and one that fires goes on to the end of the range', () => {
  const frame = alertsFrame(foundAlerts(), 'A', { toSeconds: NOW / 1000 });
  expect(columnsOf(frame)).toMatchObject({
    time: [NOW - 120 * MINUTE, NOW - 120 * MINUTE, NOW - 10 * MINUTE],
    timeEnd: [NOW, NOW - 10 * MINUTE, NOW],
    title: ['ModelwatchFeatureDrift flights-late', 'ModelwatchAvailabilityLow prices', 'NodeDown'],
    state: ['Firing', 'Resolved', 'Firing'],
    duration: [7200, 6600, 600],
    remedied: [NOW + MINUTE, null, null],
    remedy: ['deploy', null, null],
    labels: ['feature=distance, version=1', '', ''],
    tags: ['alert,flights-late,ticket,firing', 'alert,prices,page,resolved', 'alert,firing'],
  });
  expect(alertsFrame({ ...foundAlerts(), more: true }, 'A', { toSeconds: 0 }).meta?.notices?.[0]?.text).toBe(
    'Only the first 3 alerts of this time are shown.',
  );
});

it('alerts are annotations too: regions, in the colour of their severity', async () => {
  const frame = alertsFrame(foundAlerts(), 'A', { toSeconds: NOW / 1000 });
  const annotations = await firstValueFrom(annotationSupport.processEvents!({} as never, [frame]));
  expect(annotations?.map(({ color, isRegion, time, timeEnd, text }) => [color, isRegion, time, timeEnd, text])).toEqual([
    ['orange', true, NOW - 120 * MINUTE, NOW, 'ModelwatchFeatureDrift of flights-late'],
    ['red', true, NOW - 120 * MINUTE, NOW - 10 * MINUTE, 'ModelwatchAvailabilityLow of prices'],
    ['orange', true, NOW - 10 * MINUTE, NOW, 'NodeDown of all'],
  ]);
  const target = { queryType: 'alerts', alertState: 'firing', live: 'on' };
  expect(annotationSupport.prepareQuery!({ name: 'Alerts', target } as never)).toMatchObject({ queryType: 'alerts', alertState: 'firing' });
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
