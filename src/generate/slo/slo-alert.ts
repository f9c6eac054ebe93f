import { recordedValue, type AlertFamily, type AlertText, type Severity } from '../alerts/alert-family.js';
import type { ModelConfig, SliName } from '../../contracts/index.js';
import type { ConfiguredSlo } from '../../slo/index.js';
import type { BoardVariable, Concern } from '../boards.js';
import { number } from '../promql.js';
import type { Select } from '../selector.js';
import { byModel, ofSlo } from './slo-series.js';

/** What an alert on one objective says, or undefined where the objective has none of its kind. */
export interface SloAlertText extends AlertText {
  readonly severity: Severity;
  /** Labels beside severity and team. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** One alert on objectives, one runbook, one promtool test with three cases. */
export interface SloAlert {
  readonly name: AlertFamily['name'];
  readonly concern: Concern;
  readonly variables: readonly BoardVariable[];
  readonly text: (slo: ConfiguredSlo, select: Select, model: ModelConfig) => SloAlertText | undefined;
}

/** What an objective suffers from, whichever of its alerts says so: an error burst is one incident with its budget. */
const INCIDENTS: Readonly<Record<SliName, Concern>> = {
  availability: 'serving',
  latency: 'serving',
  quality: 'quality',
  ground_truth_freshness: 'quality',
  data_quality: 'data',
  drift_free_time: 'data',
  explanation_stability: 'data',
  training_success: 'operations',
  retrain_time: 'operations',
};
export const incidentOf = ({ sli }: ConfiguredSlo): Concern => INCIDENTS[sli.name];

/** Selects a series of one objective. */
export const ofObjective =
  ({ name }: ConfiguredSlo, select: Select): Select =>
  (metric, ...matchers) =>
    select(metric, ofSlo(name), ...matchers);

/** What is left of the budget and how long it lasts, in a sentence for annotations. */
export const BUDGET_SENTENCE =
  `Of the error budget ${recordedValue(byModel('budget_left', 'ratio'), ['model', 'slo'], '%.3g')} is left (1 is all of it, below 0 it is overspent); at the ` +
  `burn rate of the last 6 hours it lasts ${recordedValue(byModel('time_to_exhaustion', 'seconds'), ['model', 'slo'], '%.0f')} s.`;

export const percent = (share: number): string => `${number(share * 100)}%`;
