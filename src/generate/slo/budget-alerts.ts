import { durationSeconds } from '../../contracts/index.js';
import { HALF_OF_THE_BUDGET, SPENDING_PARTS, TWICE_THE_BUDGET, type ConfiguredSlo, type SpendingPart } from '../../slo/index.js';
import { number } from '../promql.js';
import type { Select } from '../selector.js';
import { BUDGET_SENTENCE, ofObjective, percent, type SloAlert } from './slo-alert.js';
import { byModel, byVersion, durationOf, OBJECTIVE } from './slo-series.js';

/** More of the budget than a share went within a part of the period, with enough events in it and more bad ones than a handful. */
function spent(part: SpendingPart, share: number, slo: ConfiguredSlo, select: Select): string {
  const series = ofObjective(slo, select);
  return [
    `${series(byModel('budget_spent', part))} >= ${number(share)}`,
    `and ${series(byModel('events', part))} >= ${number(slo.eventsMin)}`,
    `and ${series(byModel('errors', part))} >= ${number(slo.errorsMin)}`,
  ].join('\n');
}

const partOf = ({ period }: ConfiguredSlo, part: SpendingPart): string => durationOf(durationSeconds(period) * SPENDING_PARTS[part]);
/** A budget is that of all versions, over a month. */
const OF_MODEL = { concern: 'operations', variables: [] } as const;
const SUMMARY = '{{ humanizePercentage $value }} of the error budget of {{ $labels.slo }} of {{ $labels.model }} went';

function halfSpent(name: SloAlert['name'], part: SpendingPart, labels: Readonly<Record<string, string>>): SloAlert {
  return {
    name,
    ...OF_MODEL,
    text(slo, select) {
      if (slo.critical) return undefined;
      const window = partOf(slo, part);
      return {
        severity: 'ticket',
        labels,
        for: '15m',
        expr: spent(part, HALF_OF_THE_BUDGET, slo, select),
        summary: `${SUMMARY} within ${window}, bar ${percent(HALF_OF_THE_BUDGET)}`,
        description: `The objective is ${percent(slo.objective)} over ${slo.period}; going on like this the budget is gone before the period is. ${BUDGET_SENTENCE}`,
      };
    },
  };
}

/** Half of the budget in half of the period: of objectives that do not page, what is worth a ticket. */
export const sloHalfSpent = halfSpent('ModelwatchSloHalfSpent', 'half', {});
/** Half of the budget in a quarter of the period: the same, and more than its team should know. */
export const sloHalfSpentEarly = halfSpent('ModelwatchSloHalfSpentEarly', 'quarter', { escalate: 'true' });

/** The budget of a critical objective is gone; that of another is gone twice, which pages unless the configuration says that it may not. */
export const sloBreached: SloAlert = {
  name: 'ModelwatchSloBreached',
  ...OF_MODEL,
  text(slo, select) {
    const bar = slo.critical ? 1 : TWICE_THE_BUDGET;
    return {
      severity: slo.mayPage ? 'page' : 'ticket',
      for: '15m',
      expr: spent('period', bar, slo, select),
      summary: `${SUMMARY} within ${slo.period}, bar ${percent(bar)}`,
      description: `The objective of ${percent(slo.objective)} over ${slo.period} is missed, over all versions of the model together. ${BUDGET_SENTENCE}`,
    };
  },
};

/** How long an objective must have stood before it counts as blind: the widest window it could be judged by. */
const BLIND_WINDOW = '3d';

/** Too few events even in the widest window: nothing that burns would be seen. Rare events, such as retrains, are no sign of it. */
export const sloBlind: SloAlert = {
  name: 'ModelwatchSloBlind',
  ...OF_MODEL,
  text(slo, select) {
    if (slo.sli.scope === 'model' || slo.config.combine !== undefined) return undefined;
    const series = ofObjective(slo, select);
    const objective = series(OBJECTIVE);
    return {
      severity: 'ticket',
      for: '1h',
      expr: [
        '(',
        `  sum by (model, slo) (${series(byVersion('events', BLIND_WINDOW))})`,
        '  or',
        `  max by (model, slo) (${objective}) * 0`,
        `) < ${number(slo.eventsMin)}`,
        `and on (model, slo) ${objective} offset ${BLIND_WINDOW}`,
      ].join('\n'),
      summary: `Nobody can tell whether {{ $labels.model }} keeps {{ $labels.slo }}: {{ printf "%.0f" $value }} events in ${BLIND_WINDOW}, bar ${number(slo.eventsMin)}`,
      description:
        'With so few events no burn rate alerts, whatever becomes of them: the silence of this objective says nothing. It takes more traffic or ground ' +
        'truth, a smaller eventsMin, or the objective combined with that of sibling models (combine).',
    };
  },
};
