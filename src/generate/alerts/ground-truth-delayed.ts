import { durationSeconds } from '../../contracts/index.js';
import { number } from '../promql.js';
import { alwaysTicket } from './alert-family.js';
import type { AlertFamily } from './alert-family.js';

/** No ground truth has become known for longer than the bar, though predictions wait for it: quality is that of the past. */
export const groundTruthDelayed: AlertFamily = {
  name: 'ModelwatchGroundTruthDelayed',
  concern: 'quality',
  severity: alwaysTicket,
  variables: [],
  text({ bars, select }) {
    const [short] = bars.driftWindows as [string, string];
    return {
      for: '15m',
      expr: [
        `${select(`model:modelwatch_ground_truth_age_seconds:${short}`)} > ${number(durationSeconds(bars.groundTruthAgeMax))}`,
        `and on (model) sum by (model) (${select('modelwatch_predictions_pending')}) > 0`,
      ].join('\n'),
      summary: `The newest ground truth of {{ $labels.model }} is {{ humanizeDuration $value }} old, bar ${bars.groundTruthAgeMax}`,
      description:
        'Predictions wait for it, and expire once their horizon has passed. Until it comes, every figure of quality is of the past, and no loss of quality can be ' +
        'found but by estimates.',
    };
  },
};
