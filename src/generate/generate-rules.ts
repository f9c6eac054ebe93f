import { durationSeconds, type Config, type ModelConfig } from '../contracts/index.js';
import { alertLinks } from './alert-links.js';
import { ALERT_FAMILIES } from './alerts/index.js';
import type { AlertFamily } from './alerts/index.js';
import { RECORDING_FAMILIES, rolloutRulesOf } from './recordings/index.js';
import type { RecordingFamily } from './recordings/index.js';
import type { FairSlice } from './recordings/fairness.js';
import { ruleFile } from './rule-file.js';
import type { AlertRule, GeneratedFile, RuleGroup } from './rule-file.js';
import { shareAmongModels } from './selector.js';
import { sloAlertGroups } from './slo/slo-alerts.js';
import { sloRecordings } from './slo/slo-recordings.js';
import { durationOf } from './slo/slo-series.js';

/** What of a configuration rules are made from. */
export type RulesConfig = Pick<Config, 'rules' | 'models'>;

/**
 * Prometheus' recording rules and alerts for a configuration. One rule stands for every model with the same windows and bars, so that the number
 * of rules grows with the number of different bars, not with the number of models; models that are added with the same bars need no new rules.
 *
 * @example generateRules(config).map(({ path }) => path) // ['alert-rules/recording.yaml', 'alert-rules/alerts.yaml']
 */
export function generateRules(config: RulesConfig): readonly GeneratedFile[] {
  return [
    ruleFile('alert-rules/recording.yaml', [
      ...RECORDING_FAMILIES.flatMap((family) => recordingGroups(family, config)),
      ...sloRecordings(config),
    ]),
    ruleFile('alert-rules/alerts.yaml', [...ALERT_FAMILIES.flatMap((family) => alertGroups(family, config)), ...sloAlertGroups(config)]),
  ];
}

/** A group for each window: groups are evaluated side by side, rules within one in order. */
function recordingGroups(family: RecordingFamily, config: RulesConfig): readonly RuleGroup[] {
  const windowsOf = (model: ModelConfig) => family.windows(model.alerts, rolloutRulesOf(model));
  const windows = new Set(config.models.flatMap(windowsOf));
  return [...windows].flatMap((window) => {
    const rules = shareAmongModels(config.models, (model, select) =>
      windowsOf(model).includes(window)
        ? family.rules({ window, bars: model.alerts, rollout: rolloutRulesOf(model), fair: fairSlices(model), select })
        : [],
    );
    // Some families make rules of certain models alone.
    if (rules.length === 0) return [];
    const interval = evaluatedEvery(config.rules.interval, window, family.evaluations);
    return [{ name: `modelwatch-${family.name}-${window}`, interval, rules: rules.map(({ written }) => written) }];
  });
}

/** Prometheus shows the last value of a series for five minutes: what is recorded less often is gone in between. */
const INTERVAL_SECONDS_MAX = 240;
/** Windows from which a few minutes more or less change nothing. */
const LONG_WINDOW_SECONDS = 6 * 3600;
const EVALUATIONS_OF_LONG_WINDOWS = 4;

/** How often a window is recorded: a long one, and what costs much, at every fourth evaluation, as far as its value stays in sight until the next. */
function evaluatedEvery(interval: string, window: string, evaluations = 1): string {
  const seconds = durationSeconds(interval);
  const wanted = Math.max(evaluations, durationSeconds(window) >= LONG_WINDOW_SECONDS ? EVALUATIONS_OF_LONG_WINDOWS : 1);
  const possible = Math.max(1, Math.floor(INTERVAL_SECONDS_MAX / seconds));
  return wanted === 1 || possible === 1 ? interval : durationOf(Math.min(wanted, possible) * seconds);
}

/** Slices whose values are compared as groups. */
export const fairSlices = ({ slices }: ModelConfig): readonly FairSlice[] =>
  slices.flatMap(({ name, fairness }) => (fairness === undefined ? [] : [{ slice: name, reference: fairness.reference }]));

/** One group, or none where no model can have the alert. */
function alertGroups(family: AlertFamily, config: RulesConfig): readonly RuleGroup[] {
  const rules = shareAmongModels(config.models, (model, select): AlertRule[] =>
    family.appliesTo?.(model) === false ? [] : [alertRule(family, model, config, select)],
  );
  if (rules.length === 0) return [];
  return [{ name: family.name, interval: config.rules.interval, rules: rules.map(({ written }) => written) }];
}

function alertRule(
  family: AlertFamily,
  model: ModelConfig,
  { rules }: RulesConfig,
  select: Parameters<AlertFamily['text']>[0]['select'],
): AlertRule {
  const text = family.text({ bars: model.alerts, model, select });
  return {
    alert: family.name,
    expr: text.expr,
    for: text.for,
    // The label `model` comes with the series.
    labels: { severity: family.severity(model), team: model.team, incident: family.concern },
    annotations: {
      summary: text.summary,
      description: text.description,
      ...alertLinks(rules, family),
    },
  };
}
