import { number } from '../promql.js';
import { alwaysTicket, recordedValue } from './alert-family.js';
import type { AlertFamily } from './alert-family.js';

interface Subject {
  readonly name: AlertFamily['name'];
  readonly level: string;
  readonly counters: string;
  /** Shares of the baseline by bin: as many series as there are bins. */
  readonly baselineBins: string;
  readonly labels: readonly string[];
  /** Names the drifted thing in an annotation. */
  readonly named: string;
}

/**
 * Below it the critical value is too low: it takes expected counts of five and more a bin as given (Cochran, 1954), and a category that should
 * come up twice and does not adds as much to PSI as real drift.
 */
const VALUES_PER_BIN_MIN = 10;

/** PSI above the practical bar and above what chance explains, with enough values, in the short and in the long window. */
function driftAlert({ name, level, counters, baselineBins, labels, named }: Subject): AlertFamily {
  return {
    name,
    severity: alwaysTicket,
    text({ bars, select }) {
      const recorded = (metric: string, window: string) => `${level}:${counters}_${metric}:${window}`;
      const [short, long] = bars.driftWindows as [string, string];
      const by = labels.join(', ');
      // Every replica exports the baseline: each of its bins counts once.
      const bins = `count by (${by}) (max by (${by}, bin) (${select(baselineBins)}))`;
      const drifted = (window: string) =>
        [
          `${select(recorded('psi', window))} > ${number(bars.driftPsiMin)}`,
          `and ${select(recorded('psi', window))} > ${select(recorded('psi_critical', window))}`,
          `and ${select(recorded('values', window))} >= ${number(bars.driftCountMin)}`,
          `and ${select(recorded('values', window))} >= ${VALUES_PER_BIN_MIN} * ${bins}`,
        ].join('\n');
      return {
        for: bars.driftFor,
        expr: `${drifted(short)}\nand\n${drifted(long)}`,
        summary: `${named} of {{ $labels.model }} {{ $labels.version }} drifted: PSI {{ printf "%.3f" $value }} over ${short}, bar ${number(bars.driftPsiMin)}`,
        description:
          `The distribution is not the baseline's, over ${short} and over ${long}. Chance alone explains a PSI of ` +
          `${recordedValue(recorded('psi_critical', short), labels)} over ${recordedValue(recorded('values', short), labels, '%.0f')} values. ` +
          'Whether predictions suffer is for quality to say: see the runbook.',
      };
    },
  };
}

export const featureDriftAlert = driftAlert({
  name: 'ModelwatchFeatureDrift',
  level: 'model_version_feature',
  counters: 'modelwatch_feature',
  baselineBins: 'modelwatch_baseline_bin_ratio',
  labels: ['model', 'version', 'feature'],
  named: 'Feature {{ $labels.feature }}',
});

export const outputDriftAlert = driftAlert({
  name: 'ModelwatchOutputDrift',
  level: 'model_version_role',
  counters: 'modelwatch_output',
  baselineBins: 'modelwatch_baseline_output_bin_ratio',
  labels: ['model', 'version', 'role'],
  named: 'The output',
});
