import { durationSeconds, generateRules, type Config } from '@modelwatch/core';
import { parse, stringify } from 'yaml';
import { parseConfig } from '../config/index.js';
import { keptRules, rulesReadBy, type WrittenGroup, type WrittenRule } from '../rules/read-rules.js';
import { withSharedExpressions } from '../rules/shared-expressions.js';
import { HEALTHY_LANES, type Lane } from './lanes.js';
import type { SimulatedModel } from './simulated-model.js';

/** The rule that most people begin with: PSI of an hour against training above 0.2, of any feature, whatever it rests on. */
export const NAIVE = 'NaivePsi';
const NAIVE_GROUP: WrittenGroup = {
  name: NAIVE,
  rules: [
    {
      alert: NAIVE,
      expr: 'model_version_feature:modelwatch_feature_psi:1h{reference="baseline"} > 0.2',
      for: '5m',
      labels: { severity: 'naive' },
    },
  ],
};

/** The configuration of models as their team would write it: every objective there is traffic for, a week to learn the rhythm of traffic, all bars as they are. */
export const configText = (models: readonly SimulatedModel[], { evaluationSeconds, objectives }: Lane): string => `
rules: { interval: ${evaluationSeconds / 60}m }
models:
${models.map((model) => modelText(model, objectives)).join('')}`;

const modelText = ({ name, critical }: SimulatedModel, objectives: readonly string[]): string => `
  - name: ${name}
    team: shop
    critical: ${critical}
    champion: { version: '1', onnx: { path: model.onnx } }
    output: { kind: probability, tensor: probabilities, column: 1, threshold: 0.5 }
    slices: [{ name: region, feature: region }]
    groundTruth: { horizon: 7d }
    cost: { currency: USD, cpuSecondPrice: 0.000012, replicaHourPrice: 0.04 }
    alerts: { driftSettling: 7d, driftTrailing: 7d }
    slo: [${objectives.join(', ')}]
`;

function configOf(models: readonly SimulatedModel[], lane: Lane): Config {
  const config = parseConfig(configText(models, lane), 'simulation.yaml');
  if (!config.ok) throw new Error(JSON.stringify(config.faults));
  return config.value;
}

/**
 * The generated rules of a lane, as promtool evaluates them in acceptable time and to the same effect: without annotations, without rules that no
 * alert reads, and without those that read nothing that is exported.
 */
export function simulatedRules(models: readonly SimulatedModel[], lane: Lane, exported: ReadonlySet<string>): readonly WrittenGroup[] {
  const generated = generateRules(configOf(models, lane)).flatMap(({ text }) => groupsOf(text));
  const bare = [...generated, ...(lane.name === 'data' ? [NAIVE_GROUP] : [])].map((group) => ({
    ...group,
    rules: group.rules.map((rule) => atThePace(lane, withoutAnnotations(rule))),
  }));
  const isElsewhere = (alert: string) => ALL_ALERTS.has(alert) && !lane.alerts.includes(alert);
  const mine = keptRules(bare, ({ alert }) => alert === undefined || !isElsewhere(alert));
  const alerts = mine.flatMap(({ rules }) => rules.flatMap(({ alert }) => alert ?? []));
  return withSharedExpressions(withSomethingToRead(rulesReadBy(alerts.join(' '), mine), exported).map((group) => atItsTurns(lane, group)));
}

const ALL_ALERTS = new Set(HEALTHY_LANES.flatMap(({ alerts }) => alerts));

const groupsOf = (text: string): readonly WrittenGroup[] =>
  (parse(text, { maxAliasCount: 0 }) as { readonly groups: readonly WrittenGroup[] }).groups;

/** Names of the exported series that rules read. */
export const seriesRead = (groups: readonly WrittenGroup[]): ReadonlySet<string> =>
  new Set(
    groups.flatMap(({ rules }) =>
      rules.flatMap(({ expr }) => [...(expr.match(SERIES_NAME) ?? []), ...(/\bup\b/.test(expr) ? ['up'] : [])]),
    ),
  );

function withoutAnnotations(rule: WrittenRule): WrittenRule {
  const bare = { ...rule };
  delete bare.annotations;
  return bare;
}

const SERIES_NAME = /[a-zA-Z_:][\w:]*modelwatch_[\w:]*|\bmodelwatch_\w+/g;
/** What Prometheus itself exports of targets and alerts. */
const ALWAYS = ['up', 'ALERTS', 'ALERTS_FOR_STATE'];

/** A rule none of whose series can ever exist yields nothing; nor do those that read its series alone. */
function withSomethingToRead(groups: readonly WrittenGroup[], exported: ReadonlySet<string>): readonly WrittenGroup[] {
  const known = new Set([...exported, ...ALWAYS]);
  const reads = ({ expr }: WrittenRule) => [...(expr.match(SERIES_NAME) ?? []), ...ALWAYS.filter((name) => expr.includes(name))];
  for (let size = -1; size !== known.size;) {
    size = known.size;
    for (const rule of groups.flatMap(({ rules }) => rules))
      if (rule.record !== undefined && reads(rule).some((name) => known.has(name))) known.add(rule.record);
  }
  return keptRules(groups, (rule) => reads(rule).some((name) => known.has(name)));
}

/**
 * What has to hold for less time than lies between two evaluations fires at the first that finds it: more than a Prometheus that looks more often
 * would fire, never less.
 */
function atThePace({ evaluationSeconds }: Lane, rule: WrittenRule): WrittenRule {
  return rule.for !== undefined && durationSeconds(rule.for) < evaluationSeconds ? { ...rule, for: '0s' } : rule;
}

/** promtool evaluates every group at every step; one that is to be evaluated less often yields something at every so many steps alone. */
function atItsTurns({ evaluationSeconds }: Lane, group: WrittenGroup): WrittenGroup {
  const seconds = group.interval === undefined ? evaluationSeconds : durationSeconds(group.interval);
  if (seconds <= evaluationSeconds) return group;
  const isTurn = `on () (vector(time()) % ${seconds} < ${evaluationSeconds})`;
  return { ...group, rules: group.rules.map((rule) => ({ ...rule, expr: `(\n${rule.expr}\n)\nand ${isTurn}` })) };
}

export const rulesYaml = (groups: readonly WrittenGroup[]): string => stringify({ groups }, { lineWidth: 0, aliasDuplicateObjects: false });
