import { MODEL_LABELS, summedIncrease } from '../promql.js';
import { driftWindows } from './recording-family.js';
import type { RecordingFamily } from './recording-family.js';

/** What says on every series that nobody has observed it: it may make a ticket, and never pages. */
const labels = { evidence: 'estimate' };

/** Mean absolute error and root mean squared error before ground truth, from what error models expect, and how far each is from evaluation. */
export const estimatedErrors: RecordingFamily = {
  name: 'estimated-errors',
  help: 'Mean absolute error and root mean squared error of regressions as their error models expect them before ground truth comes, and each less that of evaluation; labelled evidence="estimate".',
  windows: driftWindows,
  rules({ window, select }) {
    const name = (metric: string) => `model_version_role:modelwatch_estimated_${metric}:${window}`;
    const sum = (metric: string) => summedIncrease(MODEL_LABELS, select(`modelwatch_estimated_${metric}_total`), window);
    const rows = `(${select(name('error_rows'))} > 0)`;
    const recorded = (quality: string) => `max by (${MODEL_LABELS}) (${select('modelwatch_baseline_quality', `quality="${quality}"`)})`;
    const skew = (metric: string, quality: string) => ({
      record: name(`${metric}_skew`),
      expr: `${select(name(metric))}\n- ignoring (evidence)\n${recorded(quality)}`,
    });
    const rules = [
      { record: name('error_rows'), expr: sum('error_rows') },
      { record: name('mean_absolute_error'), expr: `${sum('absolute_error')}\n/ ignoring (evidence)\n${rows}` },
      { record: name('root_mean_squared_error'), expr: `sqrt(\n  ${sum('squared_error')}\n  / ignoring (evidence)\n  ${rows}\n)` },
      skew('mean_absolute_error', 'mae'),
      skew('root_mean_squared_error', 'rmse'),
    ];
    return rules.map((rule) => ({ ...rule, labels }));
  },
};
