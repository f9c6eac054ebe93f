import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'yaml';
import { NAME_PATTERN } from '../contracts/config.js';
import type { ModelConfig } from '../contracts/index.js';
import { METRICS } from '../contracts/index.js';
import { ALERT_FAMILIES } from './alerts/index.js';
import { DEFAULT_BARS } from './default-bars.js';
import { fairSlices, generateRules } from './generate-rules.js';
import { RECORDING_FAMILIES, rolloutRulesOf } from './recordings/index.js';
import type { GeneratedFile } from './rule-file.js';
import { selectAll } from './selector.js';

const modelConfig = (name: string, alerts: Partial<ModelConfig['alerts']> = {}): ModelConfig => ({
  name,
  team: 'unassigned',
  critical: false,
  champion: { version: '1', registry: false },
  private: [],
  output: { kind: 'probability', threshold: 0.5 },
  identity: { header: 'x-request-id' },
  challengers: [],
  slo: [],
  slices: [],
  multivariate: { recentRowsMax: 1000 },
  groundTruth: { horizon: '7d' },
  schema: { ignored: [], newFeaturesMax: 20 },
  explain: { share: 0.1, cpuShareMax: 0.05, queueRowsMax: 64 },
  cost: { currency: 'USD' },
  rollout: {
    window: '1d',
    pairsMin: 1000,
    qualityGainMin: 0,
    disagreementRatioMax: 0.2,
    latencyRatioMax: 'none',
    failureRatioMax: 0.01,
    confidence: 0.99,
  },
  alerts: { ...DEFAULT_BARS, ...alerts },
});

type RulesConfig = Parameters<typeof generateRules>[0];
const rulesConfig = (models: readonly ModelConfig[]): RulesConfig => ({
  rules: { interval: '1m', runbookUrl: 'https://example.org/runbooks', dashboardUrl: 'https://example.org' },
  models: [...models],
});

interface ReadRule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The rules of a generated file, read back by a YAML parser. */
function rulesOf(files: readonly GeneratedFile[], name: string): readonly ReadRule[] {
  const { groups } = parse(files.find((file) => file.path === name)!.text, { maxAliasCount: 0 }) as {
    readonly groups: readonly { readonly rules: readonly ReadRule[] }[];
  };
  return groups.flatMap(({ rules }) => rules);
}

/** Whether a rule is for a model: it selects none by name, or its selector matches the whole name. */
function isFor(rule: ReadRule, model: string): boolean {
  // What is of all models stands under a name that no model can have.
  const [matcher] = rule.expr.matchAll(/model(=~?)("(?!__)(?:[^"\\]|\\.)*")/g);
  if (matcher === undefined) return true;
  const text = JSON.parse(matcher[2]!) as string;
  return matcher[1] === '=' ? text === model : new RegExp(`^(?:${text})$`).test(model);
}

/** A few bars each, so that some models agree and some do not. */
const anyModel: fc.Arbitrary<ModelConfig> = fc
  .record({
    name: fc.stringMatching(new RegExp(NAME_PATTERN)),
    critical: fc.boolean(),
    team: fc.constantFrom('a', 'b'),
    driftPsiMin: fc.constantFrom(0.1, 0.2),
    driftWindows: fc.constantFrom<string[]>(['1h', '6h'], ['30m', '6h'], ['2h', '1d']),
    significance: fc.constantFrom(0.001, 0.01),
    latencySecondsMax: fc.constantFrom(0.3, 1),
    kind: fc.constantFrom<'probability' | 'regression'>('probability', 'regression'),
    rollout: fc.record({
      window: fc.constantFrom('1d', '2d'),
      quality: fc.constantFrom<'accuracy' | 'loss'>('accuracy', 'loss'),
      latencyRatioMax: fc.constantFrom<number | 'none'>(2, 'none'),
    }),
  })
  .map(({ name, critical, team, kind, rollout, ...alerts }): ModelConfig => {
    const model = modelConfig(name, alerts);
    return { ...model, critical, team, output: { ...model.output, kind }, rollout: { ...model.rollout, ...rollout } };
  });
const anyModels = fc.uniqueArray(anyModel, { minLength: 1, maxLength: 6, selector: ({ name }) => name });

describe('rules for several models', () => {
  it('hold one alert of each family for each model, with its own bars, team and severity', () => {
    fc.assert(
      fc.property(anyModels, (models) => {
        const rules = rulesOf(generateRules(rulesConfig(models)), 'alert-rules/alerts.yaml');
        for (const model of models) {
          for (const family of ALERT_FAMILIES) {
            const its = rules.filter((rule) => rule.alert === family.name && isFor(rule, model.name));
            if (family.appliesTo?.(model) === false) {
              expect(its).toEqual([]);
              continue;
            }
            expect(its.map(({ labels }) => labels)).toEqual([
              { severity: family.severity(model), team: model.team, incident: family.concern },
            ]);
            // What the family says of this model alone, but for the selector.
            const alone = family.text({ bars: model.alerts, model, select: selectAll });
            expect(withoutModels(its[0]!.expr)).toBe(alone.expr);
          }
        }
      }),
      { seed: 3, numRuns: 30 },
    );
  });

  it('record every series of each family once for each model and window that it needs', () => {
    fc.assert(
      fc.property(anyModels, (models) => {
        const rules = rulesOf(generateRules(rulesConfig(models)), 'alert-rules/recording.yaml');
        for (const model of models) {
          for (const family of RECORDING_FAMILIES) {
            const rollout = rolloutRulesOf(model);
            for (const window of family.windows(model.alerts, rollout)) {
              for (const alone of family.rules({ window, bars: model.alerts, rollout, fair: fairSlices(model), select: selectAll })) {
                const its = rules.filter((rule) => keyOf(rule) === keyOf(alone) && isFor(rule, model.name));
                expect(its.map(({ expr }) => withoutModels(expr))).toEqual([alone.expr]);
              }
            }
          }
        }
      }),
      { seed: 3, numRuns: 10 },
    );
  });

  it('hold no group without rules', () => {
    const files = generateRules(rulesConfig([modelConfig('a')]));
    const { groups } = parse(files.find(({ path }) => path.endsWith('recording.yaml'))!.text) as {
      readonly groups: readonly { readonly name: string; readonly rules: unknown }[];
    };
    for (const { name, rules } of groups) expect([name, rules]).toEqual([name, expect.arrayContaining([expect.anything()])]);
    expect(groups.filter(({ name }) => name.includes('fairness'))).toEqual([]);
  });

  it('read only series that are exported or recorded for the same model', () => {
    fc.assert(
      fc.property(anyModels, (models) => {
        const files = generateRules(rulesConfig(models));
        const recorded = rulesOf(files, 'alert-rules/recording.yaml');
        for (const rule of [...recorded, ...rulesOf(files, 'alert-rules/alerts.yaml')]) {
          for (const name of seriesIn(rule.expr)) {
            if (isExported(name)) continue;
            for (const model of models.filter((each) => isFor(rule, each.name))) {
              const its = recorded.filter((each) => each.record === name && isFor(each, model.name));
              expect(its.length).toBeGreaterThan(0);
              // Rules of one name are told apart by their labels.
              expect(new Set(its.map(keyOf)).size).toBe(its.length);
            }
          }
        }
      }),
      { seed: 3, numRuns: 10 },
    );
  });

  it('grow with the number of different bars, not with the number of models', () => {
    const models = (count: number, bars: number): readonly ModelConfig[] =>
      Array.from({ length: count }, (_, i) => modelConfig(`model-${i}`, { driftPsiMin: 0.1 + (i % bars) / 100 }));
    const alertsOf = (count: number, bars: number) =>
      rulesOf(generateRules(rulesConfig(models(count, bars))), 'alert-rules/alerts.yaml').filter(
        ({ alert }) => alert === 'ModelwatchFeatureDrift',
      ).length;
    expect(generateRules(rulesConfig(models(500, 1)))).toEqual(generateRules(rulesConfig(models(1, 1))));
    expect([alertsOf(3, 3), alertsOf(300, 3), alertsOf(300, 30)]).toEqual([3, 3, 30]);
    // Drift bars judge; nothing is recorded by them.
    const recorded = (config: RulesConfig) => rulesOf(generateRules(config), 'alert-rules/recording.yaml').length;
    expect(recorded(rulesConfig(models(300, 30)))).toBe(recorded(rulesConfig(models(1, 1))));
  });

  it('leave a braced address and a slash at its end as they are meant', () => {
    const config = rulesConfig([modelConfig('m')]);
    const [rule] = rulesOf(
      generateRules({ ...config, rules: { ...config.rules, runbookUrl: 'https://wiki/{{x}}/', dashboardUrl: 'https://grafana/' } }),
      'alert-rules/alerts.yaml',
    );
    expect(rule!.annotations).toMatchObject({
      runbook_url: 'https://wiki/{{ "{{" }}x}}/ModelwatchAvailabilityLow.md',
      dashboard_url:
        'https://grafana/d/modelwatch-model?var-model={{ $labels.model | urlquery }}&var-version={{ $labels.version | urlquery }}&from=now-6h&to=now',
    });
  });
});

const keyOf = ({ record, labels }: Pick<ReadRule, 'record' | 'labels'>): string => JSON.stringify([record, labels]);

const withoutModels = (expr: string): string =>
  expr.replace(/\{model=~?"(?:[^"\\]|\\.)*"(,?)/g, (_, comma) => (comma === '' ? '{' : '{')).replaceAll('{}', '');

const EXPORTED: ReadonlySet<string> = new Set(METRICS.map(({ name }) => name));
const isExported = (name: string): boolean => EXPORTED.has(name) || EXPORTED.has(name.replace(/_bucket$/, ''));

/** The names of series in an expression; text in quotes is none. */
function seriesIn(expr: string): ReadonlySet<string> {
  const words = expr.replace(/"(?:[^"\\]|\\.)*"/g, '""').match(/[a-z_:][\w:]*/g) ?? [];
  return new Set(words.filter((word) => word.includes('modelwatch_')));
}
