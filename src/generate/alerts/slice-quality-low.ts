import { number, parenthesised } from '../promql.js';
import { alwaysTicket } from './alert-family.js';
import type { AlertFamily } from './alert-family.js';

/** One value of a slice is worse than the whole by more than the bar for certain: the bound of its interval is beyond it. */
export const sliceQualityLow: AlertFamily = {
  name: 'ModelwatchSliceQualityLow',
  concern: 'quality',
  severity: alwaysTicket,
  variables: ['version', 'slice', 'slice_value'],
  text({ bars, select }) {
    const [short, long] = bars.driftWindows as [string, string];
    const low = (level: string, gap: string, bar: number) => {
      const recorded = (bound: '' | '_lower', window: string) => select(`${level}:modelwatch_slice_${gap}${bound}:${window}`);
      return parenthesised(
        [
          `${recorded('', long)} > ${number(bar)}`,
          `and ${recorded('_lower', long)} > ${number(bar)}`,
          // A short window with too few cases says nothing, and changes nothing.
          `unless ${recorded('', short)} <= ${number(bar)}`,
        ].join('\n'),
      );
    };
    const value = 'model_version_role_slice_slice_value';
    return {
      for: bars.driftFor,
      expr: `${low(`${value}_quality`, 'gap', bars.sliceGapMax)}\nor\n${low(value, 'error_gap', bars.sliceErrorGapMax)}`,
      summary:
        'Slice {{ $labels.slice }}={{ $labels.slice_value }} of {{ $labels.model }} {{ $labels.version }}: {{ with $labels.quality }}{{ . }}{{ else }}mean absolute error{{ end }} ' +
        `is worse than the whole by {{ printf "%.3f" $value }} over ${long}, bar {{ if $labels.quality }}${number(bars.sliceGapMax)}{{ else }}${number(bars.sliceErrorGapMax)} of it{{ end }}`,
      description:
        'By ground truth, at the bound of its interval. The whole may look well: a slice that is a tenth of the traffic moves it by a tenth. Who belongs to the slice ' +
        'gets worse answers than the rest.',
    };
  },
};
