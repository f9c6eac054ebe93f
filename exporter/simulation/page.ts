import type { HealthyFinding, IncidentFinding } from './findings.js';
import { HEALTHY } from './healthy-models.js';
import { INCIDENTS } from './incidents/index.js';
import type { Results } from './results.js';

export const ALERTS_WEEKLY_BELOW = 5;
export const FALSE_DRIFT_MAX = 1;

const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
const table = (titles: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n');
const yes = (kept: boolean): string => (kept ? 'yes' : 'no');

/** Minutes, hours or days, as one reads them. */
export function lasting(seconds: number | undefined): string {
  if (seconds === undefined) return 'never';
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 2 * 86_400) return `${Number((seconds / 3600).toFixed(1))} h`;
  return `${Number((seconds / 86_400).toFixed(1))} d`;
}

export const isQuiet = (finding: HealthyFinding): boolean =>
  finding.alertsInWorstWeek < ALERTS_WEEKLY_BELOW &&
  finding.falseDrift <= FALSE_DRIFT_MAX &&
  finding.toldInWarmUp + finding.pagedTwice === 0;

/** Found, told first by an alert that names it, and no deploy told twice. */
export const isFound = (finding: IncidentFinding): boolean =>
  finding.first !== undefined && finding.expected.includes(finding.first) && finding.toldInWarmUp + finding.pagedTwice === 0;

const short = (alert: string | undefined): string => (alert ?? 'none').replace(/^Modelwatch/, '');

/** docs/simulation.md, from what runs found. */
export function page({ date, command, promtool, note, healthy, incidents }: Results): string {
  const sum = <Finding>(findings: readonly Finding[], of: (finding: Finding) => number) =>
    findings.reduce((total, finding) => total + of(finding), 0);
  const quiet = healthy.filter(isQuiet).length;
  const found = incidents.filter(isFound).length;
  const weeks = sum(healthy, ({ days }) => days / 7);
  return `# Simulation: quiet and quick

Written by \`${command}\` on ${date}, with the rules that \`modelwatch rules\` generates, evaluated by promtool ${promtool}. Do not change it by hand.
How it is made, and what was given up: [0021](decisions/0021-a-simulation-of-weeks.md).
${note === undefined ? '' : `\n**${note}**\n`}
## Healthy models

Nothing is wrong with these; traffic, features and scores swing with the hour and the weekend, days differ, replicas die, versions are deployed. An alert counts
once from when it is told to when it ends, as one message for all features; what Alertmanager inhibits does not count. The naive rule is PSI of one
hour against training above 0.2, for 5 minutes, of any feature. Their configuration says \`driftSettling: 7d\` and \`driftTrailing: 7d\`,
as a model with a rhythm of weeks wants it; all other bars are as they are.

Bars: fewer than ${ALERTS_WEEKLY_BELOW} alerts in any week; drift at most ${FALSE_DRIFT_MAX} time in 28 days; at deploys no drift within the warm-up and no page twice.
**${quiet} of ${healthy.length} models that were run are within all of them${healthy.length < HEALTHY.length ? `, of ${HEALTHY.length} that there are` : ''}.** ${sum(healthy, ({ alerts }) => alerts)} alerts in ${weeks} weeks of models, of them ${sum(healthy, ({ falseDrift }) => falseDrift)} of drift; the naive rule: ${sum(healthy, ({ naive }) => naive)}.

${table(
  [
    'model',
    'requests a day',
    'days',
    'alerts in its worst week',
    'alerts',
    'pages',
    'of drift',
    'naive in its worst week',
    'naive',
    'deploys',
    'drift told in warm-up',
    'paged twice',
    'kept',
  ],
  healthy.map((row) => [
    row.model,
    row.requestsPerDay,
    row.days,
    row.alertsInWorstWeek,
    row.alerts,
    row.pages,
    row.falseDrift,
    row.naiveInWorstWeek,
    row.naive,
    row.deploys,
    row.toldInWarmUp,
    row.pagedTwice,
    yes(isQuiet(row)),
  ]),
)}

Which alerts those were, over all models: ${namesOf(healthy)}.

## Incidents

Each befalls a model of its own, after a week that nothing is wrong in. The first alert after it began must be one that names what it is.
**${found} of ${incidents.length} that were run are found so${incidents.length < INCIDENTS.length ? `, of ${INCIDENTS.length} that there are` : ''}.**

${table(
  [
    'incident',
    'what happens',
    'alert expected',
    'first alert',
    'found after',
    'expected one after',
    'others',
    'pages',
    'alerts before',
    'naive after',
    'naive before',
    'deploys',
    'drift told in warm-up',
    'paged twice',
    'kept',
  ],
  incidents.map((row) => [
    row.incident,
    row.about,
    row.expected.map(short).join(', '),
    short(row.first),
    lasting(row.firstSeconds),
    lasting(row.expectedSeconds),
    row.others.map(short).join(', ') || 'none',
    row.pages,
    row.before,
    lasting(row.naiveSeconds),
    row.naiveBefore,
    row.deploys,
    row.toldInWarmUp,
    row.pagedTwice,
    yes(isFound(row)),
  ]),
)}

The naive rule fires before an incident as well as after it: what it says "after" need not be about the incident, and "never" may mean that it was firing already.
`;
}

function namesOf(healthy: readonly HealthyFinding[]): string {
  const counts = new Map<string, number>();
  for (const { names } of healthy) for (const [name, count] of Object.entries(names)) counts.set(name, (counts.get(name) ?? 0) + count);
  const told = [...counts].toSorted(([, a], [, b]) => b - a).map(([name, count]) => `${short(name)} ${count}`);
  return told.join(', ') || 'none';
}
