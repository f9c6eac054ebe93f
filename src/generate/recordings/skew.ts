import { confidenceStandardErrors } from '../../math/index.js';
import { PREDICTIONS_MIN } from '../../quality/index.js';
import { MODEL_LABELS, number, summedIncrease, wilsonBound } from '../promql.js';
import { driftWindows } from './recording-family.js';
import type { RecordingFamily } from './recording-family.js';
import { matcherOf } from '../selector.js';

const LABELS = `${MODEL_LABELS}, quality`;

/** Each metric as a share of cases; F1 as the share J of right ones among what is positive, predicted or true: F1 = 2 J / (1 + J). */
const SHARES = {
  accuracy: { hits: 'true_positive|true_negative', cases: 'true_positive|false_positive|true_negative|false_negative' },
  precision: { hits: 'true_positive', cases: 'true_positive|false_positive' },
  recall: { hits: 'true_positive', cases: 'true_positive|false_negative' },
  f1: { hits: 'true_positive', cases: 'true_positive|false_positive|false_negative' },
} as const;

/** Qualities that are means of errors, and where these are recorded. */
const ERRORS = [
  ['mae', 'mean_absolute_error'],
  ['bias', 'bias'],
] as const;
/** One that has no bounds: its variance needs sums of the fourth power of errors, which nothing keeps. */
const WITHOUT_BOUNDS = ['rmse', 'root_mean_squared_error'] as const;

/**
 * Prediction skew: live quality less the quality recorded at evaluation, with its interval at the confidence 1 - significance. Live bounds are
 * Wilson's of n cases: (p + z^2 / 2n -+ sqrt(z^2 / n (p (1 - p) + z^2 / 4n))) / (1 + z^2 / n); bounds of the skew are the distances of both sides
 * from theirs, squared and added. Absent below 100 cases, as in the core.
 *
 * The AUC is taken for a share of the cases that have its variance, with half a case on either side. Mean absolute error and bias, of regressions
 * alone: the mean -+ z s / sqrt(n), s^2 = mean squared error - mean^2 with n - 1. RMSE and its skew have no bounds.
 */
export const skew: RecordingFamily = {
  name: 'skew',
  help: 'Live accuracy, precision, recall, F1, AUC and, of regressions, mean absolute error and bias with their bounds and the root of the mean squared error without, and how far each is from the quality recorded at evaluation, with bounds where it has them.',
  windows: driftWindows,
  rules({ window, bars, select }) {
    const name = (metric: string) => `model_version_role_quality:modelwatch_${metric}:${window}`;
    const z = confidenceStandardErrors(1 - bars.significance);
    const counts = Object.entries(SHARES).flatMap(([quality, { hits, cases }]) =>
      Object.entries({ quality_hits: hits, quality_cases: cases }).map(([metric, outcomes]) => ({
        record: name(metric),
        expr: summedIncrease(MODEL_LABELS, select('modelwatch_confusion_total', matcherOf('outcome', outcomes.split('|'))), window),
        labels: { quality },
      })),
    );
    const [share, cases] = [select(name('quality_share')), select(name('quality_cases'))];
    const bound = (sign: '-' | '+') => wilsonBound(share, cases, z, sign);
    /** From shares to qualities: F1 rises with its share, and the AUC has half a case on either side. */
    const carried = (record: string, ofAuc: (bound: string, half: string) => string) => {
      const ofF1 = select(record, 'quality="f1"');
      const half = `0.5 / ${select(name('quality_cases'), 'quality="auc"')}`;
      const auc = ofAuc(select(record, 'quality="auc"'), half);
      return `${select(record, 'quality!~"f1|auc"')}\nor\n2 * ${ofF1} / (1 + ${ofF1})\nor\n${auc}`;
    };
    const ofModel = (metric: string) => select(`model_version_role:modelwatch_${metric}:${window}`);
    const recorded = (metric: string) => `max by (${LABELS}) (${select(`modelwatch_baseline_${metric}`)})`;
    const live = (metric: string) => select(name(metric));
    const reach = (of: readonly [string, string], than: readonly [string, string]) =>
      `sqrt(\n  (${of[0]} - ${of[1]}) ^ 2\n  + on (${LABELS})\n  (${than[0]} - ${than[1]}) ^ 2\n)`;
    const difference = live('quality_skew');
    const compared = `(${ofModel('outputs_compared')} >= ${PREDICTIONS_MIN})`;
    /** Of models whose evaluation recorded them: those of a probability say little. */
    const liveError = (quality: string, mean: string) => ({
      record: name('quality'),
      expr: `${mean}\nand on (${MODEL_LABELS})\n${compared}\nand on (${MODEL_LABELS})\n${select('modelwatch_baseline_quality', `quality="${quality}"`)}`,
      labels: { quality },
    });
    const ofErrors = (quality: string, mean: string) => {
      const labels = { quality };
      const half = `${number(z)} * sqrt(\n  clamp_min(${ofModel('mean_squared_error')} - ${mean} ^ 2, 0)\n  / (${ofModel('outputs_compared')} - 1)\n)`;
      const value = select(name('quality'), `quality="${quality}"`);
      return [
        liveError(quality, mean),
        { record: name('quality_lower'), expr: `${value}\n- on (${MODEL_LABELS})\n${half}`, labels },
        { record: name('quality_upper'), expr: `${value}\n+ on (${MODEL_LABELS})\n${half}`, labels },
      ];
    };
    return [
      ...counts,
      { record: name('quality_cases'), expr: ofModel('auc_cases'), labels: { quality: 'auc' } },
      { record: name('quality_share'), expr: `${ofModel('auc_ratio')}\nand\n${ofModel('auc_cases')}`, labels: { quality: 'auc' } },
      { record: name('quality_share'), expr: `${live('quality_hits')}\n/\n(${cases} >= ${PREDICTIONS_MIN})` },
      { record: name('quality_share_lower'), expr: bound('-') },
      { record: name('quality_share_upper'), expr: bound('+') },
      { record: name('quality'), expr: carried(name('quality_share'), (share) => share) },
      { record: name('quality_lower'), expr: carried(name('quality_share_lower'), (bound, half) => `clamp_min(${bound} - ${half}, 0)`) },
      { record: name('quality_upper'), expr: carried(name('quality_share_upper'), (bound, half) => `clamp_max(${bound} + ${half}, 1)`) },
      ...ERRORS.flatMap(([quality, mean]) => ofErrors(quality, ofModel(mean))),
      liveError(WITHOUT_BOUNDS[0], ofModel(WITHOUT_BOUNDS[1])),
      { record: name('quality_skew'), expr: `${live('quality')}\n- on (${LABELS})\n${recorded('quality')}` },
      {
        record: name('quality_skew_lower'),
        expr: `${difference}\n- on (${LABELS})\n${reach([live('quality'), live('quality_lower')], [recorded('quality_upper'), recorded('quality')])}`,
      },
      {
        record: name('quality_skew_upper'),
        expr: `${difference}\n+ on (${LABELS})\n${reach([live('quality_upper'), live('quality')], [recorded('quality'), recorded('quality_lower')])}`,
      },
    ];
  },
};
