import { durationSeconds } from '../../contracts/index.js';
import { MODEL_LABELS, number } from '../promql.js';
import { alwaysTicket } from './alert-family.js';
import type { AlertFamily } from './alert-family.js';

/** The baseline is older than it may be: drift is measured against a world that may be gone. */
export const baselineStale: AlertFamily = {
  name: 'ModelwatchBaselineStale',
  concern: 'data',
  severity: alwaysTicket,
  variables: ['version'],
  text({ bars, select }) {
    const created = `max by (${MODEL_LABELS}) (${select('modelwatch_baseline_created_timestamp_seconds')} > 0)`;
    return {
      for: '1h',
      expr: `time() - ${created}\n> ${number(durationSeconds(bars.baselineAgeMax))}`,
      summary: `The baseline of {{ $labels.model }} {{ $labels.version }} is {{ humanizeDuration $value }} old, bar ${bars.baselineAgeMax}`,
      description:
        'Drift is measured against it. Build one from recent data whose quality is known to be good, and look at what changed before taking it.',
    };
  },
};
