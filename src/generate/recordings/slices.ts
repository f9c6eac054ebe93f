import { confidenceStandardErrors } from '../../math/index.js';
import { SLICE_COUNT_MIN } from '../../slices/index.js';
import { indent, number, summedIncrease } from '../promql.js';
import type { RecordingRule } from '../rule-file.js';
import { driftWindows } from './recording-family.js';
import type { RecordingFamily } from './recording-family.js';
import { ofValue, ofValueBy, OWN_VALUES, reach, shareRules, SLICE_LABELS, VALUE_LABELS, type SliceSeries } from './slice-shares.js';
import { matcherOf } from '../selector.js';

const RIGHT = 'outcome=~"true_positive|true_negative"';
const TRUE_POSITIVE = 'outcome="true_positive"';
const ON = `on (${SLICE_LABELS}, quality) group_left`;

/**
 * Quality by slice, and how much worse than the whole each slice is. The gap is above 0 where the slice is worse: that of accuracy and recall is the whole's
 * less the slice's, that of errors the slice's mean absolute error by the whole's, less 1. It follows from slice and rest, which are independent,
 * carried over by the rest's part of the whole; bounds at the confidence 1 - significance. Absent below 100 cases in the slice or in the rest, as in the core.
 */
export const sliceQuality: RecordingFamily = {
  name: 'slices',
  help: 'Quality of joined predictions by slice, with counts, and the gap of accuracy, recall and mean absolute error to the whole, above 0 where the slice is worse, with bounds.',
  windows: driftWindows,
  rules({ window, bars, select }) {
    const series = { window, select, confidence: 1 - bars.significance };
    return [...classification(series), ...scores(series), ...errors(series), ...shareGaps(series), ...errorGap(series)];
  },
};

function classification({ window, select }: SliceSeries): RecordingRule[] {
  const outcomes = ofValueBy('outcome', 'confusion', `increase${window}`);
  const count = (...among: readonly string[]) =>
    `sum by (${VALUE_LABELS}) (${select(outcomes, ...(among.length === 0 ? [] : [matcherOf('outcome', among)]))})`;
  const name = (metric: string) => ofValue(metric, window);
  return [
    { record: outcomes, expr: summedIncrease(`${VALUE_LABELS}, outcome`, select('modelwatch_slice_confusion_total'), window) },
    { record: name('classifications'), expr: count() },
    { record: name('accuracy_ratio'), expr: `${count('true_positive', 'true_negative')}\n/\n(${select(name('classifications'))} > 0)` },
    { record: name('precision_ratio'), expr: `${count('true_positive')}\n/\n(${count('true_positive', 'false_positive')} > 0)` },
    { record: name('recall_ratio'), expr: `${count('true_positive')}\n/\n(${count('true_positive', 'false_negative')} > 0)` },
    {
      record: name('f1_ratio'),
      expr: `2 * ${count('true_positive')}\n/\n(${count('true_positive')} + ${count('true_positive', 'false_positive', 'false_negative')} > 0)`,
    },
  ];
}

/** AUC and calibration error from bins: as of the whole, see `ranking` and `calibration`. */
function scores({ window, select }: SliceSeries): RecordingRule[] {
  const bins = ofValueBy('truth_bin', 'score_bin', `increase${window}`);
  const byBin = `${VALUE_LABELS}, bin`;
  const sum = (metric: string, ...matchers: string[]) =>
    summedIncrease(byBin, select(`modelwatch_slice_${metric}_total`, ...matchers), window);
  const total = (...matchers: string[]) => `sum by (${VALUE_LABELS}) (${select(bins, ...matchers)})`;
  const below = [
    `sum by (${byBin}) (${select(bins, 'truth="0"')})`,
    '* (',
    `  ${sum('score_cumulative', 'truth="1"')}`,
    `  - sum by (${byBin}) (${select(bins, 'truth="1"')}) / 2`,
    ')',
  ].join('\n');
  const auc = `1\n- sum by (${VALUE_LABELS}) (\n${indent(below)}\n)\n/\n(\n  ${total('truth="1"')}\n  * ${total('truth="0"')}\n  > 0\n)`;
  const miscalibrated = `abs(\n  ${sum('calibration_score')}\n  - ${sum('calibration_positive')}\n)`;
  return [
    { record: bins, expr: summedIncrease(`${VALUE_LABELS}, truth, bin`, select('modelwatch_slice_score_bin_total'), window) },
    { record: ofValue('auc_ratio', window), expr: `clamp(\n${indent(auc)},\n  0, 1\n)` },
    {
      record: ofValue('calibration_error_ratio', window),
      expr: `sum by (${VALUE_LABELS}) (\n${indent(miscalibrated)}\n)\n/\n(${total()} > 0)`,
    },
  ];
}

function errors({ window, select }: SliceSeries): RecordingRule[] {
  const name = (metric: string) => ofValue(metric, window);
  const sum = (metric: string) => summedIncrease(VALUE_LABELS, select(`modelwatch_slice_${metric}_total`), window);
  const compared = `(${select(name('outputs_compared'))} > 0)`;
  const [over, under] = [sum('over_error'), sum('under_error')];
  return [
    { record: name('outputs_compared'), expr: sum('joined') },
    { record: name('squared_error'), expr: sum('squared_error') },
    { record: name('absolute_error'), expr: `${over}\n+\n${under}` },
    { record: name('root_mean_squared_error'), expr: `sqrt(\n  ${select(name('squared_error'))}\n  / ${compared}\n)` },
    { record: name('mean_absolute_error'), expr: `${select(name('absolute_error'))}\n/\n${compared}` },
    { record: name('bias'), expr: `(\n  ${over}\n  - ${under}\n)\n/\n${compared}` },
  ];
}

/** Accuracy and recall: the rest's share less the slice's, carried over. */
function shareGaps(series: SliceSeries): RecordingRule[] {
  const { window, select } = series;
  const name = (metric: string) => ofValueBy('quality', metric, window);
  const whole = (metric: string) => `model_version_role_slice_quality:modelwatch_slice_${metric}:${window}`;
  const counted = (metric: string, quality: string, matcher: readonly string[]): RecordingRule => ({
    record: name(metric),
    expr: summedIncrease(VALUE_LABELS, select('modelwatch_slice_confusion_total', ...matcher), window),
    labels: { quality },
  });
  const rest = (metric: string) => ({
    record: name(`rest_${metric}`),
    // A slice has something of what its whole has.
    expr: `0 * ${select(name(metric))}\n+ ${ON}\n${select(whole(metric))}\n- ${select(name(metric))}`,
  });
  const own = (metric: string) => select(name(metric), OWN_VALUES);
  const part = `${own('rest_cases')}\n/\n(${own('cases')} + ${own('rest_cases')})`;
  const difference = `(${own('rest_share')} - ${own('share')})`;
  const gap = (bound: string, expr: string) => ({ record: name(`gap${bound}`), expr: `(\n${indent(expr)}\n)\n*\n${part}` });
  return [
    counted('hits', 'accuracy', [RIGHT]),
    counted('cases', 'accuracy', []),
    counted('hits', 'recall', [TRUE_POSITIVE]),
    counted('cases', 'recall', ['outcome=~"true_positive|false_negative"']),
    ...['hits', 'cases'].map((metric) => ({ record: whole(metric), expr: `sum by (${SLICE_LABELS}, quality) (${select(name(metric))})` })),
    rest('hits'),
    rest('cases'),
    ...shareRules(series, { hits: name('hits'), cases: name('cases'), name: (bound) => name(`share${bound}`) }),
    ...shareRules(series, { hits: name('rest_hits'), cases: name('rest_cases'), name: (bound) => name(`rest_share${bound}`) }),
    gap('', difference),
    gap('_lower', `${difference}\n- ${reach([own('rest_share'), own('rest_share_lower')], [own('share_upper'), own('share')])}`),
    gap('_upper', `${difference}\n+ ${reach([own('rest_share_upper'), own('rest_share')], [own('share'), own('share_lower')])}`),
  ];
}

/** Mean absolute error by that of the whole, less 1. The interval is normal for the logarithm of slice by rest. */
function errorGap({ window, select, confidence }: SliceSeries): RecordingRule[] {
  const name = (metric: string) => ofValue(metric, window);
  const whole = (metric: string) => `model_version_role_slice:modelwatch_slice_${metric}:${window}`;
  const sums = ['outputs_compared', 'absolute_error', 'squared_error'];
  const own = (metric: string) => select(name(metric), OWN_VALUES);
  const enough = (metric: string) => `(${own(metric)} >= ${SLICE_COUNT_MIN})`;
  /** Variance of the mean absolute error by its square. */
  const spread = (side: string) => {
    const [count, absolute, squared] = [`${side}outputs_compared`, `${side}absolute_error`, `${side}squared_error`];
    return `clamp_min(${own(squared)} * ${own(count)} / ${own(absolute)} ^ 2 - 1, 0) / (${own(count)} - 1)`;
  };
  const z = number(confidenceStandardErrors(confidence));
  const part = `${own('outputs_compared')} / (${own('outputs_compared')} + ${own('rest_outputs_compared')})`;
  const [ratio, reached] = [select(name('error_ratio')), select(name('error_ratio_reach'))];
  const gap = (bound: string, value: string) => ({
    record: name(`error_gap${bound}`),
    expr: `${value}\n/\n(\n  ${part} * ${value}\n  + 1 - ${part}\n)\n- 1`,
  });
  return [
    ...sums.map((metric) => ({ record: whole(metric), expr: `sum by (${SLICE_LABELS}) (${select(name(metric))})` })),
    ...sums.map((metric) => ({
      record: name(`rest_${metric}`),
      expr: `0 * ${select(name(metric))}\n+ on (${SLICE_LABELS}) group_left\n${select(whole(metric))}\n- ${select(name(metric))}`,
    })),
    {
      record: name('error_ratio'),
      expr: `(${own('absolute_error')} > 0)\n/ ${enough('outputs_compared')}\n/\n(\n  (${own('rest_absolute_error')} > 0)\n  / ${enough('rest_outputs_compared')}\n)`,
    },
    { record: name('error_ratio_reach'), expr: `exp(\n  ${z} * sqrt(\n    ${spread('')}\n    + ${spread('rest_')}\n  )\n)` },
    gap('', ratio),
    gap('_lower', `(${ratio} / ${reached})`),
    gap('_upper', `(${ratio} * ${reached})`),
  ];
}
