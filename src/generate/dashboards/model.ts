import type { Board } from './board.js';
import { budgets } from './budget.js';
import type { BoardFacts } from './facts.js';
import { modelQuality } from './model-quality.js';
import { bars, stat, timeSeries, view } from './panel.js';
import { OF_MODEL, ofModel, ofVersion } from './query.js';
import { answer, table } from './table.js';
import { trust } from './trust.js';

const perVersion = '{{version}} ({{role}})';

const alerts = () => ({
  title: 'What fires',
  panels: [
    stat({
      title: 'Active alerts',
      description: 'Alerts on this model that fire now.',
      width: 24,
      height: 3,
      none: 'no alert fires',
      unit: 'short',
      bar: { above: 1 },
      expressions: [
        {
          expr: `count by (alertname) (${ofModel('ALERTS', 'alertstate="firing"', 'alertname=~"Modelwatch.+"')})`,
          legend: '{{alertname}}',
        },
      ],
    }),
  ],
});

const serving = (facts: BoardFacts) => {
  const recorded = (metric: string) => ofVersion(`model_version_role:modelwatch_${metric}:${facts.serving.short}`);
  return {
    title: 'Serving',
    panels: [
      timeSeries({
        title: 'Availability',
        calm: 1,
        description: `Share of requests answered, over ${facts.serving.short} at each point.`,
        width: 8,
        unit: 'percentunit',
        bar: { below: facts.bars.availabilityRatioMin },
        alert: 'ModelwatchAvailabilityLow',
        expressions: [{ expr: recorded('availability_ratio'), legend: perVersion }],
      }),
      timeSeries({
        title: 'Latency',
        description: `Percentiles p95 and p99 over ${facts.serving.short}; the bar is for p95.`,
        width: 8,
        unit: 's',
        bar: { above: facts.bars.latencySecondsMax },
        alert: 'ModelwatchLatencyHigh',
        expressions: ['p95', 'p99'].map((quantile) => ({
          expr: recorded(`request_duration_seconds_${quantile}`),
          legend: `${perVersion} ${quantile}`,
        })),
      }),
      timeSeries({
        title: 'Predictions',
        description: 'Predictions a second, made or ingested, summed over replicas: rows, not requests.',
        width: 8,
        unit: 'short',
        expressions: [
          {
            expr: `sum by (version, role) (rate(${ofVersion('modelwatch_predictions_total')}[$__rate_interval]))`,
            legend: perVersion,
          },
        ],
      }),
    ],
  };
};

const inputs = (facts: BoardFacts) => {
  const feature = (metric: string, ...matchers: readonly string[]) =>
    facts.over('short', (window) => ofVersion(`model_version_feature:modelwatch_feature_${metric}:${window}`, ...matchers));
  const output = (metric: string) =>
    facts.over('short', (window) => ofVersion(`model_version_role:modelwatch_output_${metric}:${window}`, 'reference="baseline"'));
  return {
    title: 'What comes in and what goes out',
    panels: [
      timeSeries({
        title: 'Drift of features',
        description: 'PSI against the baseline, over the short window, of the ten features that drift most.',
        width: 8,
        unit: 'short',
        bar: { above: facts.bars.driftPsiMin },
        alert: 'ModelwatchFeatureDrift',
        expressions: [{ expr: `topk(10, ${feature('psi', 'reference="baseline"')})`, legend: '{{version}} {{feature}}' }],
      }),
      bars({
        title: 'Drift that matters',
        description: 'Share of a feature in what the model looks at, times its PSI against the baseline.',
        width: 8,
        unit: 'short',
        decimals: 3,
        alert: 'ModelwatchFeatureDrift',
        expressions: [
          {
            expr: `topk(10, ${facts.over('short', (window) => ofVersion(`model_version_feature:modelwatch_feature_drift_impact:${window}`, 'reference="baseline"'))})`,
            legend: '{{version}} {{feature}}',
          },
        ],
      }),
      timeSeries({
        title: 'Drift of the output',
        description: 'PSI of the output against the baseline, with the value that chance alone explains.',
        width: 8,
        unit: 'short',
        bar: { above: facts.bars.driftPsiMin },
        alert: 'ModelwatchOutputDrift',
        expressions: [
          { expr: output('psi'), legend: perVersion },
          { expr: output('psi_critical'), legend: `${perVersion}: chance` },
        ],
      }),
      timeSeries({
        title: 'Missing values beyond the baseline',
        description: 'By how much the share of missing values is above that of the baseline.',
        width: 8,
        unit: 'percentunit',
        bar: { above: facts.bars.missingRatioMax },
        alert: 'ModelwatchMissingRatioHigh',
        expressions: [{ expr: `topk(10, ${feature('missing_excess_ratio')})`, legend: '{{version}} {{feature}}' }],
      }),
      timeSeries({
        title: 'Unseen and out of range',
        description: 'Values a second that the baseline does not know: categories unseen, numbers beyond its least and greatest.',
        width: 8,
        unit: 'short',
        expressions: ['unseen', 'out_of_range'].map((kind) => ({
          expr: `topk(10, sum by (version, feature) (rate(${ofVersion(`modelwatch_feature_${kind}_total`)}[$__rate_interval])) > 0)`,
          legend: `{{version}} {{feature}}: ${kind.replaceAll('_', ' ')}`,
        })),
      }),
      timeSeries({
        title: 'Differs from the feature server',
        calm: 0,
        none: 'nothing to compare with: no feature server is configured',
        description: 'Share of the values of a feature that are not those of the feature server, among those that it knows.',
        width: 8,
        unit: 'percentunit',
        bar: { above: facts.bars.parityMismatchRatioMax },
        alert: 'ModelwatchFeatureParityLow',
        expressions: [
          {
            expr: facts.over('short', (window) => ofVersion(`model_version_feature:modelwatch_parity_mismatch_ratio:${window}`)),
            legend: '{{version}} {{feature}}',
          },
        ],
      }),
    ],
  };
};

const challengers = (facts: BoardFacts) => {
  const shadow = (metric: string) => facts.over('short', (window) => ofVersion(`model_version_role:modelwatch_shadow_${metric}:${window}`));
  return {
    title: 'Challengers',
    panels: [
      table({
        title: 'Verdict',
        none: 'no challenger, or no rule',
        description: 'What the rollout rule says of each challenger, over its window.',
        width: 6,
        height: 8,
        unit: 'short',
        columns: ['version', 'verdict'],
        expressions: [
          {
            expr: `${facts.over('rollout', (window) => ofVersion(`model_version_role_verdict:modelwatch_rollout_verdict:${window}`))} == 1`,
          },
        ],
      }),
      timeSeries({
        title: 'Disagreement',
        calm: 0,
        description: 'Share of predictions on which challenger and champion differ, and copies that the challenger failed on.',
        width: 9,
        unit: 'percentunit',
        expressions: [
          { expr: shadow('disagreement_ratio'), legend: '{{version}} disagrees' },
          { expr: shadow('failure_ratio'), legend: '{{version}} fails' },
        ],
      }),
      timeSeries({
        title: 'Scoring time against the champion’s',
        description: 'Scoring time of the challenger over that of the champion on the same requests: 1 is as fast.',
        width: 9,
        unit: 'short',
        decimals: 2,
        expressions: [{ expr: shadow('latency_ratio'), legend: '{{version}}' }],
      }),
      view('shadow-verdict', {
        title: 'Champion against challenger',
        description: 'Outputs of both on the same predictions, with the verdict and the difference. One sidecar’s own counts.',
        width: 12,
        asked: { queryType: 'shadow', ...OF_MODEL, part: 'agreement' },
      }),
      answer({
        title: 'Criteria of the verdict',
        description: 'Each criterion of the rollout with its reading, interval, bar and state, and the one that decides.',
        width: 12,
        height: 10,
        none: 'no challenger to show',
        asked: { queryType: 'shadow', ...OF_MODEL, part: 'verdict' },
        columns: ['version', 'decides', 'criterion', 'state', 'value', 'lower', 'upper', 'bar'],
      }),
    ],
  };
};

const cost = (facts: BoardFacts) => ({
  title: 'Cost and changes',
  panels: [
    timeSeries({
      title: 'Cost',
      description: 'Cost an hour at the configured prices, by what it is for.',
      width: 8,
      unit: facts.money,
      stacked: true,
      expressions: [
        {
          expr: `3600 * sum by (source, currency) (rate(${ofVersion('modelwatch_cost_total')}[$__rate_interval]))`,
          legend: '{{source}} ({{currency}})',
        },
      ],
    }),
    timeSeries({
      title: 'Cost of 1,000 predictions',
      description: 'Cost over the short window for each 1,000 predictions.',
      width: 8,
      unit: facts.money,
      expressions: [
        {
          expr: `1000 * ${facts.over('short', (window) => ofVersion(`model_version_role_currency:modelwatch_cost_per_prediction:${window}`))}`,
          legend: `${perVersion} {{currency}}`,
        },
      ],
    }),
    answer({
      title: 'Changes and incidents',
      description: 'Deploys, promotions, rollbacks, training jobs and incidents of the model within the time of the board.',
      width: 8,
      none: 'no changes or incidents to show',
      asked: { queryType: 'events', ...OF_MODEL },
      columns: ['time', 'title'],
    }),
  ],
});

/** Everything of one model: where its alerts lead. */
export const model: Board = {
  name: 'model',
  title: 'Modelwatch / Model',
  description: 'Everything of one model: serving, inputs, output, quality, slices, challengers, cost, changes. Alerts lead here.',
  choices: ['model', 'version', 'slice'],
  from: 'now-24h',
  refresh: '1m',
  rows: (facts) => [
    alerts(),
    trust(facts),
    budgets(OF_MODEL),
    serving(facts),
    inputs(facts),
    ...modelQuality(facts),
    challengers(facts),
    cost(facts),
  ],
};
