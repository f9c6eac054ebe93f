import { ALERT_FAMILIES } from '../alerts/index.js';
import type { Board } from './board.js';
import { budgets } from './budget.js';
import { deployTimeline, EVENT_COLUMNS, sinceDeploy } from './deploys.js';
import type { BoardFacts } from './facts.js';
import { timeSeries } from './panel.js';
import { ofModel, ofVersion } from './query.js';
import { answer, table } from './table.js';
import { trust } from './trust.js';

const perVersion = '{{model}} {{version}} ({{role}})';

const ALERT_COLUMNS = ['severity', 'alertname', 'model', 'version', 'role', 'feature', 'slice', 'slice_value', 'slo', 'instance', 'team'];

/** When each alert of a state began to hold, in milliseconds. */
const since = (state: 'firing' | 'pending'): string => {
  const named = 'alertname=~"Modelwatch.+"';
  return `1000 * (${ofModel('ALERTS_FOR_STATE', named)} and ignoring (alertstate) ${ofModel('ALERTS', `alertstate="${state}"`, named)})`;
};

const alerts = () => ({
  title: 'What fires',
  panels: [
    table({
      title: 'Active alerts',
      description: 'Alerts of Modelwatch that fire now, as Prometheus evaluates them; silences are Alertmanager’s and do not show here.',
      width: 24,
      height: 7,
      unit: 'dateTimeFromNow',
      columns: ALERT_COLUMNS,
      value: 'since',
      none: 'no alert fires',
      alert: ALERT_FAMILIES.map(({ name }) => name),
      expressions: [{ expr: since('firing') }],
    }),
    table({
      title: 'Pending alerts',
      description: 'What holds but not yet for as long as its alert asks: what may fire next.',
      width: 24,
      height: 6,
      unit: 'dateTimeFromNow',
      columns: ALERT_COLUMNS,
      value: 'since',
      none: 'no alert is pending',
      expressions: [{ expr: since('pending') }],
    }),
  ],
});

const serving = (facts: BoardFacts) => {
  const recorded = (metric: string, window: string) => ofVersion(`model_version_role:modelwatch_${metric}:${window}`);
  const { short, long } = facts.serving;
  return {
    title: 'Do callers get answers, and how fast?',
    panels: [
      timeSeries({
        title: 'Availability',
        calm: 1,
        description: `Share of requests answered over ${short} and, to tell a blip from a trend, over ${long}.`,
        width: 8,
        unit: 'percentunit',
        bar: { below: facts.bars.availabilityRatioMin },
        alert: 'ModelwatchAvailabilityLow',
        expressions: [short, long].map((window) => ({
          expr: recorded('availability_ratio', window),
          legend: `${perVersion} over ${window}`,
        })),
      }),
      timeSeries({
        title: 'Latency, p95',
        description: `One request in twenty takes longer, over ${short} and over ${long}.`,
        width: 8,
        unit: 's',
        bar: { above: facts.bars.latencySecondsMax },
        alert: 'ModelwatchLatencyHigh',
        expressions: [short, long].map((window) => ({
          expr: recorded('request_duration_seconds_p95', window),
          legend: `${perVersion} over ${window}`,
        })),
      }),
      timeSeries({
        title: 'Latency, p99',
        description: `One request in a hundred takes longer, over ${short} and over ${long}.`,
        width: 8,
        unit: 's',
        bar: { above: facts.bars.latencySecondsMax },
        alert: 'ModelwatchLatencyHigh',
        expressions: [short, long].map((window) => ({
          expr: recorded('request_duration_seconds_p99', window),
          legend: `${perVersion} over ${window}`,
        })),
      }),
      timeSeries({
        title: 'Requests',
        description: 'Inference requests received a second, summed over replicas.',
        width: 8,
        unit: 'reqps',
        expressions: [
          {
            expr: `sum by (model, version, role) (rate(${ofVersion('modelwatch_requests_received_total')}[$__rate_interval]))`,
            legend: perVersion,
          },
        ],
      }),
      timeSeries({
        title: 'Failed and shed requests',
        calm: 0,
        description: 'By reason: failed by our or the upstream’s fault, or refused at once to protect the rest.',
        width: 8,
        unit: 'reqps',
        alert: 'ModelwatchAvailabilityLow',
        expressions: ['failed', 'shed'].map((outcome) => ({
          expr: `sum by (model, version, reason) (rate(${ofVersion(`modelwatch_requests_${outcome}_total`)}[$__rate_interval]))`,
          legend: `{{model}} {{version}} ${outcome}: {{reason}}`,
        })),
      }),
      timeSeries({
        title: 'Scorers and circuits',
        calm: 0,
        description: 'Models that do not answer, scorer children started again, circuits to an upstream that are open.',
        width: 8,
        unit: 'short',
        bar: { above: 1 },
        alert: 'ModelwatchAvailabilityLow',
        expressions: [
          {
            expr: `sum by (model, version) (1 - ${ofVersion('modelwatch_model_ready')})`,
            legend: '{{model}} {{version}}: replicas not ready',
          },
          {
            expr: `sum by (model, version, reason) (increase(${ofVersion('modelwatch_scorer_restarts_total')}[$__rate_interval]))`,
            legend: '{{model}} {{version}}: restarts, {{reason}}',
          },
          { expr: `sum by (model, version) (${ofVersion('modelwatch_circuit_open')})`, legend: '{{model}} {{version}}: circuits open' },
        ],
      }),
    ],
  };
};

const failing = (facts: BoardFacts) => {
  const feature = (metric: string, ...matchers: readonly string[]) =>
    facts.over('short', (window) => ofVersion(`model_version_feature:modelwatch_feature_${metric}:${window}`, ...matchers));
  const labels = 'model, version, role';
  return {
    title: 'What fails most',
    panels: [
      table({
        title: 'Features that drift most',
        description: 'PSI against the reference, and how often it is what chance alone explains. Below 1 it is noise, whatever the PSI.',
        width: 12,
        unit: 'short',
        decimals: 2,
        bar: { above: facts.bars.driftPsiMin },
        alert: 'ModelwatchFeatureDrift',
        columns: ['model', 'version', 'feature', 'reference'],
        value: 'PSI',
        expressions: [
          { expr: `topk(15, ${feature('psi')})` },
          // Of the rows of the first column alone: every other feature would be a row without a PSI.
          { expr: `(${feature('psi')} / ${feature('psi_critical')}) and topk(15, ${feature('psi')})`, legend: 'times chance' },
        ],
      }),
      table({
        title: 'Features that are missing most',
        description: 'Share of missing values beyond that of the baseline.',
        width: 12,
        unit: 'percentunit',
        none: 'nothing is missing that the baseline had',
        bar: { above: facts.bars.missingRatioMax },
        alert: 'ModelwatchMissingRatioHigh',
        columns: ['model', 'version', 'feature'],
        value: 'missing beyond the baseline',
        expressions: [{ expr: `topk(15, ${feature('missing_excess_ratio')} > 0)` }],
      }),
      table({
        title: 'Models that fail most',
        description: `Share of requests over ${facts.serving.short} that failed or were shed.`,
        width: 12,
        unit: 'percentunit',
        bar: { above: 1 - facts.bars.availabilityRatioMin },
        alert: 'ModelwatchAvailabilityLow',
        columns: ['model', 'version', 'role'],
        value: 'not answered',
        expressions: [
          {
            expr: `topk(15, max by (${labels}) (1 - ${ofVersion(`model_version_role:modelwatch_availability_ratio:${facts.serving.short}`)}))`,
          },
        ],
      }),
      table({
        title: 'Slices that are worst',
        description: 'How far a slice is below the rest of its model, the lower bound of the gap: above 0 it is no chance.',
        width: 12,
        unit: 'percentunit',
        none: 'no slice is worse beyond chance',
        bar: { above: 0 },
        columns: ['model', 'version', 'slice', 'slice_value', 'quality'],
        value: 'gap, at least',
        expressions: [
          {
            expr: `topk(15, ${facts.over('short', (window) => ofVersion(`model_version_role_slice_slice_value_quality:modelwatch_slice_gap_lower:${window}`, 'role="champion"', 'slice=~"$slice"'))} > 0)`,
          },
        ],
      }),
      timeSeries({
        title: 'Refused requests',
        calm: 0,
        description:
          'Requests refused with 4xx, by error code, and values of a feature of the wrong type or absent: what changed upstream.',
        width: 24,
        unit: 'reqps',
        expressions: [
          {
            expr: `sum by (model, code) (rate(${ofModel('modelwatch_validation_errors_total')}[$__rate_interval]))`,
            legend: '{{model}} {{code}}',
          },
          {
            expr: `sum by (model, version, feature, kind) (rate(${ofVersion('modelwatch_schema_errors_total')}[$__rate_interval]))`,
            legend: '{{model}} {{version}} {{feature}}: {{kind}}',
          },
        ],
      }),
    ],
  };
};

const changes = () => ({
  title: 'What changed',
  panels: [
    deployTimeline(24),
    answer({
      title: 'Recent changes and incidents',
      description: 'Deploys, promotions, rollbacks, training jobs, incidents and maintenance within the time of the board.',
      width: 20,
      none: 'no changes or incidents to show',
      asked: { queryType: 'events' },
      columns: EVENT_COLUMNS,
    }),
    sinceDeploy({ width: 4, height: 8 }, 'what broke just after one is most likely broken by it'),
  ],
});

/** For whoever was woken: what fires, whether the board can be believed, what changed, what fails most. */
export const onCall: Board = {
  name: 'on-call',
  title: 'Modelwatch / On-call',
  description: 'What fires, can this board be trusted, what changed just before, and what fails most?',
  choices: ['models', 'version', 'slice'],
  from: 'now-3h',
  refresh: '30s',
  rows: (facts) => [alerts(), trust(facts), budgets(), serving(facts), changes(), failing(facts)],
};
