import type { ModelConfig } from '../../contracts/index.js';
import type { Criterion, RolloutCriteria } from '../../rollout/index.js';
import { configuredCriteria } from '../../rollout/index.js';
import { MODEL_LABELS } from '../promql.js';
import type { Select } from '../selector.js';

/** What the rules of a rollout follow from. */
export interface RolloutRules {
  readonly window: string;
  readonly criteria: RolloutCriteria;
  /** Versions of which disagreement is judged, where that is not all of them: a challenger whose estimates have no tolerance always disagrees. */
  readonly agreementVersions?: readonly string[];
}

/** Those of a configured model; undefined where it says too little to judge by. */
export function rolloutRulesOf(model: ModelConfig): RolloutRules | undefined {
  const criteria = configuredCriteria(model);
  if (criteria === undefined) return undefined;
  const { rollout, challengers } = model;
  const judged = challengers.filter((challenger) => configuredCriteria(model, challenger)?.disagreementRatioMax !== undefined);
  const isAll = criteria.disagreementRatioMax === undefined || judged.length === challengers.length;
  return { window: rollout.window, criteria, ...(isAll ? {} : { agreementVersions: judged.map(({ version }) => version) }) };
}

/** Names and selectors of the recorded series of one window. */
export interface RolloutSeries extends RolloutRules {
  readonly select: Select;
  /** `model_version_role:modelwatch_rollout_<metric>:<window>`. */
  readonly name: (metric: string) => string;
  /** The same by criterion. */
  readonly criterionName: (metric: string) => string;
  /** Selects a recorded series by criterion: of those that match. */
  readonly by: (metric: string, matcher: string) => string;
}

export const CRITERION_LABELS = `${MODEL_LABELS}, criterion`;

export const only = (criterion: Criterion): string => `criterion="${criterion}"`;

export function rolloutSeries(rules: RolloutRules, select: Select): RolloutSeries {
  const criterionName = (metric: string) => `model_version_role_criterion:modelwatch_rollout_${metric}:${rules.window}`;
  return {
    ...rules,
    select,
    name: (metric) => `model_version_role:modelwatch_rollout_${metric}:${rules.window}`,
    criterionName,
    by: (metric, matcher) => select(criterionName(metric), matcher),
  };
}
