import { MODEL_LABELS, summedIncrease } from '../promql.js';
import { driftWindows } from './recording-family.js';
import type { RecordingFamily } from './recording-family.js';

export const DISAGREED = 'outcome=~"champion_only_positive|challenger_only_positive|beyond_tolerance"';
export const FAILED = 'outcome=~"failed|timed_out"';
export const TRIED = 'outcome=~"scored|failed|timed_out"';

/**
 * Challengers against their champions on the same predictions: the share on which they disagree, the mean difference of their outputs and its
 * root mean square, how much longer the challenger takes, and the share of tried copies that failed; with the predictions compared and the
 * copies tried.
 */
export const shadow: RecordingFamily = {
  name: 'shadow',
  help: 'Challenger against champion on the same predictions: disagreement, mean and root mean square of the output difference, ratio of scoring times, failures of the challenger; with the counts.',
  windows: driftWindows,
  rules({ window, select }) {
    const name = (metric: string) => `model_version_role:modelwatch_shadow_${metric}:${window}`;
    const sum = (metric: string, ...matchers: string[]) =>
      summedIncrease(MODEL_LABELS, select(`modelwatch_shadow_${metric}_total`, ...matchers), window);
    const compared = `(${select(name('compared'))} > 0)`;
    return [
      { record: name('compared'), expr: sum('agreement') },
      { record: name('disagreement_ratio'), expr: `${sum('agreement', DISAGREED)}\n/\n${compared}` },
      { record: name('output_difference'), expr: `(\n  ${sum('difference_over')}\n  - ${sum('difference_under')}\n)\n/\n${compared}` },
      { record: name('output_difference_rms'), expr: `sqrt(\n  ${sum('difference_squared')}\n  /\n  ${compared}\n)` },
      { record: name('latency_ratio'), expr: `${sum('challenger_seconds')}\n/\n(${sum('champion_seconds')} > 0)` },
      { record: name('tried'), expr: sum('outcomes', TRIED) },
      { record: name('failure_ratio'), expr: `${sum('outcomes', FAILED)}\n/\n(${select(name('tried'))} > 0)` },
    ];
  },
};
