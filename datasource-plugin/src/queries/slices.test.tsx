import '@testing-library/jest-dom/jest-globals';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { applyFieldOverrides, createTheme, DataFrame, dateTime } from '@grafana/data';
import type { ApiSlice, SliceQualityAnswer, SlicesAnswer } from '@modelwatch/core';
import { columnsOf, fieldOf } from '../testing/columns-of';
import { editQuery, installLayout } from '../testing/editors';
import { installRecordedExporter, recorded } from '../testing/recorded-exporter';
import { sliceStepsFrame } from './slice-steps-frame';
import { stepSecondsOf } from './slices';
import { slicesFrame } from './slices-frame';

const answer = () => recorded<SlicesAnswer>('slices.json');

/** The colours that Grafana gives the least and the greatest quality of a frame. */
function coloursOf(frame: DataFrame): Array<string | undefined> {
  const replaceVariables = (text: string) => text;
  const [shown] = applyFieldOverrides({
    data: [frame],
    fieldConfig: { defaults: {}, overrides: [] },
    replaceVariables,
    theme: createTheme(),
  });
  const { values, display } = fieldOf(shown!, 'value');
  const known = values.filter((one) => one !== null).sort((a, b) => a - b);
  return [known[0], known.at(-1)].map((one) => display!(one).color);
}

describe('the colours of quality', () => {
  it('go from its least to its greatest value, whatever the numbers beside it', () => {
    const [least, greatest] = coloursOf(slicesFrame(answer(), 'A'));
    expect(least).not.toBe(greatest);
    const steps = sliceStepsFrame(recorded<SliceQualityAnswer>('slice-quality.json'), {
      refId: 'A',
      version: undefined,
      rankedBy: undefined,
    });
    expect(coloursOf(steps)).toEqual([least, greatest]);
  });
});

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

describe('the frame of slices by step', () => {
  const steps = () => recorded<SliceQualityAnswer>('slice-quality.json');
  const form = { refId: 'A', version: undefined, rankedBy: undefined };

  it('has a row a slice value and step, those with the most joined predictions first, each in order of time', () => {
    const { time, slice, sliceValue, value, lower, count } = columnsOf(sliceStepsFrame(steps(), form));
    const [from, to] = [steps().fromSeconds, steps().toSeconds];
    expect(new Set(time)).toEqual(new Set([from + 3600, to].map((seconds) => seconds * 1000)));
    expect([slice![0], sliceValue![0], sliceValue![1]]).toEqual(['origin', sliceValue![1], sliceValue![0]]);
    expect([time![0], time![1]]).toEqual([(from + 3600) * 1000, to * 1000]);
    const [first] = steps().slices.filter((one) => one.value === sliceValue![0]);
    expect([count![0], value![0]]).toEqual([first!.joined, (first!.quality['accuracy'] as { readonly value: number }).value]);
    expect(Number(lower![0])).toBeLessThan(Number(value![0]));
    const origins = sliceValue!.flatMap((name, i) => (slice![i] === 'origin' ? [Number(count![i])] : []));
    expect(origins.reduce((sum, one) => sum + one, 0)).toBe(2000);
  });

  it('says what is too little to tell as nothing, and not as 0', () => {
    const { value, count } = columnsOf(sliceStepsFrame(steps(), form));
    const few = count!.flatMap((one, i) => (Number(one) < 30 ? [value![i]] : []));
    expect(few.length).toBeGreaterThan(3);
    expect(new Set(few)).toEqual(new Set([null]));
  });

  it('of a regression has errors', () => {
    const errors = { kind: 'measured', value: 12, lower: 11, upper: 13, level: 0.95, count: 100 } as const;
    const { slices, ...rest } = steps();
    const ofErrors = slices.map((one) => ({ ...one, quality: { mae: { ...errors } } }));
    const frame = sliceStepsFrame({ ...rest, slices: ofErrors as unknown as SliceQualityAnswer['slices'] }, form);
    expect(fieldOf(frame, 'value').config).toMatchObject({ unit: 'none', displayName: 'mean absolute error' });
    expect(columnsOf(frame)['value']![0]).toBe(12);
  });

  it('has what was asked for: a version, a quality', () => {
    expect(sliceStepsFrame(steps(), { ...form, version: '9' })).toMatchObject({ length: 0, meta: { notices: [{ severity: 'info' }] } });
    const frame = sliceStepsFrame(steps(), { ...form, version: '1', rankedBy: 'recall' });
    expect([frame.length, fieldOf(frame, 'value').config.displayName]).toEqual([steps().slices.length, 'recall']);
  });

  it.each([
    [3600, 300],
    [6 * 3600, 900],
    [86_400, 3600],
    [7 * 86_400, 6 * 3600],
    [30 * 86_400, 86_400],
    [400 * 86_400, 14 * 86_400],
  ])('takes of a range of %d seconds steps of %d', (seconds, step) => {
    const [from, to] = [dateTime(0), dateTime(seconds * 1000)];
    expect(stepSecondsOf({ from, to, raw: { from, to } })).toBe(step);
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
    await edited.choose('Period', 'By step');
    expect(edited.query()).toMatchObject({ period: 'steps' });
  });
});
