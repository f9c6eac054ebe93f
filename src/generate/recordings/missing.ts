import { FEATURE_LABELS, summedIncrease } from '../promql.js';
import { driftWindows } from './recording-family.js';
import type { RecordingFamily } from './recording-family.js';

/**
 * Missing values of a feature: their share q of all values n, how far that is above the baseline's share p of m values, and the standard
 * error of that difference were both the same: sqrt(s (1 - s) (1/n + 1/m)), with s the pooled share. A baseline that had 20 % missing is
 * exceeded by 3 % in one window of 200 values in seven, by chance.
 */
export const missing: RecordingFamily = {
  name: 'missing',
  help: "Share of missing values, how far it is above the baseline's, and the standard error of that difference.",
  windows: driftWindows,
  rules({ window, select }) {
    const name = (metric: string) => `model_version_feature:modelwatch_feature_${metric}:${window}`;
    const values = name('values_with_missing');
    const ratio = name('missing_ratio');
    const ofBaseline = (metric: string) => `max by (${FEATURE_LABELS}) (${select(metric)})`;
    const reference = ofBaseline('modelwatch_baseline_missing_ratio');
    // The baseline counts values without the missing ones.
    const referenceValues = `(${ofBaseline('modelwatch_baseline_values')} / (1 - ${reference} > 0))`;
    const pooled = name('missing_pooled_ratio');
    return [
      { record: values, expr: summedIncrease(FEATURE_LABELS, select('modelwatch_feature_values_total'), window) },
      {
        record: ratio,
        expr: `clamp_max(\n  ${summedIncrease(FEATURE_LABELS, select('modelwatch_feature_missing_total'), window)}\n  /\n  (${select(values)} > 0),\n  1\n)`,
      },
      { record: name('missing_excess_ratio'), expr: `${select(ratio)} - ${reference}` },
      {
        record: pooled,
        expr: `(\n  ${select(ratio)} * ${select(values)}\n  + ${reference}\n  * ${referenceValues}\n)\n/\n(\n  ${select(values)}\n  + ${referenceValues}\n)`,
      },
      {
        record: name('missing_standard_error_ratio'),
        expr: `sqrt(\n  clamp_min(${select(pooled)} * (1 - ${select(pooled)}), 0)\n  *\n  (\n    1 / (${select(values)} > 0)\n    + 1 / (${referenceValues} > 0)\n  )\n)`,
      },
    ];
  },
};
