import { number, parenthesised } from './promql.js';
import type { Select } from './selector.js';

const ON = 'on (model, version, role, quality)';
const SHARES = 'quality!~"mae|bias"';
const ERRORS = 'quality="mae"';

interface Loss {
  readonly select: Select;
  readonly short: string;
  readonly long: string;
  /** Of shares the loss itself; of the mean absolute error the part of evaluation's that it rose by. */
  readonly bars: { readonly share: number; readonly error: number };
  /** What the interval must show: that quality is worse at all, or that it is worse by more than the bar. */
  readonly certain: 'worse' | 'beyond bar';
  /** Over how long the loss must be beyond the bar on average besides: a day, where hours differ in how hard they are. */
  readonly onAverageOver?: string;
}

/**
 * Loss of quality against evaluation, above 0 where live is worse. It is judged over the long window; a short window that is as good as the bar
 * asks ends it. Ground truth comes in portions, so that a short window with too little of it says nothing and changes nothing.
 */
export function worseThanEvaluation({ select, short, long, bars, certain, onAverageOver }: Loss): string {
  const skew = (bound: '' | '_lower' | '_upper', window: string, of: string) =>
    select(`model_version_role_quality:modelwatch_quality_skew${bound}:${window}`, of);
  const evaluated = `max by (model, version, role, quality) (${select('modelwatch_baseline_quality', ERRORS)} > 0)`;
  const loss = (bound: '' | 'least', window: string) => ({
    // Worse is less of a share and more of an error.
    share: `0 - ${skew(bound === '' ? '' : '_upper', window, SHARES)}`,
    error: `${skew(bound === '' ? '' : '_lower', window, ERRORS)} / ${ON} ${evaluated}`,
  });
  const averageLoss = (over: string) => ({
    share: `0 - avg_over_time(${skew('', long, SHARES)}[${over}])`,
    error: `avg_over_time(${skew('', long, ERRORS)}[${over}]) / ${ON} ${evaluated}`,
  });
  const judged = (of: 'share' | 'error') => {
    const least = certain === 'worse' ? 0 : bars[of];
    const average = onAverageOver === undefined ? [] : [`and ${ON} ${averageLoss(onAverageOver)[of]} > ${number(bars[of])}`];
    return [
      `${loss('', long)[of]} > ${number(bars[of])}`,
      `and ${ON} ${loss('least', long)[of]} > ${number(least)}`,
      ...average,
      `unless ${ON} ${loss('', short)[of]} <= ${number(bars[of])}`,
    ].join('\n');
  };
  return `${parenthesised(judged('share'))}\nor\n${parenthesised(judged('error'))}`;
}
