import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { burnRate, errorRatio, generateRules, secondsToExhaustion, type CountedTerm, type SloCounts } from '@modelwatch/core';
import { sliOf } from '@modelwatch/core';
import { parse, stringify } from 'yaml';
import { parseConfig } from '../config/index.js';
import { hasProgram, runProgram } from './debian-program.js';
import { agrees, writeTest } from './rule-expectations.js';
import { onInstance } from './two-replicas.js';

/* What the rules make of the counters of two replicas is compared with the core's error ratio, burn rate and time to exhaustion of all counts together. */

const withPromtool = hasProgram('promtool') ? describe : describe.skip;
const WEEK_SECONDS = 7 * 86_400;

const CONFIG = `
models:
  - name: m
    champion: { version: '1', onnx: { path: one.onnx } }
    challengers: [{ version: '2', onnx: { path: two.onnx } }]
    slo:
      - { sli: availability, objective: 0.99, period: 7d, combine: both }
      - { sli: latency, objective: 0.9, period: 7d }
      - { sli: quality, objective: 0.8, period: 7d }
      - { name: expected, sli: quality, objective: 0.8, evidence: estimate, period: 7d }
      - { name: agreement, sli: quality, objective: 0.95, evidence: shadow, period: 7d }
      - { sli: ground_truth_freshness, objective: 0.9, period: 7d }
      - { sli: data_quality, objective: 0.9, period: 7d }
      - { sli: drift_free_time, objective: 0.9 }
      - { sli: explanation_stability, objective: 0.9 }
      - { sli: training_success, objective: 0.9 }
      - { sli: retrain_time, objective: 0.9 }
  - name: n
    champion: { version: '1' }
    output: { kind: regression }
    slo:
      - { sli: availability, objective: 0.99, period: 7d, combine: both }
      - { sli: quality, objective: 0.9, errorMax: 3 }
`;

/** Two models with little traffic, promised one thing. */
const PAIR = `
models:
  - name: m
    champion: { version: '1' }
    slo: [{ sli: availability, objective: 0.99, period: 7d, combine: both }]
  - name: n
    champion: { version: '1' }
    slo: [{ sli: availability, objective: 0.99, period: 7d, combine: both }]
`;

interface Group {
  readonly name: string;
}

/** The rules of objectives alone, and what remembers their models: days of them are quickly evaluated. */
function sloRules(source: string, wanted = /^modelwatch-(slo|sidecars)-/): string {
  const config = parseConfig(source, 'slo.yaml');
  if (!config.ok) throw new Error(JSON.stringify(config.faults));
  const text = generateRules(config.value).find(({ path: name }) => name.endsWith('recording.yaml'))!.text;
  const { groups } = parse(text, { maxAliasCount: 0 }) as { readonly groups: readonly Group[] };
  return stringify({ groups: groups.filter(({ name }) => wanted.test(name)) }, { lineWidth: 0 });
}

/** Counts a minute of both replicas, by series; labels of the champion unless they say otherwise. */
const RATES: readonly (readonly [metric: string, labels: string, r0: number, r1: number])[] = [
  ['modelwatch_requests_received_total', 'version="1",role="champion"', 60, 90],
  ['modelwatch_requests_failed_total', 'version="1",role="champion",reason="upstream"', 2, 0.5],
  ['modelwatch_requests_failed_total', 'version="1",role="champion",reason="timeout"', 1, 0],
  ['modelwatch_requests_shed_total', 'version="1",role="champion",reason="overloaded"', 0, 0.25],
  ['modelwatch_request_duration_seconds_bucket', 'version="1",role="champion",le="0.3"', 50, 88],
  ['modelwatch_request_duration_seconds_bucket', 'version="1",role="champion",le="0.5"', 58, 89],
  ['modelwatch_request_duration_seconds_bucket', 'version="1",role="champion",le="+Inf"', 60, 90],
  ['modelwatch_confusion_total', 'version="1",role="champion",outcome="true_positive"', 10, 20],
  ['modelwatch_confusion_total', 'version="1",role="champion",outcome="true_negative"', 30, 30],
  ['modelwatch_confusion_total', 'version="1",role="champion",outcome="false_positive"', 3, 4],
  ['modelwatch_confusion_total', 'version="1",role="champion",outcome="false_negative"', 5, 2],
  // A challenger's own counts belong to no promise but that of agreement.
  ['modelwatch_confusion_total', 'version="2",role="challenger",outcome="false_negative"', 50, 50],
  ['modelwatch_estimated_confusion_total', 'version="1",role="champion",outcome="true_positive"', 40, 50],
  ['modelwatch_estimated_confusion_total', 'version="1",role="champion",outcome="false_negative"', 4.5, 3],
  ['modelwatch_shadow_agreement_total', 'version="2",role="challenger",outcome="both_positive"', 40, 50],
  ['modelwatch_shadow_agreement_total', 'version="2",role="challenger",outcome="champion_only_positive"', 1, 2],
  ['modelwatch_shadow_agreement_total', 'version="2",role="challenger",outcome="challenger_only_positive"', 3, 1],
  ['modelwatch_ground_truth_delay_seconds_bucket', 'version="1",role="champion",le="86400"', 20, 30],
  ['modelwatch_ground_truth_delay_seconds_bucket', 'version="1",role="champion",le="+Inf"', 25, 31],
  ['modelwatch_ground_truth_expired_total', 'version="1",role="champion"', 2, 0],
  ['modelwatch_feature_values_total', 'version="1",feature="a"', 60, 90],
  ['modelwatch_feature_values_total', 'version="1",feature="b"', 60, 90],
  ['modelwatch_feature_missing_total', 'version="1",feature="a"', 3, 0],
  ['modelwatch_feature_out_of_range_total', 'version="1",feature="a"', 1, 2],
  ['modelwatch_feature_unseen_total', 'version="1",feature="b"', 0, 4],
  ['modelwatch_log_events_ended_total', 'kind="retrain",outcome="failed"', 0.5, 0],
  ['modelwatch_log_events_ended_total', 'kind="training_job",outcome="succeeded"', 0, 2],
  ['modelwatch_log_events_ended_total', 'kind="deploy",outcome="failed"', 7, 0],
  ['modelwatch_log_event_duration_seconds_bucket', 'kind="retrain",le="172800"', 0.25, 0],
  ['modelwatch_log_event_duration_seconds_bucket', 'kind="retrain",le="+Inf"', 0.5, 0],
];

/** What a term of an indicator counts a minute over both replicas. */
function rateOf({ counter, where = {}, within, minus }: CountedTerm, version: string): number {
  const name = within === undefined ? counter : `${counter}_bucket`;
  const wanted = { ...where, ...(within === undefined ? {} : { le: [within === 'any' ? '+Inf' : String(within)] }) };
  const rates = RATES.filter(([metric, labels]) => {
    const has = Object.fromEntries([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, value]) => [label!, value!]));
    const fits = Object.entries(wanted).every(([label, values]) => (values as readonly string[]).includes(has[label]!));
    return metric === name && fits && (has['version'] ?? version) === version;
  });
  return (minus === true ? -1 : 1) * rates.reduce((sum, [, , r0, r1]) => sum + r0 + r1, 0);
}

function countsOf(sli: Parameters<typeof sliOf>[0]['sli'], config: object, version: string): SloCounts {
  const events = sliOf({ sli }).events({ sli, objective: 0.9, period: '7d', ...config });
  if (events.kind !== 'counters') throw new Error(`${sli} has no counters`);
  const sum = (terms: readonly CountedTerm[]) => terms.reduce((total, term) => total + rateOf(term, version), 0);
  return { events: sum(events.total), errors: sum(events.bad) };
}

withPromtool('the recording rules of objectives', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-slo-'));
    await writeFile(path.join(folder, 'every.yaml'), sloRules(CONFIG));
    await writeFile(path.join(folder, 'pair.yaml'), sloRules(PAIR));
    await writeFile(path.join(folder, 'tiles.yaml'), sloRules(PAIR, /^modelwatch-slo-(tiles|1d|budgets)$/));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function judge(
    rules: string,
    input: readonly object[],
    at: string,
    expected: readonly (readonly [string, number | undefined])[],
    { relative = 1e-6, every = '1m' } = {},
  ) {
    const tests = expected.map(([series, value]) =>
      value === undefined
        ? { expr: series, eval_time: at, exp_samples: [] }
        : {
            expr: relative === 1e-6 ? agrees(series, value) : `count(abs(${series} / ${value} - 1) <= ${relative})`,
            eval_time: at,
            exp_samples: [{ labels: '{}', value: 1 }],
          },
    );
    const test = { interval: '1m', input_series: input, promql_expr_test: tests };
    const file = path.join(folder, `${at}-${rules}`);
    await writeTest(file, path.join(folder, rules), every, [test]);
    const { code, text } = await runProgram('promtool', ['test', 'rules', file]);
    expect({ code, text }).toEqual({ code: 0, text: expect.stringContaining('SUCCESS') });
  }

  const INFO = (model: string) => ({
    series: `modelwatch_model_info{instance="r0",model="${model}",version="1",role="champion"}`,
    values: '1x12000',
  });

  it('are the error ratio and the burn rate of what all replicas counted, by every indicator', async () => {
    const counters = RATES.flatMap(([metric, labels, ...rates]) =>
      rates.map((rate, i) => ({ series: onInstance(`${metric}{model="m",${labels}}`, `r${i}`), values: `0+${rate}x120` })),
    );
    // Of each four minutes one has drifted; the order of attributions is always that of training; the mean error is 4 in every other minute.
    const everyFourth = Array.from({ length: 30 }, () => '0.1 0.1 0.1 0.3').join(' ');
    const feature = (metric: string, window: string, more = '') =>
      `model_version_feature:modelwatch_feature_${metric}:${window}{model="m",version="1",feature="a"${more}}`;
    const judged = ['1h', '6h'].flatMap((window) => [
      { series: feature('psi', window, ',reference="baseline"'), values: everyFourth },
      { series: feature('psi_critical', window, ',reference="baseline"'), values: '0.01x120' },
      { series: feature('values', window), values: '5000x120' },
      { series: feature('baseline_bins', window, ',reference="baseline"'), values: '10x120' },
    ]);
    // Nobody can tell of a version with fewer values than the alert needs, be it by their number or by that of its bins: 250 values in 30 bins.
    const few = [
      ['2', 50, 1],
      ['3', 250, 30],
    ] as const;
    const undecided = few.flatMap(([version, values, bins]) =>
      judged.map(({ series, values: given }) => ({
        series: series.replace('version="1"', `version="${version}"`),
        values: given === '5000x120' ? `${values}x120` : given === '10x120' ? `${bins}x120` : given,
      })),
    );
    const input = [
      INFO('m'),
      ...counters,
      ...judged,
      ...undecided,
      // Before the last restart the model was critical: what was known of its objective then is there beside what is known now.
      {
        series: 'model_slo:modelwatch_slo_objective_ratio:info{model="m",slo="latency",sli="latency",period="7d",critical="true"}',
        values: '0.9x120',
      },
      { series: 'model_version:modelwatch_attribution_ndcg_ratio:1h{model="m",version="1"}', values: '0.95x120' },
      { series: 'model_version_role:modelwatch_explained:1h{model="m",version="1",role="champion"}', values: '500x120' },
      {
        series: 'model_version_role:modelwatch_mean_absolute_error:1h{model="n",version="1",role="champion"}',
        values: Array(60).fill('2 4').join(' '),
      },
      { series: 'model_version_role:modelwatch_outputs_compared:1h{model="n",version="1",role="champion"}', values: '500x120' },
      INFO('n'),
    ];
    const all: readonly (readonly [string, number, SloCounts])[] = [
      ['slo="availability",version="1",model="m"', 0.99, countsOf('availability', {}, '1')],
      ['slo="latency",version="1"', 0.9, countsOf('latency', {}, '1')],
      ['slo="quality",version="1",evidence="ground_truth",model="m"', 0.8, countsOf('quality', {}, '1')],
      ['slo="expected",version="1",evidence="estimate"', 0.8, countsOf('quality', { evidence: 'estimate' }, '1')],
      ['slo="agreement",version="2",evidence="shadow"', 0.95, countsOf('quality', { evidence: 'shadow' }, '2')],
      ['slo="ground_truth_freshness",version="1"', 0.9, countsOf('ground_truth_freshness', {}, '1')],
      ['slo="data_quality",version="1"', 0.9, countsOf('data_quality', {}, '1')],
      ['slo="training_success",version="1"', 0.9, countsOf('training_success', {}, '1')],
      ['slo="retrain_time",version="1"', 0.9, countsOf('retrain_time', {}, '1')],
    ];
    const expected = ['5m', '30m', '1h'].flatMap((window, i) =>
      all.flatMap(([labels, objective, counts]): (readonly [string, number])[] => {
        const minutes = [5, 30, 60][i]!;
        const of = (metric: string) => `model_version_slo:modelwatch_slo_${metric}:${window}{${labels}}`;
        return [
          [of('events'), counts.events * minutes],
          [of('errors'), counts.errors * minutes],
          [of('error_ratio'), errorRatio(counts)!],
          [of('burn_rate'), burnRate(errorRatio(counts)!, objective)],
        ];
      }),
    );
    const spread = (slo: string) => `model_version_slo:modelwatch_slo_error_ratio:1h{${slo}}`;
    await judge('every.yaml', input, '110m', [
      ...expected,
      [spread('model="m",slo="explanation_stability"'), 0],
      ['model_slo:modelwatch_slo_objective_ratio:info{slo="quality",model="n",critical="false",period="30d",sli="quality"}', 0.9],
      // A challenger counts in no other objective, nor does what nobody configured.
      ['model_version_slo:modelwatch_slo_events:1h{slo="quality",version="2"}', undefined],
      ['model_version_slo:modelwatch_slo_events:1h{slo="latency",model="n"}', undefined],
      ['model_version_slo:modelwatch_slo_minute_good:now{slo="drift_free_time",version!="1"}', undefined],
    ]);
    const spent = burnRate(errorRatio(countsOf('availability', {}, '1'))!, 0.99) * ((111 * 60) / WEEK_SECONDS);
    // Minutes at both ends of a window may count.
    await judge(
      'every.yaml',
      input,
      '111m',
      [
        [spread('model="m",slo="drift_free_time"'), 0.25],
        [spread('model="n",slo="quality"'), 0.5],
        // A group has a budget though its models have objectives of different periods.
        ['model_slo:modelwatch_slo_budget_spent:period{model="both",slo="availability"}', spent],
        ['model_slo:modelwatch_slo_budget_left:ratio{model="both",slo="availability"}', 1 - spent],
      ],
      { relative: 0.07 },
    );
  }, 240_000);

  it('add up to windows of days, a budget and the time it lasts, over versions and over models of a group', async () => {
    // Six hours of 2 % errors, then a day of 0.25 %, of which a second version answers a part.
    const [early, rest] = [360, 1440];
    const steps = (before: number, after: number) => `0+${before}x${early} ${before * early + after}+${after}x${rest + 60}`;
    const of = (model: string, version: string, metric: string) =>
      onInstance(`modelwatch_requests_${metric}_total{model="${model}",version="${version}",role="champion"}`, 'r0');
    const input = [
      INFO('m'),
      INFO('n'),
      { series: of('m', '1', 'received'), values: steps(100, 60) },
      { series: of('m', '1', 'failed'), values: steps(2, 0.15) },
      { series: of('m', '2', 'received'), values: steps(0, 40) },
      { series: of('m', '2', 'failed'), values: steps(0, 0.1) },
      { series: of('n', '1', 'received'), values: steps(10, 10) },
      { series: of('n', '1', 'failed'), values: steps(0, 1) },
    ];
    const ratio = (events: number, errors: number) => errorRatio({ events, errors })!;
    // What was watched is 30 of the 168 hours of the period.
    const spent = burnRate((6 * ratio(100, 2) + 24 * ratio(100, 0.25)) / 30, 0.99) * (30 / 168);
    const one = (metric: string) => `model_version_slo:modelwatch_slo_${metric}{model="m",version="1",slo="availability"}`;
    const whole = (metric: string) => `model_slo:modelwatch_slo_${metric}{model="m",slo="availability"}`;
    await judge(
      'pair.yaml',
      input,
      '30h',
      [
        [one('error_ratio:1h'), 0.0025],
        [one('error_ratio:6h'), 0.0025],
        [one('error_ratio:3d'), (360 * 2 + 1440 * 0.15) / (360 * 100 + 1440 * 60)],
        [one('events:6h'), 60 * 360],
        [whole('budget_spent:half'), spent],
        [whole('budget_spent:period'), spent],
        [whole('budget_left:ratio'), 1 - spent],
        [whole('burn_rate:6h'), 0.25],
        [whole('time_to_exhaustion:seconds'), secondsToExhaustion({ budgetLeft: 1 - spent, burn: 0.25, periodSeconds: WEEK_SECONDS })],
        ['model_version_slo:modelwatch_slo_error_ratio:1d{model="both",version="__all__",slo="availability"}', ratio(110, 1.25)],
        ['model_slo:modelwatch_slo_burn_rate:6h{model="both",slo="availability"}', burnRate(ratio(110, 1.25), 0.99)],
      ],
      { relative: 0.01 },
    );
  }, 240_000);

  it('put down every event once in counts of a day and of the period', async () => {
    // promtool evaluates every group at one interval, which is that of the tiles here: the counts of five minutes are given.
    const labels = 'model="m",version="1",slo="availability"';
    const input = [
      { series: `model_version_slo:modelwatch_slo_events:5m{${labels}}`, values: '300x1440 500x360' },
      { series: `model_version_slo:modelwatch_slo_errors:5m{${labels}}`, values: '3x1440 10x360' },
      { series: 'model_slo:modelwatch_slo_objective_ratio:info{model="m",slo="availability"}', values: '0.99x1800' },
    ];
    await judge(
      'tiles.yaml',
      input,
      '30h',
      [
        [`model_version_slo:modelwatch_slo_events:1d{${labels}}`, 60 * 1080 + 100 * 360],
        [`model_version_slo:modelwatch_slo_errors:1d{${labels}}`, 0.6 * 1080 + 2 * 360],
        ['model_slo:modelwatch_slo_events:period{model="m",slo="availability"}', 60 * 1440 + 100 * 360],
        ['model_slo:modelwatch_slo_errors:period{model="m",slo="availability"}', 0.6 * 1440 + 2 * 360],
      ],
      { relative: 0.005, every: '5m' },
    );
  }, 60_000);
});
