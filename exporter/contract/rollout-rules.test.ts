import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  configuredCriteria,
  generateRules,
  rolloutVerdict,
  seededRandom,
  VERDICTS,
  type ModelConfig,
  type OutputRule,
  type Verdict,
} from '@modelwatch/core';
import { parseConfig } from '../config/index.js';
import { challengerCounting, evidenceOf, type ChallengerCounts } from './challenger-counts.js';
import { hasProgram, runProgram } from './debian-program.js';
import { rolloutExpectations, type Expected } from './rollout-expectations.js';
import { agrees, writeTest } from './rule-expectations.js';
import { CHALLENGER, hourOfCounts, onInstance, type InputSeries } from './two-replicas.js';

// A challenger on two replicas, one of which restarts; what the rules make of their counters must be the core's verdict on all the data, with
// every reading and state behind it.

const withPromtool = hasProgram('promtool') ? describe : describe.skip;

/** What a challenger is like. */
interface Character {
  /** Chance that it alone is right, and that the champion alone is. */
  readonly better: number;
  readonly worse: number;
  /** Its time as a multiple of the champion's. */
  readonly slow: number;
  readonly failing: number;
  readonly missing: number;
  /** Share of the predictions whose ground truth comes. */
  readonly told: number;
  /** Chance of an output that is no probability. */
  readonly odd: number;
}
const AS_GOOD: Character = { better: 0.05, worse: 0.05, slow: 1.2, failing: 0, missing: 0, told: 0.9, odd: 0 };

/** One prediction of both; `output` says what an output is that predicts the class, or lies within the tolerance of the truth. */
function countOne(counts: ChallengerCounts, { better, worse, slow, failing, missing, told, odd }: Character, random: () => number): void {
  if (random() < failing) {
    counts.outcomes[random() < 0.7 ? 'failed' : 'timed_out']++;
    return;
  }
  const { rule } = counts.agreement;
  const truth = rule.kind === 'regression' ? 100 * random() : random() < 0.4 ? 1 : 0;
  const draw = random();
  const [champion, challenger] =
    draw < better ? [false, true] : draw < better + worse ? [true, false] : random() < 0.8 ? [true, true] : [false, false];
  const pair = {
    champion: outputOf(rule, truth, champion!, random),
    challenger: random() < missing ? NaN : random() < odd ? 2 : outputOf(rule, truth, challenger!, random),
  };
  const slice = counts.slices.get(random() < 0.6 ? 'ewr' : 'jfk')!;
  counts.outcomes.scored++;
  for (const { agreement } of [counts, slice]) agreement.update(pair);
  const load = 0.005 + 0.02 * random();
  counts.latency.update({ championSeconds: load, challengerSeconds: slow * load * (0.7 + 0.6 * random()) });
  if (random() >= told) return;
  for (const { quality } of [counts, slice]) quality.update({ ...pair, truth });
}

function outputOf(rule: OutputRule, truth: number, isRight: boolean, random: () => number): number {
  if (rule.kind === 'regression') return truth + (isRight ? random() - 0.5 : 3 + 2 * random());
  const surely = 0.55 + 0.4 * random();
  return isRight === (truth === 1) ? surely : 1 - surely;
}

const CLASSES: OutputRule = { kind: 'probability', championThreshold: 0.5, challengerThreshold: 0.5 };
const ESTIMATES: OutputRule = { kind: 'regression', toleranceAbsolute: 1 };

function modelOf(rollout: string, more = 'output: { kind: probability }', tolerance = 1): ModelConfig {
  const champion = `champion: { version: '1', onnx: { path: a.onnx } }`;
  const challengers = `challengers: [{ version: '2', onnx: { path: b.onnx }, toleranceAbsolute: ${tolerance} }]`;
  const parsed = parseConfig(`models: [{ name: m, ${champion}, ${challengers}, ${more}, rollout: { window: 1h, ${rollout} } }]`, 'test');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return parsed.value.models[0]!;
}
const DEFAULTS = modelOf('');
const LOSS = modelOf('quality: loss, qualityLossMax: 0.02');
const REGRESSION = modelOf('qualityLossMax: 0.5, disagreementRatioMax: 0.5', 'output: { kind: regression }');

interface Case {
  readonly name: string;
  readonly model: ModelConfig;
  readonly rule?: OutputRule;
  readonly character: Partial<Character>;
  readonly verdict: Verdict;
  readonly reason: string;
}
const CASES: readonly Case[] = [
  { name: 'right more often', model: DEFAULTS, character: { better: 0.12, worse: 0.03 }, verdict: 'promote', reason: 'all_met' },
  { name: 'as good', model: DEFAULTS, character: {}, verdict: 'hold', reason: 'quality_loss' },
  { name: 'right less often', model: DEFAULTS, character: { better: 0.03, worse: 0.14 }, verdict: 'reject', reason: 'quality_loss' },
  { name: 'slow', model: DEFAULTS, character: { better: 0.12, worse: 0.03, slow: 3 }, verdict: 'reject', reason: 'latency' },
  { name: 'at times failing', model: DEFAULTS, character: { failing: 0.05 }, verdict: 'reject', reason: 'failures' },
  { name: 'always failing', model: DEFAULTS, character: { failing: 1 }, verdict: 'reject', reason: 'failures' },
  { name: 'without outputs', model: DEFAULTS, character: { missing: 0.05 }, verdict: 'reject', reason: 'missing_outputs' },
  { name: 'of another mind', model: DEFAULTS, character: { better: 0.25, worse: 0.05 }, verdict: 'reject', reason: 'disagreement' },
  { name: 'without ground truth', model: DEFAULTS, character: { told: 0.02 }, verdict: 'insufficient_data', reason: 'quality_loss' },
  { name: 'surer', model: LOSS, character: { better: 0.12, worse: 0.03 }, verdict: 'promote', reason: 'all_met' },
  { name: 'less sure', model: LOSS, character: { better: 0.02, worse: 0.15 }, verdict: 'reject', reason: 'quality_loss' },
  { name: 'odd at times', model: LOSS, character: { better: 0.1, worse: 0.03, odd: 0.01 }, verdict: 'hold', reason: 'quality_loss' },
  {
    name: 'free of failures where none is allowed',
    model: modelOf('failureRatioMax: 0, latencyRatioMax: none, disagreementRatioMax: none'),
    character: { better: 0.12, worse: 0.03, slow: 9 },
    verdict: 'promote',
    reason: 'all_met',
  },
  { name: 'nearer', model: REGRESSION, rule: ESTIMATES, character: { better: 0.12, worse: 0.03 }, verdict: 'promote', reason: 'all_met' },
  {
    name: 'farther off',
    model: REGRESSION,
    rule: ESTIMATES,
    character: { better: 0, worse: 0.18 },
    verdict: 'reject',
    reason: 'quality_loss',
  },
  {
    name: 'as good will do, of estimates that never agree',
    model: modelOf('qualityLossMax: 2, qualityGainMin: -2', 'output: { kind: regression }', 0),
    rule: { kind: 'regression', toleranceAbsolute: 0 },
    character: {},
    verdict: 'promote',
    reason: 'all_met',
  },
];

const OF = { labels: CHALLENGER, window: '1h' };

const INFO = ['a', 'b'].map((instance) => ({
  series: onInstance(`modelwatch_model_info{${CHALLENGER},source="onnx",team="t"}`, instance),
  values: '1x60',
}));

withPromtool('the rules of a rollout', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-rollout-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function evaluate(model: ModelConfig, scraped: readonly InputSeries[], expected: readonly Expected[]) {
    const rules = { interval: '1m', runbookUrl: 'https://example.org', dashboardUrl: 'https://example.org' };
    const [recording] = generateRules({ rules, models: [model] });
    await writeFile(path.join(folder, 'recording.yaml'), recording!.text);
    const tests = [
      {
        interval: '1m',
        input_series: scraped,
        promql_expr_test: expected.map(([series, value]) => ({
          expr: agrees(series, value),
          eval_time: '1h',
          exp_samples: [{ labels: '{}', value: 1 }],
        })),
      },
    ];
    const file = path.join(folder, 'test.yaml');
    await writeTest(file, path.join(folder, 'recording.yaml'), '1h', tests);
    return runProgram('promtool', ['test', 'rules', file]);
  }
  const hourOf = ({ character, rule = CLASSES }: Pick<Case, 'character' | 'rule'>, seed = 1) => {
    const random = seededRandom(seed);
    return hourOfCounts(challengerCounting(rule), (counts) => countOne(counts, { ...AS_GOOD, ...character }, random), random);
  };

  it.each(CASES)('say of two replicas what the core says of all the data: $name, $verdict', async (tried) => {
    const { scraped, whole } = hourOf(tried);
    const criteria = configuredCriteria(tried.model, tried.model.challengers[0])!;
    expect(rolloutVerdict(evidenceOf(whole), criteria)).toMatchObject({ verdict: tried.verdict, reason: tried.reason });
    const expected = rolloutExpectations(whole, criteria, OF);
    expect(await evaluate(tried.model, [...scraped, ...INFO], expected)).toEqual({ code: 0, text: expect.stringContaining('SUCCESS') });
  });

  it('find a bound that is a thousandth off', async () => {
    const { scraped, whole } = hourOf(CASES[0]!);
    const off = rolloutExpectations(whole, configuredCriteria(DEFAULTS)!, OF).find(([series]) => series.includes('upper'))!;
    expect((await evaluate(DEFAULTS, [...scraped, ...INFO], [[off[0], off[1] + 0.001]])).code).toBe(1);
  });

  it('say insufficient_data of a challenger before its first copy, and nothing of one that is gone or was never scraped', async () => {
    const verdict = (name: Verdict) => `model_version_role_verdict:modelwatch_rollout_verdict:1h{${CHALLENGER},verdict="${name}"}`;
    const before = VERDICTS.map((name): Expected => [verdict(name), name === 'insufficient_data' ? 1 : 0]);
    expect((await evaluate(DEFAULTS, INFO, before)).code).toBe(0);
    const { scraped } = hourOf(CASES[0]!);
    const gone: readonly Expected[] = VERDICTS.map((name) => [`absent(${verdict(name)})`, 1]);
    expect((await evaluate(DEFAULTS, scraped, gone)).code).toBe(0);
    const other = [{ series: 'modelwatch_model_info{model="other",version="1",role="champion"}', values: '1x60' }];
    expect((await evaluate(DEFAULTS, other, gone)).code).toBe(0);
  });
});
