import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateRules, OTHER_BIN, seededRandom } from '@modelwatch/core';
import { loadConfig } from '../config/index.js';
import { countJoined, emptySliceJoined, mergeJoined, type JoinedCounts } from '../store/joined-counts.js';
import { hasProgram, runProgram } from './debian-program.js';
import { agrees, TOLERANCE, writeTest } from './rule-expectations.js';
import { sliceFairness, sliceGaps, sliceQualities, sliceSeries, type Expected } from './slice-expectations.js';
import { onInstance, type InputSeries } from './two-replicas.js';

// Two replicas count the same slices; what the rules make of their counters must be what the core makes of all their pairs.

const withPromtool = hasProgram('promtool') ? describe : describe.skip;
const MINUTES = 60;
const RESTART = 25;
const KIND = { kind: 'probability', threshold: 0.5 } as const;
/** The slices with the chance that a score is turned round, and how often they come. */
const VALUES = { big: [0.1, 0.5], worse: [0.4, 0.2], fair: [0.12, 0.2], few: [0.5, 0.01], [OTHER_BIN]: [0.2, 0.09] } as const;
type Value = keyof typeof VALUES;
type Slices = Map<Value, JoinedCounts>;

const MODEL = 'model="m",version="1",role="champion",slice="carrier"';
const OUTCOMES = {
  true_positive: 'truePositive',
  false_positive: 'falsePositive',
  true_negative: 'trueNegative',
  false_negative: 'falseNegative',
} as const;

const emptySlices = (): Slices => new Map((Object.keys(VALUES) as Value[]).map((value) => [value, emptySliceJoined()]));

function countOne(slices: Slices, random: () => number): void {
  let at = random();
  const value = (Object.keys(VALUES) as Value[]).find((each) => (at -= VALUES[each][1]) < 0) ?? 'big';
  const truth = random() < 0.4 ? 1 : 0;
  const turned = random() < VALUES[value][0];
  const score = (truth === 1) === turned ? 0.6 * random() : 0.4 + 0.6 * random();
  countJoined(slices.get(value)!, KIND, random() < 0.01 ? NaN : score, truth);
}

/** As the exporter exports them; bins by their place. */
function exported(slices: Slices): ReadonlyMap<string, number> {
  const series = new Map<string, number>();
  for (const [value, { confusion, scores, calibration, errors }] of slices) {
    const set = (name: string, of: number, more = '') =>
      series.set(`modelwatch_slice_${name}_total{${MODEL},slice_value="${value}"${more}}`, of);
    for (const [outcome, field] of Object.entries(OUTCOMES)) set('confusion', confusion[field], `,outcome="${outcome}"`);
    let below = 0;
    scores.positive.forEach((count, bin) => {
      set('score_bin', count, `,truth="1",bin="${bin}"`);
      set('score_bin', scores.negative[bin]!, `,truth="0",bin="${bin}"`);
      set('score_cumulative', (below += count), `,truth="1",bin="${bin}"`);
    });
    calibration.scores.forEach((sum, bin) => {
      set('calibration_score', sum, `,bin="${bin}"`);
      set('calibration_positive', calibration.positives[bin]!, `,bin="${bin}"`);
    });
    set('joined', errors.count);
    set('squared_error', errors.squared);
    set('over_error', errors.over);
    set('under_error', errors.under);
  }
  return series;
}

function hourOfPairs(random: () => number): { readonly scraped: readonly InputSeries[]; readonly whole: Slices } {
  const whole = emptySlices();
  const scraped: InputSeries[] = [];
  const merge = (into: Slices, from: Slices) => {
    for (const [value, counts] of into) mergeJoined(counts, from.get(value)!);
  };
  for (const instance of ['a', 'b']) {
    let own = emptySlices();
    const paths = new Map([...exported(own).keys()].map((series) => [series, [] as number[]]));
    for (let minute = 0; minute <= MINUTES; minute++) {
      const restarts = instance === 'b' && minute === RESTART + 1;
      if (restarts) own = emptySlices();
      const news = emptySlices();
      // At 0 before anything is counted, also after the restart.
      const rows = minute < 2 || restarts ? 0 : Math.floor((instance === 'a' ? 80 : 40) * random());
      for (let row = 0; row < rows; row++) countOne(news, random);
      merge(own, news);
      merge(whole, news);
      for (const [series, value] of exported(own)) paths.get(series)!.push(value);
    }
    for (const [series, values] of paths) scraped.push({ series: onInstance(series, instance), values: values.join(' ') });
  }
  return { scraped, whole };
}

const OF = { labels: MODEL, window: '1h' };
const of = sliceSeries(OF);

withPromtool('the recording rules of slices', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-slices-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** Evaluates the rules of a configuration on the scraped series and compares each expected one in Prometheus itself. */
  async function evaluate(fair: string, scraped: readonly InputSeries[], expected: Expected, absent: readonly string[] = []) {
    const file = path.join(folder, 'modelwatch.yaml');
    await writeFile(file, `models: [{ name: m, champion: { version: '1' }, slices: [{ name: carrier, fairness: ${fair} }] }]\n`);
    const loaded = await loadConfig(file);
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
    const rules = generateRules(loaded.value).find(({ path: name }) => name.endsWith('recording.yaml'))!;
    await writeFile(path.join(folder, 'recording.yaml'), rules.text);
    const test = {
      interval: '1m',
      input_series: scraped,
      promql_expr_test: [
        ...expected.map(([series, value]) => ({ expr: agrees(series, value), eval_time: '1h', exp_samples: [{ labels: '{}', value: 1 }] })),
        ...absent.map((expr) => ({ expr, eval_time: '1h', exp_samples: [] })),
      ],
    };
    const tests = path.join(folder, 'test.yaml');
    await writeTest(tests, path.join(folder, 'recording.yaml'), '1h', [test]);
    return runProgram('promtool', ['test', 'rules', tests]);
  }

  it.each([1, 2, 3])('say what the core says of all replicas together, seed %p', async (seed) => {
    const { scraped, whole } = hourOfPairs(seededRandom(seed));
    const expected = [...sliceQualities(whole, OF), ...sliceGaps(whole, OF), ...sliceFairness(whole, 'fair', OF)];
    expect(expected.length).toBeGreaterThan(80);
    expect(expected.find(([series]) => series === of('gap_lower', 'worse', ['quality', 'accuracy']))![1]).toBeGreaterThan(0.05);
    const absent = [
      // The reference is compared with nothing, __other__ is no slice, and `few` has too few.
      of('rate_difference', 'fair', ['rate', 'recall']),
      of('disparate_impact_ratio', 'fair'),
      of('disparate_impact_ratio_lower', 'fair'),
      of('gap', OTHER_BIN, ['quality', 'accuracy']),
      of('error_gap', OTHER_BIN),
      of('gap', 'few', ['quality', 'accuracy']),
      of('disparate_impact_ratio_upper', 'few'),
    ];
    expect(await evaluate('{ reference: fair }', scraped, expected, absent)).toEqual({ code: 0, text: expect.stringContaining('SUCCESS') });
    // A thousandth off is found.
    const [name, value] = expected.find(([series]) => series.includes('error_gap_lower'))!;
    expect((await evaluate('{ reference: fair }', scraped, [[name, value + 1000 * TOLERANCE]])).code).toBe(1);
  });

  it('compare groups with the largest where no reference is named', async () => {
    const { scraped, whole } = hourOfPairs(seededRandom(4));
    expect(await evaluate('{}', scraped, sliceFairness(whole, 'big', OF))).toEqual({ code: 0, text: expect.stringContaining('SUCCESS') });
  });

  it('say that a group without a positive prediction has a disparate impact of 0, with an upper bound', async () => {
    const { scraped, whole } = hourOfPairs(seededRandom(5));
    const { confusion } = whole.get('worse')!;
    Object.assign(confusion, { truePositive: 0, falsePositive: 0 });
    const without = scraped.map(({ series, values }) =>
      series.includes('worse') && /outcome="(true|false)_positive"/.test(series) ? { series, values: '0x60' } : { series, values },
    );
    const expected = sliceFairness(whole, 'big', OF).filter(([series]) => series.includes('disparate') && series.includes('worse'));
    expect(expected.map(([, value]) => value > 0)).toEqual([false, false, true]);
    expect(await evaluate('{}', without, expected)).toEqual({ code: 0, text: expect.stringContaining('SUCCESS') });
  });
});
