import type { BoardRow } from './board.js';
import type { BoardFacts } from './facts.js';
import { timeSeries, view } from './panel.js';
import { OF_MODEL, ofVersion } from './query.js';
import { answer, table } from './table.js';

const perVersion = '{{version}} ({{role}})';
/** Drawn as they are recorded: accuracy, precision, recall, F1, AUC. */
const METRICS = ['accuracy', 'precision', 'recall', 'f1', 'auc'];

const overall = (facts: BoardFacts): BoardRow => {
  const recorded = (metric: string) => facts.over('long', (window) => ofVersion(`model_version_role:modelwatch_${metric}:${window}`));
  return {
    title: 'Quality',
    panels: [
      timeSeries({
        title: 'Quality of joined predictions',
        description: 'Over the long window, of the predictions whose ground truth has come.',
        width: 8,
        unit: 'percentunit',
        expressions: METRICS.map((metric) => ({ expr: recorded(`${metric}_ratio`), legend: `${perVersion} ${metric}` })),
      }),
      timeSeries({
        title: 'Quality as expected before ground truth',
        description: 'The same, estimated from calibrated scores: an estimate, which is blind to drift of what scores mean.',
        width: 8,
        unit: 'percentunit',
        expressions: METRICS.map((metric) => ({ expr: recorded(`estimated_${metric}_ratio`), legend: `${perVersion} ${metric}` })),
      }),
      timeSeries({
        title: 'Against the quality at evaluation',
        bar: { below: -facts.bars.qualitySkewMax },
        alert: 'ModelwatchPredictionSkew',
        description:
          'Live quality less that recorded at evaluation, with the bounds of the difference: where both are below 0 it is worse.',
        width: 8,
        unit: 'short',
        decimals: 3,
        expressions: ['', '_lower', '_upper'].map((bound) => ({
          expr: facts.over('long', (window) => ofVersion(`model_version_role_quality:modelwatch_quality_skew${bound}:${window}`)),
          legend: `${perVersion} {{quality}}${bound.replace('_', ', ')}`,
        })),
      }),
      timeSeries({
        title: 'Calibration error',
        description: 'Expected calibration error: how far scores are from the shares that come true.',
        width: 8,
        unit: 'percentunit',
        expressions: [{ expr: recorded('calibration_error_ratio'), legend: perVersion }],
      }),
      timeSeries({
        title: 'Errors',
        description: 'Root mean squared and mean absolute error, in the unit of the output, and bias: output less ground truth.',
        width: 8,
        unit: 'short',
        expressions: ['root_mean_squared_error', 'mean_absolute_error', 'bias'].map((metric) => ({
          expr: recorded(metric),
          legend: `${perVersion} ${metric.replaceAll('_', ' ')}`,
        })),
      }),
      timeSeries({
        title: 'Ground truth',
        alert: 'ModelwatchGroundTruthDelayed',
        description: 'Share of predictions that met their ground truth, and share whose horizon passed without.',
        width: 8,
        unit: 'percentunit',
        max: 1,
        expressions: ['join', 'expiry'].map((what) => ({ expr: recorded(`ground_truth_${what}_ratio`), legend: `${perVersion} ${what}` })),
      }),
      view('calibration', {
        title: 'Scores and what came true',
        description: 'Mean score and the share that came true, by bin of scores: the reliability diagram, with counts and intervals.',
        width: 12,
        asked: { queryType: 'calibration', ...OF_MODEL, part: 'bins' },
      }),
      answer({
        title: 'Delay of ground truth',
        description: 'How long after a prediction its ground truth came, by bin.',
        width: 12,
        height: 10,
        none: 'no ground truth to show',
        asked: { queryType: 'groundTruth', ...OF_MODEL, part: 'delay' },
      }),
    ],
  };
};

const slices = (facts: BoardFacts): BoardRow => {
  const recorded = (level: string, metric: string) =>
    facts.over('long', (window) => ofVersion(`${level}:modelwatch_slice_${metric}:${window}`, 'slice=~"$slice"'));
  return {
    title: 'Slices and groups',
    panels: [
      view('slice-quality', {
        title: 'Quality by slice',
        description:
          'Every slice value that the sidecar keeps, the worst for certain first, by metric; what rests on few predictions is marked as unsure.',
        width: 12,
        height: 16,
        asked: { queryType: 'slices', ...OF_MODEL, metrics: 'all' },
      }),
      view('slice-quality', {
        title: 'Quality by slice over time',
        description:
          'What was joined within each step of the time range, by slice value, from the snapshots that the sidecar takes by the hour; empty where there is too little to tell.',
        width: 12,
        height: 16,
        asked: { queryType: 'slices', ...OF_MODEL, period: 'steps' },
      }),
      table({
        title: 'Slices, worst first',
        description:
          'How far a slice is below the rest of the model, with the lower bound of the gap and its cases: below 0 it may be chance.',
        width: 12,
        unit: 'short',
        decimals: 3,
        columns: ['version', 'role', 'slice', 'slice_value', 'quality'],
        value: 'gap',
        expressions: [
          { expr: recorded('model_version_role_slice_slice_value_quality', 'gap') },
          { expr: recorded('model_version_role_slice_slice_value_quality', 'gap_lower'), legend: 'gap, at least' },
          { expr: recorded('model_version_role_slice_slice_value_quality', 'cases'), legend: 'cases', decimals: 0 },
        ],
      }),
      table({
        title: 'Groups against the reference group',
        description:
          'Disparate impact: positive rate of a group over that of the reference group. Outside 0.8 to 1.25 is the customary bar.',
        width: 12,
        unit: 'short',
        decimals: 2,
        ascending: true,
        columns: ['version', 'role', 'slice', 'slice_value'],
        value: 'disparate impact',
        expressions: [
          { expr: recorded('model_version_role_slice_slice_value', 'disparate_impact_ratio') },
          { expr: recorded('model_version_role_slice_slice_value', 'disparate_impact_ratio_lower'), legend: 'at least' },
          { expr: recorded('model_version_role_slice_slice_value', 'disparate_impact_ratio_upper'), legend: 'at most' },
        ],
      }),
    ],
  };
};

const explanations = (facts: BoardFacts): BoardRow => {
  const recorded = (metric: string) =>
    facts.over('long', (window) => ofVersion(`model_version:modelwatch_attribution_${metric}_ratio:${window}`));
  return {
    title: 'Explanations and parity with training',
    panels: [
      timeSeries({
        title: 'Order of the features against training',
        calm: 1,
        description: 'NDCG of the order of the features by attribution: 1 is the order of training.',
        width: 8,
        unit: 'percentunit',
        bar: { below: facts.bars.attributionNdcgMin },
        alert: 'ModelwatchAttributionShift',
        expressions: [{ expr: recorded('ndcg'), legend: '{{version}}' }],
      }),
      timeSeries({
        title: 'Attribution that has moved',
        description: 'Total variation of the shares of attribution against training: 0 is none, 1 all.',
        width: 8,
        unit: 'percentunit',
        max: 1,
        alert: 'ModelwatchAttributionShift',
        expressions: [{ expr: recorded('total_variation'), legend: '{{version}}' }],
      }),
      timeSeries({
        title: 'Golden rows that differ',
        calm: 0,
        alert: 'ModelwatchGoldenRowFailure',
        description: 'Training rows that the model at work does not answer as it did in training, in the worst replay of the hour.',
        width: 8,
        unit: 'short',
        bar: { above: 1 },
        expressions: [
          { expr: ofVersion('model_version_role:modelwatch_golden_row_failures:max1h'), legend: perVersion },
          { expr: ofVersion('model_version_role:modelwatch_golden_explanation_failures:max1h'), legend: `${perVersion}: explanations` },
        ],
      }),
    ],
  };
};

/** Is the model right, for whom is it not, and for the reasons that it was trained on? */
export const modelQuality = (facts: BoardFacts): readonly BoardRow[] => [overall(facts), slices(facts), explanations(facts)];
