import { FEATURE_LABELS, summedIncrease } from '../promql.js';
import { driftWindows } from './recording-family.js';
import type { RecordingFamily } from './recording-family.js';

/** Values of a feature that differ from the feature server's, as a share of those that it knows, with their number. */
export const parity: RecordingFamily = {
  name: 'parity',
  help: "Share of a feature's values that differ from the feature server's, among those that it knows, with their number, and the share that it does not know.",
  windows: driftWindows,
  rules({ window, select }) {
    const name = (metric: string) => `model_version_feature:modelwatch_parity_${metric}:${window}`;
    const sum = (...matchers: string[]) => summedIncrease(FEATURE_LABELS, select('modelwatch_parity_values_total', ...matchers), window);
    return [
      { record: name('values_compared'), expr: sum('outcome=~"matched|mismatched"') },
      { record: name('mismatch_ratio'), expr: `${sum('outcome="mismatched"')}\n/\n(${select(name('values_compared'))} > 0)` },
      { record: name('missing_offline_ratio'), expr: `${sum('outcome="missing_offline"')}\n/\n(${sum()} > 0)` },
    ];
  },
};
