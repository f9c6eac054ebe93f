import { burnBars, type BurnBar, type ConfiguredSlo } from '../../slo/index.js';
import { number, parenthesised } from '../promql.js';
import type { Select } from '../selector.js';
import { BUDGET_SENTENCE, ofObjective, percent, type SloAlert } from './slo-alert.js';
import { byVersion, SLICE_LEVEL, sloSeries } from './slo-series.js';

/**
 * The burn rate above the bar in the long window, which says that it matters, and in the short one, which says that it goes on; with enough events, and
 * more bad ones than a handful, in the long one.
 */
function burns({ long, short, burnRate }: BurnBar, slo: ConfiguredSlo, select: Select): string {
  const series = ofObjective(slo, select);
  return [
    `${series(byVersion('burn_rate', long))} > ${number(burnRate)}`,
    `and ${series(byVersion('burn_rate', short))} > ${number(burnRate)}`,
    `and ${series(byVersion('events', long))} >= ${number(slo.eventsMin)}`,
    `and ${series(byVersion('errors', long))} >= ${number(slo.errorsMin)}`,
  ].join('\n');
}

/** The values of slices that burn fastest over the long window of drift, where the objective is of quality by ground truth. */
const worstValues = (window: string): string =>
  `{{ with printf "sort_desc(topk(3, ${sloSeries(SLICE_LEVEL, 'burn_rate', window)}{model=%q,version=%q,slo=%q}))" $labels.model $labels.version $labels.slo | query }}` +
  ` Fastest burn the slices {{ range $i, $s := . }}{{ if $i }}, {{ end }}{{ $s.Labels.slice }}={{ $s.Labels.slice_value }} {{ printf "%.3g" $s.Value }}{{ end }}.{{ end }}`;

function burnAlert(name: SloAlert['name'], of: 'page' | 'ticket', words: string): SloAlert {
  return {
    name,
    concern: of === 'page' ? 'serving' : 'operations',
    variables: ['version'],
    text(slo, select, { alerts }) {
      // When every event is bad, the budget burns 1 / (1 - objective) times; what lies above can never be.
      const bars = burnBars(slo.period).filter(({ severity, burnRate }) => severity === of && burnRate < 1 / (1 - slo.objective));
      if (bars.length === 0) return undefined;
      const said = bars.map(({ burnRate, long, short }) => `${number(burnRate)} over ${long} and ${short}`).join(' or ');
      const isRightOrWrong = slo.evidence === 'ground_truth' && slo.config.errorMax === undefined;
      return {
        severity: of === 'page' && slo.critical ? 'page' : 'ticket',
        for: '2m',
        expr: bars.map((bar) => parenthesised(burns(bar, slo, select))).join('\nor\n'),
        summary:
          `{{ $labels.model }} {{ $labels.version }} burns the error budget of {{ $labels.slo }} ` +
          `{{ printf "%.1f" $value }} times as fast as it lasts, bar ${said}`,
        description: `${words} The objective is ${percent(slo.objective)} over ${slo.period}. ${BUDGET_SENTENCE}${isRightOrWrong ? worstValues(alerts.driftWindows[1]!) : ''}`,
      };
    },
  };
}

export const sloBurnFast = burnAlert(
  'ModelwatchSloBurnFast',
  'page',
  'So many events are bad that the budget is gone within hours or days, and it still goes on.',
);
export const sloBurnSlow = burnAlert(
  'ModelwatchSloBurnSlow',
  'ticket',
  'More events are bad than the objective allows, for a day or more, and it still goes on: the budget will not last its period.',
);
