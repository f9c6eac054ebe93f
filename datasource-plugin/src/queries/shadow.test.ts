import { expect, it } from '@jest/globals';
import { DataFrame } from '@grafana/data';
import type { ApiChallenger, ChallengersAnswer } from '@modelwatch/core';
import { recorded } from '../testing/recorded-exporter';
import { asked } from '../testing/asked';
import { columnsOf, fieldOf } from '../testing/columns-of';
import { agreementFrame, differencesFrame } from './shadow-frames';

const answer = recorded<ChallengersAnswer>('challengers.json');
const challenger = answer.challengers[0]!;
const configOf = (frame: DataFrame, name: string) => fieldOf(frame, name).config;
const other = (more: Partial<ApiChallenger>): ApiChallenger => ({ ...challenger, ...more });
const show = (part: string, more = {}) => asked('shadow', { model: 'flights-late', part, ...more });

it('agreement is a row a pair of classes; verdict and difference stand in the first, as the panel reads them', async () => {
  const [frame] = await asked('shadow', { model: 'flights-late' });
  expect(columnsOf(frame!)).toEqual({
    champion: ['positive', 'positive', 'negative', 'negative'],
    challenger: ['positive', 'negative', 'positive', 'negative'],
    count: [373, 11, 23, 1593],
    verdict: ['hold', null, null, null],
    reason: [expect.stringMatching(/^hold: the gain of quality is .* not shown to be above 0$/), null, null, null],
    difference: [expect.closeTo(0.0104, 4), null, null, null],
    lower: [expect.closeTo(0.0062, 4), null, null, null],
    upper: [expect.closeTo(0.0146, 4), null, null, null],
  });
  expect(configOf(frame!, 'verdict').mappings?.[0]?.options).toMatchObject({ hold: { color: 'orange' }, reject: { color: 'red' } });
});

it('estimates agree where they are within the tolerance of each other', () => {
  const outcomes = { within_tolerance: 90, beyond_tolerance: 10 };
  const estimates = other({ agreement: { ...challenger.agreement, outcomes } });
  expect(columnsOf(agreementFrame({ ...answer, outputKind: 'regression' }, estimates, 'A'))).toMatchObject({
    champion: ['within tolerance', 'within tolerance'],
    challenger: ['within tolerance', 'beyond tolerance'],
    count: [90, 10],
  });
});

it('a challenger that is not ready, or not judged, is said to be so', () => {
  const frame = agreementFrame(answer, other({ ready: false, verdict: null, text: undefined }), 'A');
  expect(columnsOf(frame)).toMatchObject({ verdict: ['none', null, null, null], reason: [null, null, null, null] });
  expect(frame.meta?.notices?.map(({ severity }) => severity)).toEqual(['warning', 'info']);
});

it('differences are bins with their bounds, without the empty ones at either end', async () => {
  const [frame] = await show('differences');
  const { bin, from, to, count, share } = columnsOf(frame!);
  expect([bin![0], from![0], to![0]]).toEqual(['-0.5 to -0.2', -0.5, -0.2]);
  expect([bin!.at(-1), count!.at(-1)]).toEqual(['0.5 to 1', 4]);
  expect([sum(count!), sum(share!)]).toEqual([2000, expect.closeTo(1, 9)]);
});

it('differences beyond the last edge stand in an open bin; without any there is no row', () => {
  const ends = (counts: number[]) =>
    columnsOf(differencesFrame(answer, other({ agreement: { ...challenger.agreement, differences: { edges: [-1, 1], counts } } }), 'A'));
  expect(ends([1, 0, 2])).toMatchObject({ bin: ['up to -1', '-1 to 1', 'over 1'], from: [null, -1, 1], to: [-1, 1, null] });
  expect(ends([0, 0, 0]).bin).toEqual([]);
});

it('quality has its interval, its chance, and a bar at the loss that is tolerated', async () => {
  const [frame] = await show('quality');
  const { outcomes, accuracyDifference } = challenger.quality;
  const [b, c] = [outcomes['champion_only_right']!, outcomes['challenger_only_right']!];
  expect(columnsOf(frame!)).toMatchObject({
    version: ['2'],
    count: [1800],
    difference: [(c - b) / 1800],
    championOnly: [b],
    challengerOnly: [c],
  });
  expect(columnsOf(frame!)).toMatchObject({ lower: [(accuracyDifference as { lower: number }).lower] });
  expect(configOf(frame!, 'difference').thresholds?.steps[1]).toEqual({ value: -0.01, color: 'green' });
});

it('every criterion has its reading, its bar and its state; one of them decides', async () => {
  const [frame] = await show('verdict');
  expect(columnsOf(frame!)).toMatchObject({
    criterion: ['disagreement', 'quality loss', 'quality gain'],
    state: ['met', 'met', 'open'],
    decides: [false, false, true],
    bar: [0.2, -0.01, 0],
    count: [2000, 1800, 1800],
  });
});

it('slices stand by how much the two disagree, against the bar', async () => {
  const [frame] = await show('slices', { slice: 'origin' });
  const { slice, value, count } = columnsOf(frame!);
  expect(value).toEqual([...value!].sort((a, b) => b - a));
  expect([slice!.length, sum(count!)]).toEqual([3, 2000]);
  expect(configOf(frame!, 'value').thresholds?.steps[1]).toEqual({ value: 0.2, color: 'red' });
  expect((await show('slices', { slice: 'carrier' }))[0]!.length).toBe(0);
});

it.each([
  [{}, 'Choose a model'],
  [{ model: 'flights-late', challenger: '9' }, 'not compared with a version 9'],
  [{ model: 'flights-late', part: 'toString' }, 'it shows agreement, differences'],
])('says what is wrong with %j', async (query, words) => {
  await expect(asked('shadow', query)).rejects.toThrow(words);
});

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
