import { expect, it } from '@jest/globals';
import { burnBars } from '@modelwatch/core';
import { readFileSync } from 'fs';
import path from 'path';
import { asked } from '../testing/asked';
import { columnsOf } from '../testing/columns-of';
import { installPrometheus, instantFrame, PROMETHEUS } from '../testing/answering-prometheus';

const options = { prometheusUid: PROMETHEUS };

it('is a row an objective and window, the least budget first, with the bars of its period', async () => {
  installPrometheus();
  const [frame] = await asked('slo', { model: 'flights-late' }, options);
  const told = columnsOf(frame!);
  expect(frame!.length).toBe(3 * 7);
  expect([told.slo![0], told.slo![7], told.slo![14]]).toEqual(['latency', 'availability', 'data_quality']);
  expect([told.budgetLeft![0], told.budgetLeft![7], told.objective![7]]).toEqual([-0.2, 0.82, 0.999]);
  expect(told.window!.slice(0, 7)).toEqual(['5m', '30m', '1h', '2h', '6h', '1d', '3d']);
  // Beyer et al., The Site Reliability Workbook, table 5-8.
  expect(told.bar!.slice(0, 7)).toEqual([14.4, 6, 14.4, 3, 6, 3, 1].map((bar) => expect.closeTo(bar, 9)));
  expect(told.burn!.slice(0, 3)).toEqual([null, 3, 3]);
});

it.each(['7d', '30d', '90d'])('has the bars that the rules have, for a period of %s', async (period) => {
  installPrometheus(({ refId }) => [instantFrame(refId, { model: 'a', slo: 's', period }, 0.99)]);
  const { window, bar } = columnsOf((await asked('slo', {}, options))[0]!);
  const barOf = (name: string) => bar![window!.indexOf(name)];
  for (const { long, short, burnRate } of burnBars(period)) {
    expect([long, barOf(long)]).toEqual([long, expect.closeTo(burnRate, 9)]);
    // Six hours are the short window of three days, and the long one of a page, which counts.
    expect([short, barOf(short)]).toEqual([short, short === '6h' ? barOf('6h') : expect.closeTo(burnRate, 9)]);
  }
});

it('has no bar that a budget cannot burn, as the rules have none', async () => {
  // 30 days: bars of 14.4, 6, 3 and 1; with an objective of 80 % every event bad burns five times as fast.
  installPrometheus(({ refId }) => [instantFrame(refId, { model: 'a', slo: 's', period: '30d' }, 0.8)]);
  const { window, bar } = columnsOf((await asked('slo', {}, options))[0]!);
  expect(window!.map((name, at) => [name, bar![at]])).toEqual([
    ['5m', null],
    ['30m', null],
    ['1h', null],
    ['2h', 3],
    ['6h', null],
    ['1d', 3],
    ['3d', 1],
  ]);
});

it('where nothing burns the budget lasts for ever; where it is spent it has lasted', async () => {
  installPrometheus();
  const { slo, timeToExhaustion } = columnsOf((await asked('slo', {}, options))[0]!);
  const of = (name: string) => timeToExhaustion![slo!.indexOf(name)];
  expect([of('latency'), of('availability'), of('data_quality')]).toEqual([0, 4_250_880, Infinity]);
});

it('asks in one request, at the end of the range, for the series that the rules record', async () => {
  const requests = installPrometheus();
  await asked('slo', { model: '{flights-late,p.1}', slo: 'lat"ency' }, options);
  expect(requests.length).toBe(1);
  const { targets, range } = requests[0]!;
  const where = '{model=~"flights-late|p\\\\.1",slo="lat\\"ency"}';
  expect(targets.slice(0, 3).map(({ expr }) => expr)).toEqual([
    `model_slo:modelwatch_slo_objective_ratio:info${where}`,
    `model_slo:modelwatch_slo_budget_left:ratio${where}`,
    `model_slo:modelwatch_slo_time_to_exhaustion:seconds${where}`,
  ]);
  expect(targets[3]!.expr).toBe(`max by (model, slo) (model_version_slo:modelwatch_slo_burn_rate:5m${where})`);
  expect(new Set(targets.map(({ refId }) => refId)).size).toBe(10);
  expect(targets.every((target) => 'instant' in target && target.instant)).toBe(true);
  expect(range.to.toISOString()).toBe('2026-12-01T12:00:00.000Z');
});

it('without a period there is no bar, and without a burn rate no time', async () => {
  installPrometheus(({ refId }) => (refId === 'objective' ? [instantFrame(refId, { model: 'a', slo: 'latency' }, 0.9)] : []));
  const { model, bar, timeToExhaustion, burn } = columnsOf((await asked('slo', {}, options))[0]!);
  expect([model![0], bar![0], timeToExhaustion![0], burn![0]]).toEqual(['a', null, null, null]);
});

it('a value that is no number is no value', async () => {
  installPrometheus(({ refId }) => [instantFrame(refId, { model: 'a', slo: 's', period: 'soon' }, refId === 'objective' ? 0.9 : NaN)]);
  const { burn, budgetLeft, bar } = columnsOf((await asked('slo', {}, options))[0]!);
  expect([burn![0], budgetLeft![0], bar![0]]).toEqual([null, null, null]);
});

it('asks for what the shipped rules record, and nothing else', async () => {
  const requests = installPrometheus();
  await asked('slo', {}, options);
  const rules = readFileSync(path.join(__dirname, '../../../alert-rules/recording.yaml'), 'utf8');
  const recorded = new Set(Array.from(rules.matchAll(/record: (\S+)/g), ([, name]) => name));
  const named = requests[0]!.targets.map(({ expr }) => /[a-z_]+:modelwatch_\w+:\w+/.exec(expr)?.[0]);
  expect(named.filter((name) => !recorded.has(name!))).toEqual([]);
});

it('says what to set: a Prometheus data source, or objectives', async () => {
  const [unlinked] = await asked('slo', { model: 'flights-late' });
  expect(unlinked!.meta?.notices?.[0]).toMatchObject({
    severity: 'warning',
    text: expect.stringContaining('choose the Prometheus data source'),
  });
  installPrometheus(() => []);
  const [none] = await asked('slo', {}, options);
  expect([none!.length, none!.meta?.notices?.[0]?.text]).toEqual([0, expect.stringContaining('modelwatch rules')]);
});

it('says what went wrong in Prometheus, and where it is not there', async () => {
  installPrometheus(() => [], { errors: [{ message: 'too many series' }] });
  await expect(asked('slo', {}, options)).rejects.toThrow('too many series');
  await expect(asked('slo', {}, { prometheusUid: 'gone' })).rejects.toThrow('gone was not found');
});
