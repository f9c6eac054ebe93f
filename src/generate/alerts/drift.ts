import { number } from '../promql.js';
import { alwaysTicket, greatestFeatures, recordedValue } from './alert-family.js';
import type { AlertFamily } from './alert-family.js';
import { VALUES_PER_BIN_MIN } from './drift-verdict.js';

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

/** Which drifted features the model looks at, where its predictions are explained. */
const matters = (window: string): string =>
  greatestFeatures(
    ' The drift that matters most to the model, by share of attribution x PSI',
    `model_version_feature:modelwatch_feature_drift_impact:${window}`,
    ['model', 'version', 'reference'],
    3,
  );

/** PSI against a judged reference above the practical bar and above what chance explains, with enough values, in the short and in the long window. */
function driftAlert({ name, level, counters, baselineBins, labels, named }: Subject): AlertFamily {
  return {
    name,
    concern: 'data',
    severity: alwaysTicket,
    variables: labels.filter((label) => label === 'version' || label === 'feature'),
    text({ bars, select }) {
      const recorded = (metric: string, window: string) => `${level}:${counters}_${metric}:${window}`;
      const [short, long] = bars.driftWindows as [string, string];
      const by = labels.join(', ');
      // Every replica exports the baseline: each of its bins counts once.
      const bins = `count by (${by}) (max by (${by}, bin) (${select(baselineBins)}))`;
      const judged = matcherOf(bars.driftReferences);
      const drifted = (window: string) => {
        const score = (metric: string) => select(recorded(metric, window), judged);
        const enough = (values: string) => `${values} >= ${number(bars.driftCountMin)}`;
        const enoughForBins = (values: string, on: string) => `${values} >= ${on}${VALUES_PER_BIN_MIN} * ${bins}`;
        const values = select(recorded('values', window));
        const lines = [
          `${score('psi')} > ${number(bars.driftPsiMin)}`,
          `and ${score('psi')} > ${score('psi_critical')}`,
          `and on (${by}) ${enough(values)}`,
          `and on (${by}) ${enoughForBins(values, '')}`,
        ];
        // A baseline was made of as many rows as were to be had; hours of little traffic are no reference.
        if (bars.driftReferences.some((reference) => reference !== 'baseline')) {
          const referenceValues = select(recorded('reference_values', window));
          const judgedAlways = select(recorded('reference_values', window), 'reference="baseline"');
          lines.push(`and (${enough(referenceValues)} or ${judgedAlways})`);
          lines.push(`and (${enoughForBins(referenceValues, `on (${by}) group_left () `)} or ${judgedAlways})`);
        }
        return lines.join('\n');
      };
      return {
        for: bars.driftFor,
        expr: `${drifted(short)}\nand\n${drifted(long)}`,
        summary:
          `${named} of {{ $labels.model }} {{ $labels.version }} drifted from {{ $labels.reference }}: ` +
          `PSI {{ printf "%.3f" $value }} over ${short}, bar ${number(bars.driftPsiMin)}`,
        description:
          `The distribution is not that of the reference ({{ $labels.reference }}), over ${short} and over ${long}. Chance alone explains a PSI of ` +
          `${recordedValue(recorded('psi_critical', short), [...labels, 'reference'])} over ${recordedValue(recorded('values', short), labels, '%.0f')} values. ` +
          `Whether predictions suffer is for quality to say: see the runbook.${matters(short)}`,
      };
    },
  };
}

const matcherOf = (references: readonly string[]): string =>
  references.length === 1 ? `reference="${references[0]!}"` : `reference=~"${references.join('|')}"`;

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
