import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { generateRules } from '@modelwatch/core';
import { parse, stringify } from 'yaml';
import { parseConfig } from '../config/index.js';
import { hasProgram, runProgram } from './debian-program.js';
import { writeTest } from './rule-expectations.js';

/*
 * What ModelwatchFeatureDrift takes for the rhythm of traffic, over recorded series: eight days by the hour, of which some hours are far from the baseline. The bar
 * is 0.2, so that after a PSI of 0.4 one up to (sqrt 0.4 + sqrt 0.2)^2 = 1.166 is rhythm, and after 0.05 one up to 0.45.
 */

const FEATURE = 'model="m",version="1",feature="f"';
const HOURS = 194;
/** An hour of the eighth day, the same of the first, and another of the day that is 24 to 48 hours ago. */
const [NOW, WEEK_AGO, DAY_BEFORE] = [190, 190 - 168, 190 - 36];

/** PSI of a window by the hour, 0.05 where nothing else is said. */
type Psi = Readonly<Record<number, number>>;

function seriesOf(window: string, psi: Psi, hours: number, version: string) {
  const series = (metric: string, labels = '') =>
    `model_version_feature:modelwatch_feature_${metric}:${window}{${FEATURE.replace('"1"', `"${version}"`)}${labels}}`;
  const baseline = ',reference="baseline"';
  return [
    { series: series('psi', baseline), values: Array.from({ length: hours + 1 }, (_, hour) => psi[hour] ?? 0.05).join(' ') },
    { series: series('psi_critical', baseline), values: `0.01x${hours}` },
    { series: series('values'), values: `1000x${hours}` },
    { series: series('baseline_bins', baseline), values: `10x${hours}` },
  ];
}

function alertRule(): object {
  const config = parseConfig('models: [{ name: m, champion: { version: "1" }, alerts: { driftFor: 5m } }]', 'modelwatch.yaml');
  if (!config.ok) throw new Error('the configuration is at fault');
  const groups = generateRules(config.value).flatMap(
    ({ text }) => (parse(text) as { readonly groups: readonly { name: string }[] }).groups,
  );
  return { groups: groups.filter(({ name }) => name === 'ModelwatchFeatureDrift') };
}

/** What holds from an hour before, as the alert waits. */
const held = (value: number, ...hours: readonly number[]): Psi =>
  Object.fromEntries(hours.flatMap((hour) => [[hour - 1, value] as const, [hour, value] as const]));

const CASES: readonly (readonly [name: string, fires: boolean, short: Psi, long: Psi])[] = [
  ['beyond what a week ago was, in both windows', true, held(0.5, NOW), held(0.5, NOW)],
  ['as a week ago in both', false, held(0.5, NOW, WEEK_AGO), held(0.5, NOW, WEEK_AGO)],
  ['as a week ago in the short window, beyond it in the long one', false, held(0.5, NOW, WEEK_AGO), held(0.5, NOW)],
  ['beyond it in the short window, as a week ago in the long one', false, held(0.5, NOW), held(0.5, NOW, WEEK_AGO)],
  ['beyond it by less than the bar', false, { ...held(1.16, NOW), ...held(0.4, WEEK_AGO) }, { ...held(1.16, NOW), ...held(0.4, WEEK_AGO) }],
  ['beyond it by more than the bar', true, { ...held(1.17, NOW), ...held(0.4, WEEK_AGO) }, { ...held(1.17, NOW), ...held(0.4, WEEK_AGO) }],
  ['as some hour of the day before, where a week ago is known', true, held(0.5, NOW, DAY_BEFORE), held(0.5, NOW, DAY_BEFORE)],
];

(hasProgram('promtool') ? describe : describe.skip)('the rhythm of traffic', () => {
  async function judge(tests: readonly object[]) {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-rhythm-'));
    try {
      await writeFile(path.join(folder, 'rules.yaml'), stringify(alertRule(), { lineWidth: 0 }));
      const file = path.join(folder, 'test.yaml');
      await writeTest(file, path.join(folder, 'rules.yaml'), '1h', tests);
      return await runProgram('promtool', ['test', 'rules', file]);
    } finally {
      await rm(folder, { recursive: true });
    }
  }
  const firing = (hour: number, fires: boolean) => ({
    expr: 'count by (version) (ALERTS{alertname="ModelwatchFeatureDrift",alertstate="firing"})',
    eval_time: `${hour}h`,
    exp_samples: fires ? [{ labels: '{version="1"}', value: 1 }] : [],
  });
  const passes = { code: 0, text: expect.stringContaining('SUCCESS') };
  const test = (short: Psi, long: Psi, ...expected: readonly object[]) => ({
    interval: '1h',
    input_series: [...seriesOf('1h', short, HOURS, '1'), ...seriesOf('6h', long, HOURS, '1')],
    promql_expr_test: expected,
  });

  it.each(CASES)('%s: drift is %p', async (_name, fires, short, long) => {
    expect(await judge([test(short, long, firing(NOW, fires))])).toEqual(passes);
  });

  it('is that of the day before while a week ago is not known', async () => {
    const [now, before] = [60, 60 - 36];
    expect(await judge([test(held(0.5, now), held(0.5, now), firing(now, true))])).toEqual(passes);
    expect(await judge([test(held(0.5, now, before), held(0.5, now, before), firing(now, false))])).toEqual(passes);
  });

  it('is that of the traffic, whatever version answered it a week ago', async () => {
    const before = held(0.5, WEEK_AGO);
    const earlier = [...seriesOf('1h', before, 100, '0'), ...seriesOf('6h', before, 100, '0')];
    const { input_series: input, ...rest } = test(held(0.5, NOW), held(0.5, NOW), firing(NOW, false));
    expect(await judge([{ ...rest, input_series: [...input, ...earlier] }])).toEqual(passes);
  });
});
