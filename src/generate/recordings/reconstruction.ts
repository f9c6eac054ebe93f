import { normalQuantile } from '../../math/index.js';
import { reconstructionError } from '../../multivariate/index.js';
import { MODEL_LABELS, number, summedIncrease } from '../promql.js';
import { driftWindows } from './recording-family.js';
import type { RecordingFamily } from './recording-family.js';

/**
 * Drift of features together: the mean reconstruction error of sampled predictions, with what chance leaves of it, mean + z sd sqrt(1/n + 1/m) of
 * the baseline's errors, and the rows it rests on. Absent below 100 rows, as in the core.
 */
export const reconstructionDrift: RecordingFamily = {
  name: 'reconstruction',
  help: "Mean reconstruction error of predictions with its critical value and the rows it rests on, and the share of rows beyond 3 standard deviations of the baseline's errors.",
  windows: driftWindows,
  rules({ window, bars, select }) {
    const name = (metric: string) => `model_version_role:modelwatch_reconstruction_${metric}:${window}`;
    const sum = (metric: string) => summedIncrease(MODEL_LABELS, select(`modelwatch_reconstruction_${metric}_total`), window);
    const enough = `(${select(name('rows'))} >= ${reconstructionError.countMin})`;
    const ofBaseline = (metric: string) => `max by (${MODEL_LABELS}) (${select(`modelwatch_baseline_reconstruction_${metric}`)})`;
    return [
      { record: name('rows'), expr: sum('rows') },
      { record: name('error'), expr: `${sum('error')}\n/\n${enough}` },
      {
        record: name('error_critical'),
        expr: `${ofBaseline('error')}\n+ ${number(normalQuantile(1 - bars.significance))}\n* ${ofBaseline('error_deviation')}\n* sqrt(\n  1 / ${enough}\n  + 1 / ${ofBaseline('rows')}\n)`,
      },
      { record: name('beyond_ratio'), expr: `${sum('beyond_rows')}\n/\n${enough}` },
    ];
  },
};
