import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { VERDICTS, type Verdict } from '@modelwatch/core';
import { parse, stringify } from 'yaml';
import { hasProgram, runProgram } from './debian-program.js';

// What Argo Rollouts and Flagger ask Prometheus is asked here of promtool, with the shipped rules and with every verdict.

const ROOT = path.join(import.meta.dirname, '..', '..');
const RECIPES = path.join(ROOT, 'docs', 'recipes');
const RECORDING = path.join(ROOT, 'alert-rules', 'recording.yaml');
const VARIABLES = { model: 'flights-late', challenger: '2', window: '1h' };
const LABELS = 'model="flights-late",version="2",role="challenger"';

interface AnalysisTemplate {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly args: readonly { readonly name: string; readonly value?: string }[];
    readonly metrics: readonly [
      {
        readonly count: number;
        readonly inconclusiveLimit: number;
        readonly consecutiveSuccessLimit: number;
        readonly failureLimit: number;
        readonly successCondition: string;
        readonly failureCondition: string;
        readonly provider: { readonly prometheus: { readonly address: string; readonly query: string } };
      },
    ];
  };
}
interface MetricTemplate {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: { readonly provider: { readonly type: string; readonly address: string }; readonly query: string };
}

const recipe = async (name: string) => readFile(path.join(RECIPES, name), 'utf8');
/** The examples of the page, by their kind. */
async function examples(): Promise<ReadonlyMap<string, Record<string, unknown>>> {
  const blocks = (await recipe('progressive-delivery.md')).matchAll(/```yaml\n([^]*?)```/g);
  return new Map(
    [...blocks].map(([, text]) => parse(text!) as Record<string, unknown>).map((example) => [String(example['kind']), example]),
  );
}

/** `{{ … }}` replaced as both programs do; a name that is not given is a fault. */
function filled(text: string, pattern: RegExp, values: Readonly<Record<string, string>>): string {
  const query = text.replace(pattern, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`${name} is not given`);
    return value;
  });
  expect(query).not.toMatch(/[{]{2}|[}]{2}/);
  return query;
}

/** As Argo Rollouts judges a measurement: a vector without values cannot be evaluated. */
function argoPhase({ successCondition, failureCondition }: AnalysisTemplate['spec']['metrics'][0], result: readonly number[]): string {
  const holds = (condition: string) => {
    const [, left, right] = /^result\[0\] == (?:(-)?(\d+))$/.exec(condition) ?? [];
    if (right === undefined) throw new Error(`not a condition that is understood here: ${condition}`);
    return result[0] === (left === '-' ? -1 : 1) * Number(right);
  };
  if (result.length === 0) return 'Error';
  if (holds(failureCondition)) return 'Failed';
  return holds(successCondition) ? 'Successful' : 'Inconclusive';
}

const NUMBER_OF: Readonly<Record<Verdict, number>> = { promote: 1, hold: 0, reject: -1, insufficient_data: 0 };

(hasProgram('promtool') ? describe : describe.skip)('the verdict, as asked by', () => {
  let folder: string;
  let argo: AnalysisTemplate;
  let flagger: MetricTemplate;
  let queries: readonly (readonly [program: string, query: string])[];

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-delivery-'));
    argo = parse(await recipe('argo-rollouts.yaml')) as AnalysisTemplate;
    flagger = parse(await recipe('flagger.yaml')) as MetricTemplate;
    queries = [
      ['argo', filled(argo.spec.metrics[0].provider.prometheus.query, /\{\{args\.(\w+)\}\}/g, VARIABLES)],
      ['flagger', filled(flagger.spec.query, /\{\{ variables\.(\w+) \}\}/g, VARIABLES)],
    ];
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** Whether every query gives this number, or nothing, of these series. */
  async function give(number: number | undefined, series: readonly { series: string; values: string }[], rules: readonly string[] = []) {
    const tests = [
      {
        interval: '1m',
        input_series: series,
        promql_expr_test: queries.map(([, expr]) => ({
          expr,
          eval_time: '10m',
          exp_samples: number === undefined ? [] : [{ labels: '{}', value: number }],
        })),
      },
    ];
    const file = path.join(folder, 'test.yaml');
    await writeFile(file, stringify({ rule_files: rules, evaluation_interval: '1m', tests }, { lineWidth: 0 }));
    return runProgram('promtool', ['test', 'rules', file]);
  }

  it.each(VERDICTS)('both is one number for %s', async (verdict) => {
    const series = VERDICTS.map((name) => ({
      series: `model_version_role_verdict:modelwatch_rollout_verdict:1h{${LABELS},verdict="${name}"}`,
      values: `${name === verdict ? 1 : 0}x20`,
    }));
    expect(await give(NUMBER_OF[verdict], series)).toEqual({ code: 0, text: expect.stringContaining('SUCCESS') });
    expect((await give(7, series)).code).toBe(1);
  });

  it('both tells a challenger that is new from one that is not there, by the shipped rules', async () => {
    const info = [{ series: `modelwatch_model_info{${LABELS},source="onnx",team="t",instance="a"}`, values: '1x20' }];
    expect((await give(0, info, [RECORDING])).code).toBe(0);
    expect((await give(undefined, [], [RECORDING])).code).toBe(0);
    const other = info.map(({ series, values }) => ({ series: series.replace('version="2"', 'version="3"'), values }));
    expect((await give(undefined, other, [RECORDING])).code).toBe(0);
  });

  it('Argo Rollouts succeeds, fails, waits or errs', async () => {
    const [metric] = argo.spec.metrics;
    expect(Object.fromEntries(VERDICTS.map((verdict) => [verdict, argoPhase(metric, [NUMBER_OF[verdict]])]))).toEqual({
      promote: 'Successful',
      hold: 'Inconclusive',
      reject: 'Failed',
      insufficient_data: 'Inconclusive',
    });
    expect(argoPhase(metric, [])).toBe('Error');
    // A run that only waited is not successful: with both limits in force one that reaches its count is inconclusive.
    expect(metric).toMatchObject({ consecutiveSuccessLimit: 1, failureLimit: 0 });
    expect(metric.inconclusiveLimit).toBeGreaterThanOrEqual(metric.count);
    expect([argo.apiVersion, argo.kind]).toEqual(['argoproj.io/v1alpha1', 'AnalysisTemplate']);
    const rollout = (await examples()).get('Rollout')! as { spec: { strategy: { canary: { steps: readonly Record<string, unknown>[] } } } };
    const { analysis } = rollout.spec.strategy.canary.steps[0]! as {
      analysis: { templates: readonly unknown[]; args: readonly { name: string; value: string }[] };
    };
    expect(analysis.templates).toEqual([{ templateName: argo.metadata.name }]);
    const given = new Set(analysis.args.map(({ name }) => name));
    const needed = argo.spec.args.filter(({ value }) => value === undefined).map(({ name }) => name);
    expect(needed.filter((name) => !given.has(name))).toEqual([]);
    expect([...given].filter((name) => !argo.spec.args.some((arg) => arg.name === name))).toEqual([]);
    expect(Object.fromEntries(analysis.args.map(({ name, value }) => [name, value]))).toEqual(VARIABLES);
  });

  it('Flagger fails on reject alone, with the minimum of the example', async () => {
    expect([flagger.apiVersion, flagger.kind, flagger.spec.provider.type]).toEqual(['flagger.app/v1beta1', 'MetricTemplate', 'prometheus']);
    const canary = (await examples()).get('Canary')! as {
      spec: { analysis: { metrics: readonly { templateRef: unknown; templateVariables: unknown; thresholdRange: { min: number } }[] } };
    };
    const [metric] = canary.spec.analysis.metrics;
    expect(metric!.templateRef).toEqual({ name: flagger.metadata.name });
    expect(metric!.templateVariables).toEqual(VARIABLES);
    expect(VERDICTS.filter((verdict) => NUMBER_OF[verdict] < metric!.thresholdRange.min)).toEqual(['reject']);
  });
});
