import { number, parenthesised } from '../promql.js';
import { alwaysTicket } from './alert-family.js';
import type { AlertFamily } from './alert-family.js';

/** Labels of a group. */
const GROUP = 'model, version, role, slice, slice_value';

/** A group is treated otherwise than the reference group, for certain: its disparate impact, or its recall, is beyond the bar at the bound of the interval. */
export const fairnessBreach: AlertFamily = {
  name: 'ModelwatchFairnessBreach',
  concern: 'quality',
  severity: alwaysTicket,
  variables: ['version', 'slice', 'slice_value'],
  appliesTo: ({ slices }) => slices.some(({ fairness }) => fairness !== undefined),
  text({ bars, select }) {
    const [short, long] = bars.driftWindows as [string, string];
    const [least, greatest] = [number(bars.disparateImpactMin), number(1 / bars.disparateImpactMin)];
    const impact = (bound: string, window: string) =>
      select(`model_version_role_slice_slice_value:modelwatch_slice_disparate_impact_ratio${bound}:${window}`);
    const recall = (bound: string, window: string) =>
      select(`model_version_role_slice_slice_value_rate:modelwatch_slice_rate_difference${bound}:${window}`, 'rate="recall"');
    const bar = number(bars.recallDifferenceMax);
    const impacts = [
      'label_replace(',
      `  ${impact('', long)}`,
      `  and on (${GROUP}) (${impact('_upper', long)} < ${least} or ${impact('_lower', long)} > ${greatest})`,
      `  unless on (${GROUP}) ${impact('', short)} >= ${least} <= ${greatest},`,
      '  "rate", "positive_rate", "", ""',
      ')',
    ].join('\n');
    const recalls = [
      `${recall('', long)}`,
      `and (${recall('_upper', long)} < -${bar} or ${recall('_lower', long)} > ${bar})`,
      `unless abs(${recall('', short)}) <= ${bar}`,
    ].join('\n');
    return {
      for: bars.driftFor,
      expr: `${impacts}\nor\n${parenthesised(recalls)}`,
      summary:
        'Group {{ $labels.slice }}={{ $labels.slice_value }} of {{ $labels.model }} {{ $labels.version }}: {{ if eq $labels.rate "recall" }}recall is {{ printf "%+.3f" $value }} ' +
        `from that of the reference group over ${long}, bar ${bar}{{ else }}disparate impact {{ printf "%.3f" $value }} over ${long}, bar ${least} to ${greatest}{{ end }}`,
      description:
        'By the bound of its interval, so that few members of a group alone do not do it. Disparate impact is the share of positive predictions by that of the reference group; ' +
        'recall is the share of true positives that are found.',
    };
  },
};
