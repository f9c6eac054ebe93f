import type { Board } from './board.js';
import type { BoardFacts } from './facts.js';
import { bars, stat, timeSeries, view } from './panel.js';
import { OF_MODEL, ofModel, ofVersion } from './query.js';
import { answer, table } from './table.js';

/** The values of a slice that the reader chose. */
const SLICE = ['slice=~"$slice"', 'slice_value=~"$slice_value"'];

/** A challenger scores copies of the traffic, later and slower than anyone waits for. */
const ANSWERING = 'role!="challenger"';

const ofFeature = (metric: string, ...matchers: readonly string[]) => ofVersion(metric, 'feature=~"$feature"', ...matchers);

const traces = (facts: BoardFacts) => {
  const quantile = (metric: string) =>
    `histogram_quantile(0.99, sum by (le) (rate(${ofVersion(`${metric}_bucket`, ANSWERING)}[$__rate_interval])))`;
  return {
    title: 'Which requests: traces',
    panels: [
      timeSeries({
        title: 'Slow requests, with traces',
        description:
          'The 99th percentile of whole requests; each diamond is one request, and its trace id leads to where the linked Prometheus says traces are.',
        width: 12,
        unit: 's',
        bar: { above: facts.bars.latencySecondsMax },
        alert: 'ModelwatchLatencyHigh',
        expressions: [{ expr: quantile('modelwatch_request_duration_seconds'), legend: 'p99', exemplars: true }],
      }),
      timeSeries({
        title: 'Where the time goes',
        description:
          'The 99th percentile of what the scorer took for callers, beside the whole request: the rest is the sidecar and its queue.',
        width: 12,
        unit: 's',
        bar: { above: facts.bars.latencySecondsMax },
        alert: 'ModelwatchLatencyHigh',
        expressions: [
          { expr: quantile('modelwatch_scoring_duration_seconds'), legend: 'scorer', exemplars: true },
          { expr: quantile('modelwatch_request_duration_seconds'), legend: 'request' },
        ],
      }),
    ],
  };
};

const inputs = (facts: BoardFacts) => ({
  title: 'Which inputs fail',
  panels: [
    answer({
      title: 'Failing requests, masked',
      description:
        'Requests that failed within the time of the board, their inputs masked by rule before they were kept. Asks for a token with the scope operate.',
      width: 24,
      none: 'no failing requests to show',
      asked: { queryType: 'samples', ...OF_MODEL, part: 'failing' },
    }),
    timeSeries({
      title: 'Refused requests by code',
      calm: 0,
      none: 'no request was refused',
      description: 'Requests refused with 4xx: what clients send that the model does not take.',
      width: 8,
      unit: 'reqps',
      expressions: [
        { expr: `sum by (code) (rate(${ofModel('modelwatch_validation_errors_total')}[$__rate_interval]))`, legend: '{{code}}' },
      ],
    }),
    timeSeries({
      title: 'Features of the wrong kind',
      calm: 0,
      description:
        'Share of requests in which a feature of the baseline was absent or of another type, or that had one that it does not know. A renamed one is both.',
      width: 8,
      unit: 'percentunit',
      bar: { above: facts.bars.schemaErrorRatioMax },
      alert: 'ModelwatchSchemaChange',
      expressions: [
        {
          expr: ofVersion(`model_version_feature_kind:modelwatch_schema_error_ratio:${facts.serving.short}`),
          legend: '{{feature}}: {{kind}}',
        },
      ],
    }),
    timeSeries({
      title: 'Missing values of the feature',
      calm: 0,
      description: 'Share of missing values, and that of the baseline.',
      width: 8,
      unit: 'percentunit',
      alert: 'ModelwatchMissingRatioHigh',
      expressions: [
        {
          expr: facts.over('short', (window) => ofFeature(`model_version_feature:modelwatch_feature_missing_ratio:${window}`)),
          legend: '{{version}} {{feature}}',
        },
        {
          expr: `max by (version, feature) (${ofFeature('modelwatch_baseline_missing_ratio')})`,
          legend: '{{version}} {{feature}} in the baseline',
        },
      ],
    }),
  ],
});

const distributions = (facts: BoardFacts) => {
  const recorded = (metric: string) =>
    facts.over('short', (window) => ofFeature(`model_version_feature:modelwatch_feature_${metric}:${window}`));
  return {
    title: 'Which features moved: distributions',
    panels: [
      view('distribution', {
        title: 'Distribution of the feature',
        description:
          'The feature within the time of the board against its baseline, by bin, with what each bin adds to PSI; missing and unseen apart.',
        width: 12,
        asked: { queryType: 'distribution', ...OF_MODEL, feature: '$feature', comparedWith: 'baseline' },
      }),
      answer({
        title: 'Features by drift',
        description: 'Every feature with its drift from the baseline, critical value, count and verdict, and what it matters to the model.',
        width: 12,
        height: 10,
        none: 'no features to show',
        asked: { queryType: 'drift', ...OF_MODEL },
        columns: ['version', 'feature', 'PSI', 'critical PSI', 'impact', 'count', 'verdict'],
      }),
      table({
        title: 'Bins of the feature',
        description: 'Values of the feature by bin over the short window, and the share that the bin has in the baseline.',
        width: 8,
        height: 10,
        unit: 'short',
        decimals: 0,
        columns: ['version', 'bin'],
        value: 'values',
        expressions: [
          { expr: facts.over('short', (window) => ofFeature(`model_version_feature_bin:modelwatch_feature_bin:increase${window}`)) },
          {
            expr: `max by (model, version, feature, bin) (${ofFeature('modelwatch_baseline_bin_ratio')})`,
            legend: 'share in the baseline',
            unit: 'percentunit',
            decimals: 1,
          },
        ],
      }),
      timeSeries({
        title: 'PSI of the feature',
        description: 'Against each reference, with the value that chance alone explains: below that line it is noise.',
        width: 8,
        height: 10,
        unit: 'short',
        bar: { above: facts.bars.driftPsiMin },
        alert: 'ModelwatchFeatureDrift',
        expressions: [
          { expr: recorded('psi'), legend: '{{version}} against {{reference}}' },
          { expr: recorded('psi_critical'), legend: '{{version}} against {{reference}}: chance' },
        ],
      }),
      bars({
        title: 'PSI of all features',
        description: 'Against the baseline, over the short window.',
        width: 8,
        height: 10,
        unit: 'short',
        decimals: 2,
        bar: { above: facts.bars.driftPsiMin },
        alert: 'ModelwatchFeatureDrift',
        expressions: [
          {
            expr: `sort_desc(max by (feature) (${facts.over('short', (window) => ofVersion(`model_version_feature:modelwatch_feature_psi:${window}`, 'reference="baseline"'))}))`,
            legend: '{{feature}}',
          },
        ],
      }),
    ],
  };
};

const explanations = (facts: BoardFacts) => {
  const recorded = (metric: string) => facts.over('short', (window) => ofVersion(`model_version_feature:modelwatch_${metric}:${window}`));
  return {
    title: 'What the model looks at: explanations',
    panels: [
      table({
        title: 'Attribution by feature',
        height: 10,
        description: 'Share of a feature in the mean absolute Shapley values, in training, and how much its values vary.',
        width: 12,
        unit: 'percentunit',
        decimals: 1,
        alert: 'ModelwatchAttributionShift',
        columns: ['version', 'feature'],
        value: 'share',
        expressions: [
          { expr: recorded('attribution_share_ratio') },
          { expr: recorded('attribution_training_share_ratio'), legend: 'share in training' },
        ],
      }),
      view('drift-impact', {
        title: 'Drift by weight in the model',
        description:
          'Each feature by how far it drifted and by how much the model looks at it: what is at the top right is to be looked at first.',
        width: 12,
        asked: { queryType: 'explanations', ...OF_MODEL, part: 'features' },
      }),
      timeSeries({
        title: 'Variance of the feature’s attribution',
        description: 'How much the Shapley values of the feature vary, in the squared unit of the output.',
        width: 12,
        unit: 'short',
        expressions: [
          {
            expr: facts.over('short', (window) => ofFeature(`model_version_feature:modelwatch_attribution_variance:${window}`)),
            legend: '{{version}} {{feature}}',
          },
        ],
      }),
      timeSeries({
        title: 'Order of the features against training',
        description: 'NDCG of the order of the features by attribution: 1 is the order of training.',
        width: 12,
        unit: 'percentunit',
        max: 1,
        bar: { below: facts.bars.attributionNdcgMin },
        alert: 'ModelwatchAttributionShift',
        expressions: [
          {
            expr: facts.over('short', (window) => ofVersion(`model_version:modelwatch_attribution_ndcg_ratio:${window}`)),
            legend: '{{version}}',
          },
        ],
      }),
    ],
  };
};

const slices = (facts: BoardFacts) => ({
  title: 'For whom it is wrong: slices',
  panels: [
    table({
      title: 'Quality by slice',
      description: 'Accuracy and the joined predictions it rests on; a slice of few says little.',
      width: 12,
      unit: 'short',
      decimals: 3,
      ascending: true,
      columns: ['version', 'role', 'slice', 'slice_value'],
      value: 'accuracy',
      expressions: [
        {
          expr: facts.over('long', (window) =>
            ofVersion(`model_version_role_slice_slice_value:modelwatch_slice_accuracy_ratio:${window}`, ...SLICE),
          ),
        },
        {
          expr: facts.over('long', (window) =>
            ofVersion(`model_version_role_slice_slice_value:modelwatch_slice_classifications:${window}`, ...SLICE),
          ),
          legend: 'predictions',
          decimals: 0,
        },
      ],
    }),
    timeSeries({
      title: 'Golden rows that differ',
      calm: 0,
      alert: 'ModelwatchGoldenRowFailure',
      description: 'Training rows that the model at work does not answer as it did in training: a wrong export, before traffic shows it.',
      width: 12,
      unit: 'short',
      bar: { above: 1 },
      expressions: [
        { expr: ofVersion('model_version_role:modelwatch_golden_row_failures:max1h'), legend: '{{version}} ({{role}}): outputs' },
        {
          expr: ofVersion('model_version_role:modelwatch_golden_explanation_failures:max1h'),
          legend: '{{version}} ({{role}}): explanations',
        },
      ],
    }),
  ],
});

const training = () => ({
  title: 'Where it comes from: training jobs',
  panels: [
    answer({
      title: 'Training jobs',
      description: 'Training jobs told to the log of events within the time of the board, with how they ended.',
      width: 16,
      none: 'no training jobs to show',
      asked: { queryType: 'events', ...OF_MODEL, eventKind: 'training_job' },
      columns: ['time', 'end', 'title', 'version', 'status', 'text'],
    }),
    stat({
      title: 'Training jobs that failed',
      description: 'Share of the training jobs and retrains of 30 days.',
      none: 'no jobs',
      width: 4,
      height: 8,
      unit: 'percentunit',
      decimals: 1,
      expressions: [{ expr: ofModel('model:modelwatch_training_failure_ratio:30d'), legend: '{{model}}' }],
    }),
    stat({
      title: 'Duration of training',
      description: 'Median and p95 of 30 days.',
      none: 'no jobs',
      width: 4,
      height: 8,
      unit: 's',
      expressions: [
        { expr: ofModel('model:modelwatch_training_duration_seconds_p50:30d'), legend: 'median' },
        { expr: ofModel('model:modelwatch_training_duration_seconds_p95:30d'), legend: 'p95' },
      ],
    }),
  ],
});

/** For the data scientist: from a slow or wrong answer to the request, the input, the feature, the training job behind it. */
export const debug: Board = {
  name: 'debug',
  title: 'Modelwatch / Debug',
  description: 'Which requests, which inputs, which features, which slices, which training job?',
  choices: ['model', 'version', 'slice', 'slice_value', 'feature'],
  from: 'now-6h',
  refresh: '1m',
  rows: (facts) => [traces(facts), inputs(facts), distributions(facts), explanations(facts), slices(facts), training()],
};
