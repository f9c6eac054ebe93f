import { featureDriftAlert } from '../alerts/drift.js';
import type { Board } from './board.js';
import { budgets } from './budget.js';
import { sinceDeploy } from './deploys.js';
import type { BoardFacts } from './facts.js';
import { bars, stat, timeSeries } from './panel.js';
import { ofModel, ofVersion } from './query.js';
import { answer, table } from './table.js';

const champion = (metric: string, ...matchers: readonly string[]) => ofVersion(metric, 'role="champion"', ...matchers);
const perModel = '{{model}} {{version}}';

const now = (facts: BoardFacts) => ({
  title: 'Now',
  panels: [
    stat({
      title: 'Availability',
      description: `Share of requests answered over ${facts.serving.long}, of the worst replica set; what a caller got wrong counts as answered.`,
      width: 6,
      unit: 'percentunit',
      decimals: 3,
      bar: { below: facts.bars.availabilityRatioMin },
      alert: 'ModelwatchAvailabilityLow',
      expressions: [
        {
          expr: `min by (model) (${champion(`model_version_role:modelwatch_availability_ratio:${facts.serving.long}`)})`,
          legend: '{{model}}',
        },
      ],
    }),
    stat({
      title: 'Quality of champions',
      description: 'Accuracy of the predictions whose ground truth has come, over the long window. Absent before any has.',
      width: 6,
      unit: 'percentunit',
      decimals: 1,
      expressions: [
        { expr: facts.over('long', (window) => champion(`model_version_role:modelwatch_accuracy_ratio:${window}`)), legend: perModel },
      ],
    }),
    stat({
      title: 'Drifted features',
      description:
        'Features that the alert fires on: beyond the practical bar and beyond what chance explains, with enough values, over the short and the long window. Drift is not harm: look at quality beside it.',
      width: 6,
      unit: 'short',
      bar: { above: 1 },
      alert: 'ModelwatchFeatureDrift',
      expressions: [
        { expr: `count(count by (model, version, feature) (\n${facts.firesOn(featureDriftAlert)}\n)) or vector(0)`, legend: 'features' },
      ],
    }),
    stat({
      title: 'Cost of the last hour',
      description: 'Cost at the configured prices. Absent where no price is configured.',
      width: 6,
      unit: facts.money,
      expressions: [
        {
          expr: `sum by (currency) (${facts.over('short', (window) => ofVersion(`model_version_role_currency:modelwatch_cost:${window}`))})`,
          legend: facts.money === 'short' ? '{{currency}}' : 'cost',
        },
      ],
    }),
  ],
});

const trends = (facts: BoardFacts) => ({
  title: 'Trends',
  panels: [
    timeSeries({
      title: 'Availability by model',
      calm: 1,
      description: `Share of requests answered, over ${facts.serving.long} at each point.`,
      width: 8,
      unit: 'percentunit',
      bar: { below: facts.bars.availabilityRatioMin },
      alert: 'ModelwatchAvailabilityLow',
      expressions: [{ expr: champion(`model_version_role:modelwatch_availability_ratio:${facts.serving.long}`), legend: perModel }],
    }),
    timeSeries({
      title: 'Quality by version',
      description: 'Accuracy of classifications, over the long window, as ground truth came in; a challenger has its own line.',
      width: 8,
      unit: 'percentunit',
      expressions: [
        {
          expr: facts.over('long', (window) => ofVersion(`model_version_role:modelwatch_accuracy_ratio:${window}`)),
          legend: '{{model}} {{version}} ({{role}})',
        },
      ],
    }),
    timeSeries({
      title: 'Mean absolute error',
      description:
        'How far outputs are from their ground truth over the long window, in the unit of the output; a probability is held against 0 or 1.',
      width: 8,
      unit: 'short',
      expressions: [
        {
          expr: facts.over('long', (window) => ofVersion(`model_version_role:modelwatch_mean_absolute_error:${window}`)),
          legend: '{{model}} {{version}} ({{role}})',
        },
      ],
    }),
  ],
});

const value = (facts: BoardFacts) => ({
  title: 'What the models are worth, and what they cost',
  panels: [
    timeSeries({
      title: 'Correct predictions by version',
      description: 'Predictions a second times the accuracy of those whose ground truth has come: what the business gets of each version.',
      width: 8,
      unit: 'short',
      expressions: [
        {
          expr: [
            `sum by (model, version, role) (rate(${ofVersion('modelwatch_predictions_total')}[$__rate_interval]))`,
            `* on (model, version, role) ${facts.over('long', (window) => ofVersion(`model_version_role:modelwatch_accuracy_ratio:${window}`))}`,
          ].join('\n'),
          legend: '{{model}} {{version}} ({{role}})',
        },
      ],
    }),
    timeSeries({
      title: 'Cost of 1,000 good predictions by version',
      description: 'Cost over the short window for each 1,000 predictions that came true. A version that is better and dearer shows here.',
      width: 8,
      unit: facts.money,
      expressions: [
        {
          expr: facts.over('short', (window) =>
            ofVersion(`model_version_role_currency:modelwatch_cost_per_thousand_good_predictions:${window}`),
          ),
          legend: '{{model}} {{version}} ({{currency}})',
        },
      ],
    }),
    timeSeries({
      title: 'Cost by model',
      description: 'Cost an hour at the configured prices, by what it is for.',
      width: 8,
      unit: facts.money,
      stacked: true,
      expressions: [
        {
          expr: `3600 * sum by (model, source, currency) (rate(${ofVersion('modelwatch_cost_total')}[$__rate_interval]))`,
          legend: '{{model}} {{source}} ({{currency}})',
        },
      ],
    }),
  ],
});

const risks = (facts: BoardFacts) => ({
  title: 'Risks',
  panels: [
    bars({
      title: 'Models that drift most',
      description: 'The greatest PSI of any feature of a model against its baseline, over the short window; ten models.',
      width: 8,
      unit: 'short',
      decimals: 2,
      bar: { above: facts.bars.driftPsiMin },
      alert: 'ModelwatchFeatureDrift',
      expressions: [
        {
          expr: `topk(10, max by (model) (${facts.over('short', (window) => ofVersion(`model_version_feature:modelwatch_feature_psi:${window}`, 'reference="baseline"'))}))`,
          legend: '{{model}}',
        },
      ],
    }),
    table({
      title: 'Drift that matters',
      description: 'Share of a feature in what the model looks at, times its PSI: drift of a feature that the model ignores counts little.',
      width: 8,
      unit: 'short',
      decimals: 3,
      columns: ['model', 'version', 'feature'],
      value: 'impact',
      expressions: [
        {
          expr: `topk(10, ${facts.over('short', (window) => ofVersion(`model_version_feature:modelwatch_feature_drift_impact:${window}`, 'reference="baseline"'))})`,
        },
      ],
    }),
    answer({
      title: 'Models',
      description: 'Every model with its owner, the version at work and the age of what it is compared with.',
      width: 8,
      none: 'no models to show',
      asked: { queryType: 'models' },
      columns: ['model', 'team', 'version', 'ready', 'baseline age'],
    }),
    stat({
      title: 'Rollbacks in 30 days',
      description: 'How often a version had to be taken back.',
      width: 12,
      unit: 'short',
      bar: { above: 1 },
      expressions: [{ expr: ofModel('model:modelwatch_rollbacks:30d'), legend: '{{model}}' }],
    }),
    sinceDeploy({ width: 12 }),
  ],
});

/** For the lead: are the models there, are they good, what are they worth, what do they cost, what threatens them. */
export const executive: Board = {
  name: 'executive',
  title: 'Modelwatch / Executive',
  description: 'Are the models there, are they good, what do they cost, and what threatens them?',
  choices: ['models', 'version'],
  from: 'now-7d',
  refresh: '5m',
  rows: (facts) => [now(facts), budgets(), trends(facts), value(facts), risks(facts)],
};
