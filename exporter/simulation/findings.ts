import { grouped } from './grouped.js';
import type { Incident } from './incidents/index.js';
import type { SimulatedModel } from './simulated-model.js';
import { NAIVE } from './simulated-rules.js';
import type { ToldAlert } from './told-alerts.js';

const HOUR_SECONDS = 3600;
const DAY_SECONDS = 24 * HOUR_SECONDS;
const WEEK_SECONDS = 7 * DAY_SECONDS;
const DRIFT: readonly string[] = ['ModelwatchFeatureDrift', 'ModelwatchOutputDrift'];
/** A warm-up and a window after it. */
const AFTER_DEPLOY_SECONDS = 1.5 * HOUR_SECONDS;

/** What a model that nothing is wrong with made of alerts. */
export interface HealthyFinding {
  readonly model: string;
  readonly days: number;
  readonly requestsPerDay: number;
  /** Pages and tickets, of the week that had most. */
  readonly alertsInWorstWeek: number;
  readonly alerts: number;
  readonly pages: number;
  /** By name, how often each was told. */
  readonly names: Readonly<Record<string, number>>;
  /** Drift that was told, of features or of the output: nothing drifted. */
  readonly falseDrift: number;
  readonly naive: number;
  readonly naiveInWorstWeek: number;
  readonly deploys: number;
  /** Drift told within the warm-up of a deploy, and alerts that paged more than once by its end. */
  readonly toldInWarmUp: number;
  readonly pagedTwice: number;
}

/** What became of an incident. */
export interface IncidentFinding {
  readonly incident: string;
  readonly about: string;
  readonly expected: readonly string[];
  /** The first alert told after it began, and how long that and the first expected one took. */
  readonly first: string | undefined;
  readonly firstSeconds: number | undefined;
  readonly expectedSeconds: number | undefined;
  readonly expectedAlert: string | undefined;
  readonly others: readonly string[];
  readonly pages: number;
  /** Alerts told before it began. */
  readonly before: number;
  readonly naiveSeconds: number | undefined;
  readonly naiveBefore: number;
  readonly deploys: number;
  readonly toldInWarmUp: number;
  readonly pagedTwice: number;
}

const isActionable = ({ severity }: ToldAlert): boolean => severity === 'page' || severity === 'ticket';
const isNaive = ({ alert }: ToldAlert): boolean => alert === NAIVE;

const inWorstWeek = (alerts: readonly ToldAlert[]): number =>
  Math.max(
    0,
    ...[...grouped(alerts, ({ beginsSeconds }) => Math.floor(beginsSeconds / WEEK_SECONDS)).values()].map(({ length }) => length),
  );

export function healthyFinding(model: SimulatedModel, told: readonly ToldAlert[]): HealthyFinding {
  const own = told.filter((alert) => alert.model === model.name);
  const actionable = own.filter(isActionable);
  const names: Record<string, number> = {};
  for (const { alert } of actionable) names[alert] = (names[alert] ?? 0) + 1;
  return {
    model: model.name,
    days: model.days,
    requestsPerDay: Math.round(model.requestsPerSecond * DAY_SECONDS),
    alertsInWorstWeek: inWorstWeek(actionable),
    alerts: actionable.length,
    pages: actionable.filter(({ severity }) => severity === 'page').length,
    names,
    falseDrift: actionable.filter(({ alert }) => DRIFT.includes(alert)).length,
    naive: own.filter(isNaive).length,
    naiveInWorstWeek: inWorstWeek(own.filter(isNaive)),
    ...afterDeploys(model, actionable),
  };
}

export function incidentFinding(incident: Incident, told: readonly ToldAlert[]): IncidentFinding {
  const { model, beginsHour, expected } = incident;
  const begins = beginsHour * HOUR_SECONDS;
  const own = told.filter((alert) => alert.model === model.name).toSorted((a, b) => a.beginsSeconds - b.beginsSeconds);
  const actionable = own.filter(isActionable);
  const after = actionable.filter(({ beginsSeconds }) => beginsSeconds >= begins);
  // Of what fires at once, the one that names the cause is looked at first.
  const first = after.find(({ alert, beginsSeconds }) => beginsSeconds === after[0]!.beginsSeconds && expected.includes(alert)) ?? after[0];
  const right = after.find(({ alert }) => expected.includes(alert));
  const since = (alert: ToldAlert | undefined) => (alert === undefined ? undefined : alert.beginsSeconds - begins);
  return {
    incident: incident.name,
    about: incident.about,
    expected,
    first: first?.alert,
    firstSeconds: since(first),
    expectedSeconds: since(right),
    expectedAlert: right?.alert,
    others: [...new Set(after.map(({ alert }) => alert))].filter((alert) => alert !== first?.alert),
    pages: after.filter(({ severity }) => severity === 'page').length,
    before: actionable.filter(({ beginsSeconds }) => beginsSeconds < begins).length,
    naiveSeconds: since(own.find((alert) => isNaive(alert) && alert.beginsSeconds >= begins)),
    naiveBefore: own.filter((alert) => isNaive(alert) && alert.beginsSeconds < begins).length,
    ...afterDeploys(model, actionable),
  };
}

/** The default of `alerts.deployWarmUp`. */
const WARM_UP_SECONDS = 1800;

function afterDeploys({ deploys }: SimulatedModel, actionable: readonly ToldAlert[]) {
  const each = deploys.map(({ hour }) => {
    const since = ({ beginsSeconds }: ToldAlert) => beginsSeconds - hour * HOUR_SECONDS;
    const within = actionable.filter((alert) => since(alert) >= 0 && since(alert) < AFTER_DEPLOY_SECONDS);
    const pages = grouped(
      within.filter(({ severity }) => severity === 'page'),
      ({ alert }) => alert,
    );
    return {
      told: within.filter((alert) => DRIFT.includes(alert.alert) && since(alert) < WARM_UP_SECONDS).length,
      twice: [...pages.values()].filter(({ length }) => length > 1).length,
    };
  });
  const sum = (of: 'told' | 'twice') => each.reduce((total, deploy) => total + deploy[of], 0);
  return { deploys: deploys.length, toldInWarmUp: sum('told'), pagedTwice: sum('twice') };
}
