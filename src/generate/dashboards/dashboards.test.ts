import { describe, expect, it } from '@jest/globals';
import type { ModelConfig } from '../../contracts/index.js';
import type { RulesConfig } from '../generate-rules.js';
import { DEFAULT_BARS, DEFAULT_ROLLOUT } from '../default-bars.js';
import { ALERT_BOARDS as LINKED } from '../boards.js';
import { boardFacts } from './facts.js';
import { BOARDS, generateDashboards } from './index.js';

const model = (alerts: Partial<ModelConfig['alerts']>, window = DEFAULT_ROLLOUT.window) =>
  ({ alerts: { ...DEFAULT_BARS, ...alerts }, rollout: { window } }) as ModelConfig;
const config = (...models: readonly ModelConfig[]): RulesConfig =>
  ({ rules: { interval: '1m', runbookUrl: 'https://runbooks.example/', dashboardUrl: '' }, models }) as unknown as RulesConfig;

interface Placed {
  readonly type: string;
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number };
  readonly fieldConfig?: {
    readonly defaults: {
      readonly noValue?: string;
      readonly mappings?: readonly unknown[];
      readonly thresholds: { readonly steps: readonly unknown[] };
    };
  };
}
const panelsOf = (text: string) => (JSON.parse(text) as { readonly panels: readonly Placed[] }).panels;

describe('dashboards', () => {
  it('are a file a board, the same text each time', () => {
    const files = generateDashboards(config(model({})));
    expect(files.map(({ path }) => path)).toEqual(BOARDS.map(({ name }) => `${name}.json`));
    expect(generateDashboards(config(model({})))).toEqual(files);
    for (const { text } of files) expect(text).toMatch(/^\{\n[^]*\n\}\n$/);
  });

  it('begin each row at the left, and wrap where a line is full', () => {
    for (const { text } of generateDashboards(config(model({})))) {
      const panels = panelsOf(text);
      for (const [i, { type, gridPos }] of panels.entries()) {
        expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
        if (type === 'row') expect(panels[i + 1]!.gridPos).toMatchObject({ x: 0, y: gridPos.y + 1 });
      }
    }
  });

  it('draw the bars of the configuration, and lead to its runbooks', () => {
    const bars = { availabilityRatioMin: 0.95, latencySecondsMax: 0.07, driftPsiMin: 0.31 };
    const onCall = generateDashboards(config(model(bars))).find(({ path }) => path === 'on-call.json')!.text;
    const steps = (title: string) => panelsOf(onCall).find((panel) => panel.title === title)!.fieldConfig!.defaults.thresholds.steps;
    expect(steps('Availability')).toEqual([
      { value: null, color: 'red' },
      { value: 0.95, color: 'green' },
    ]);
    expect(steps('Latency, p95')).toEqual([
      { value: null, color: 'green' },
      { value: 0.07, color: 'red' },
    ]);
    expect(steps('Features that drift most').at(-1)).toEqual({ value: 0.31, color: 'red' });
    expect(onCall).toContain('"https://runbooks.example/ModelwatchLatencyHigh.md"');
  });
});

describe('values of which nothing is known', () => {
  it('have no colour of good or bad, unless nothing is the good answer', () => {
    const coloured = generateDashboards(config(model({})))
      .flatMap(({ text }) => panelsOf(text))
      .filter(({ type, fieldConfig }) => type === 'stat' && (fieldConfig?.defaults.thresholds?.steps.length ?? 0) > 1);
    const unsaid = coloured.filter(({ fieldConfig }) => fieldConfig!.defaults.noValue === 'no data, or too little');
    expect([unsaid.length > 5, coloured.length > unsaid.length]).toEqual([true, true]);
    for (const { fieldConfig } of unsaid) {
      expect(fieldConfig!.defaults.mappings).toMatchObject([
        { type: 'special', options: { match: 'null+nan', result: { color: 'panel-bg' } } },
      ]);
    }
  });
});

describe('the questions of boards', () => {
  const questionOf = (board: string, title: string, at = 0, ...models: readonly ModelConfig[]) => {
    const { text } = generateDashboards(config(...(models.length > 0 ? models : [model({})]))).find(
      ({ path }) => path === `${board}.json`,
    )!;
    return panelsOf(text).find((panel) => panel.title === title)!.targets![at]!.expr;
  };

  it('count a sidecar once, however many models it watches', () => {
    expect(questionOf('on-call', 'Sidecars down')).toMatch(/^count\(count by \(job, instance\) \(/);
  });

  it('call a feature drifted where its alert does: with enough values, in both windows, against any judged reference, by the bars of its model', () => {
    const one = questionOf('executive', 'Drifted features');
    expect(one).toMatch(/^count\(count by \(model, version, feature\) \(/);
    const chosen = 'model=~"$model",version=~"$version"';
    for (const window of ['1h', '6h']) {
      const values = `model_version_feature:modelwatch_feature_values:${window}{${chosen}}`;
      expect(one).toContain(`${values} >= ${DEFAULT_BARS.driftCountMin}`);
      expect(one).toContain(
        `${values} >= on (model, version, feature) 10 * model_version_feature:modelwatch_feature_baseline_bins:${window}`,
      );
    }
    const named = (name: string, bars: Partial<ModelConfig['alerts']>) => ({ ...model(bars), name });
    const two = questionOf('executive', 'Drifted features', 0, named('a', { driftPsiMin: 0.3 }), named('b', { driftPsiMin: 0.4 }));
    expect(two).toContain(`psi:1h{model="a",${chosen},reference="baseline"} > 0.3`);
    expect(two).toContain(`psi:1h{model="b",${chosen},reference="baseline"} > 0.4`);
  });

  it('take of scoring what callers wait for, which a challenger is not', () => {
    expect(questionOf('debug', 'Where the time goes')).toContain('modelwatch_scoring_duration_seconds_bucket{');
    for (const at of [0, 1]) expect(questionOf('debug', 'Where the time goes', at)).toContain('role!="challenger"');
  });

  it('bring a second column for the rows of the first alone', () => {
    const [first, second] = [0, 1].map((at) => questionOf('on-call', 'Features that drift most', at));
    expect(second).toMatch(/^\(.+\) and topk\(15, /);
    expect(second!.endsWith(first!)).toBe(true);
  });
});

describe('the boards that alerts lead to', () => {
  it('are there, and choose the models that alerts name', () => {
    const uids = BOARDS.map(({ name }) => `modelwatch-${name}`);
    for (const uid of Object.values(LINKED)) {
      expect(uids).toContain(uid);
      expect(BOARDS[uids.indexOf(uid)]!.choices).toEqual(expect.arrayContaining(['model', 'version']));
    }
    // What data and quality are about is chosen there too.
    const choices = BOARDS.find(({ name }) => `modelwatch-${name}` === LINKED.debug)!.choices;
    expect(choices).toEqual(expect.arrayContaining(['feature', 'slice', 'slice_value']));
  });
});

describe('the facts of a configuration', () => {
  it('hold the strictest bar of the models', () => {
    const { bars } = boardFacts(
      config(model({ latencySecondsMax: 0.1, availabilityRatioMin: 0.9 }), model({ latencySecondsMax: 2, availabilityRatioMin: 0.99 })),
    );
    expect(bars).toMatchObject({ latencySecondsMax: 0.1, availabilityRatioMin: 0.99, baselineAgeSecondsMax: 90 * 86_400 });
  });

  it('read one series where all models have the same windows', () => {
    const { over } = boardFacts(config(model({}), model({})));
    expect(over('short', (window) => `psi:${window}`)).toBe('psi:1h');
    expect(over('long', (window) => `psi:${window}`)).toBe('psi:6h');
  });

  it("read every model's own window where they differ: the least of its as short, its greatest as long", () => {
    const { over } = boardFacts(config(model({ driftWindows: ['1h', '6h'] }, '7d'), model({ driftWindows: ['6h', '1d'] }, '1d')));
    const write = (window: string) => `psi:${window}`;
    // Of two series with the same labels, `or` takes the one on the left.
    expect(over('short', write)).toBe('(psi:1h or psi:6h)');
    expect(over('long', write)).toBe('(psi:1d or psi:6h)');
    expect(over('rollout', write)).toBe('(psi:1d or psi:7d)');
  });
});
