import type { Config } from '../../contracts/index.js';
import { slosOf } from '../../slo/index.js';
import { alertLinks } from '../alert-links.js';
import type { AlertRule, RuleGroup } from '../rule-file.js';
import { shareAmongModels } from '../selector.js';
import { sloBlind, sloBreached, sloHalfSpent, sloHalfSpentEarly } from './budget-alerts.js';
import { sloBurnFast, sloBurnSlow } from './burn-alerts.js';
import { groupsAsModels } from './combined-slos.js';
import { incidentOf, type SloAlert } from './slo-alert.js';

/** Every alert on objectives. A new one is a file beside these, a line here, a runbook and a promtool test. */
export const SLO_ALERTS: readonly SloAlert[] = [sloBurnFast, sloBurnSlow, sloHalfSpent, sloHalfSpentEarly, sloBreached, sloBlind];

/** A group for each alert that any objective has. Objectives of one name that agree in their bars, team and severity share a rule. */
export function sloAlertGroups({ models, rules }: Pick<Config, 'rules' | 'models'>): readonly RuleGroup[] {
  const judged = [...models, ...groupsAsModels(models)];
  return SLO_ALERTS.flatMap((alert) => {
    const shared = shareAmongModels(judged, (model, select) =>
      slosOf(model).flatMap((slo): AlertRule[] => {
        const text = alert.text(slo, select, model);
        if (text === undefined) return [];
        return [
          {
            alert: alert.name,
            expr: text.expr,
            for: text.for,
            // Model, version and evidence come with the series.
            labels: { severity: text.severity, team: model.team, incident: incidentOf(slo), slo: slo.name, ...text.labels },
            annotations: { summary: text.summary, description: text.description, ...alertLinks(rules, alert) },
          },
        ];
      }),
    );
    return shared.length === 0 ? [] : [{ name: alert.name, interval: rules.interval, rules: shared.map(({ written }) => written) }];
  });
}
