import { number } from '../promql.js';
import { alwaysTicket, recordedValue } from './alert-family.js';
import type { AlertFamily } from './alert-family.js';

/** Probabilities are off by more than the bar and by more than chance explains, over the long window, and the short one is no better. */
export const calibrationPoor: AlertFamily = {
  name: 'ModelwatchCalibrationPoor',
  concern: 'quality',
  severity: alwaysTicket,
  variables: ['version'],
  text({ bars, select }) {
    const [short, long] = bars.driftWindows as [string, string];
    const recorded = (metric: string, window: string) => `model_version_role:modelwatch_${metric}:${window}`;
    const error = (window: string) => select(recorded('calibration_error_ratio', window));
    const bar = number(bars.calibrationErrorMax);
    const labels = ['model', 'version', 'role'];
    return {
      for: bars.driftFor,
      expr: [
        `${error(long)} > ${bar}`,
        `and ${error(long)} > ${select(recorded('calibration_error_critical_ratio', long))}`,
        `and ${select(recorded('classifications', long))} >= ${number(bars.driftCountMin)}`,
        `unless (${error(short)} <= ${bar} and ${select(recorded('classifications', short))} >= ${number(bars.driftCountMin)})`,
      ].join('\n'),
      summary:
        'Probabilities of {{ $labels.model }} {{ $labels.version }} ({{ $labels.role }}) are off by {{ printf "%.3f" $value }} on average ' +
        `over ${long}, bar ${bar}`,
      description:
        `Expected calibration error by ground truth; chance explains ${recordedValue(recorded('calibration_error_critical_ratio', long), labels, '%.2g')}. ` +
        'The order of the scores may be as good as ever; whatever reads them as probabilities, a threshold or a price, is wrong by that much.',
    };
  },
};
