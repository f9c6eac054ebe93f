import '@testing-library/jest-dom/jest-globals';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ApiSlice, SlicesAnswer } from '@modelwatch/core';
import { columnsOf, fieldOf } from '../testing/columns-of';
import { editQuery, installLayout } from '../testing/editors';
import { installRecordedExporter, recorded } from '../testing/recorded-exporter';
import { slicesFrame } from './slices-frame';

const answer = () => recorded<SlicesAnswer>('slices.json');

describe('the frame of slices', () => {
  it('has a row a slice value, the worst for certain first over all slices', () => {
    const { slice, sliceValue, metric, count, value, gapLower, verdict } = columnsOf(slicesFrame(answer(), 'A'));
    expect(slice).toHaveLength(18);
    expect([slice![0], sliceValue![0], metric![0], count![0], verdict![0]]).toEqual(['origin', 'LGA', 'accuracy', 604, 'quiet']);
    expect([value![0], gapLower![0]]).toEqual([expect.closeTo(0.84437, 4), expect.closeTo(-0.009659, 5)]);
    const certain = gapLower!.filter((one) => one !== null);
    expect(certain).toEqual([...certain].sort((a, b) => Number(b) - Number(a)));
  });

  it('calls a slice worse where the whole interval of its gap is above 0', () => {
    const { slices, ...rest } = answer();
    const [one] = slices[0]!.worst;
    const gap = { kind: 'measured', value: 0.04, lower: 0.01, upper: 0.07 } as const;
    const frame = slicesFrame({ ...rest, slices: [{ ...slices[0]!, worst: [{ ...one!, gap }] }] }, 'A');
    expect(columnsOf(frame)['verdict']).toEqual(['worse']);
  });

  it('says what is too little to tell, with its count, and not as 0', () => {
    const frame = columnsOf(slicesFrame(answer(), 'A'));
    const row = frame['sliceValue']!.indexOf('WN');
    const at = (name: string) => frame[name]![row];
    expect([at('value'), at('lower'), at('upper'), at('gap'), at('gapLower'), at('count'), at('verdict')]).toEqual([
      ...[null, null, null, null, null],
      72,
      'insufficient data',
    ]);
    expect(frame['sliceValue']!.slice(-7)).toEqual(['WN', 'VX', 'FL', 'AS', 'F9', 'HA', 'YV']);
  });

  it('has units, a bar for what is worse for certain, and the debug board', () => {
    const frame = slicesFrame(answer(), 'A');
    expect(['value', 'gap', 'gapLower', 'count'].map((name) => fieldOf(frame, name).config.unit)).toEqual([
      'percentunit',
      'percentunit',
      'percentunit',
      'short',
    ]);
    expect(fieldOf(frame, 'gapLower').config.thresholds?.steps.map(({ color }) => color)).toEqual(['green', 'red']);
    expect(fieldOf(frame, 'slice').config.links?.[0]?.url).toContain('/d/modelwatch-debug?var-model=${__data.fields.model}');
    expect(fieldOf(frame, 'verdict').config.mappings?.[0]?.options).toMatchObject({ worse: { color: 'red' }, quiet: { color: 'green' } });
  });

  it('has a row for each quality where all are asked for; without a gap there is no verdict', () => {
    const frame = columnsOf(slicesFrame(answer(), 'A', 'all'));
    expect(frame['slice']).toHaveLength(18 * 5);
    expect(frame['metric']!.slice(0, 5)).toEqual(['accuracy', 'precision', 'recall', 'f1', 'auc']);
    expect(frame['verdict']!.slice(0, 5)).toEqual(['quiet', null, null, null, null]);
    expect(frame['value']!.slice(1, 3)).toEqual([null, expect.closeTo(0.50273, 4)]);
  });

  it('of a regression has errors in the unit of the output', () => {
    const { slices, ...rest } = answer();
    const ofErrors = (slice: ApiSlice): ApiSlice => ({ ...slice, by: 'absolute-error' });
    const frame = slicesFrame({ ...rest, slices: slices.map(ofErrors) }, 'A', 'all');
    expect(fieldOf(frame, 'value').config.unit).toBe('none');
    expect(columnsOf(frame)['metric']!.slice(0, 3)).toEqual(['absolute-error', 'rootMeanSquaredError', 'bias']);
  });

  it('says what is not shown', () => {
    const { slices, ...rest } = answer();
    const [origin] = slices;
    const counts = { counts: { joined: 40, outputMissing: 0 }, readings: {} };
    const notices = slicesFrame({ ...rest, slices: [{ ...origin!, values: 700, next: 3, other: counts }] }, 'A').meta?.notices;
    expect(notices?.map(({ text }) => text)).toEqual([
      'Of 700 values of origin the worst 3 are shown.',
      '40 predictions have values of origin beyond those that are kept.',
    ]);
    const none = slicesFrame({ ...rest, slices: [] }, 'A');
    expect([none.length, none.meta?.notices?.[0]?.text]).toEqual([0, 'The configuration of this model names no slices.']);
  });
});

describe('the editor of slices', () => {
  beforeAll(installLayout);
  beforeEach(() => void installRecordedExporter());

  it('offers what the chosen model has', async () => {
    const edited = editQuery({ refId: 'A', queryType: 'slices', model: 'flights-late' });
    await edited.choose('Slice', 'carrier');
    await edited.choose('Version', '2');
    await edited.choose('Ranked by', 'Recall');
    await edited.choose('Qualities', 'All of its unit');
    expect(edited.query()).toMatchObject({ slice: 'carrier', version: '2', rankedBy: 'recall', metrics: 'all' });
    expect(edited.runs()).toBe(4);
  });
});
