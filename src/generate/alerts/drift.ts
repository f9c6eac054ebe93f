import { number, parenthesised } from '../promql.js';
import { alwaysTicket, greatestFeatures, recordedValue, whereRecorded } from './alert-family.js';
import type { AlertFamily } from './alert-family.js';
import { VALUES_PER_BIN_MIN } from './drift-verdict.js';
import type { AlertBars } from '../recordings/recording-family.js';
import type { Select } from '../selector.js';

interface Subject {
  readonly name: AlertFamily['name'];
  readonly level: string;
  readonly counters: string;
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

/** What is recorded of a subject's drift, for some models by their bars. */
function recordedOf({ level, counters, labels }: Subject, bars: AlertBars, select: Select) {
  const recorded = (metric: string, window: string) => `${level}:${counters}_${metric}:${window}`;
  const judged = matcherOf(bars.driftReferences);
  const score = (metric: string, window: string) => select(recorded(metric, window), judged);
  const by = labels.join(', ');
  /** Enough values in a window for a verdict, by the least number and by that of the bins. */
  const enough = (window: string): readonly string[] => {
    const least = (values: string) => `${values} >= ${number(bars.driftCountMin)}`;
    const leastForBins = (values: string, on: string) =>
      `${values} >= ${on}${VALUES_PER_BIN_MIN} * ${select(recorded('baseline_bins', window))}`;
    const values = select(recorded('values', window));
    const lines = [`and on (${by}) ${least(values)}`, `and on (${by}) ${leastForBins(values, `on (${by}) `)}`];
    // A baseline was made of as many rows as were to be had; hours of little traffic are no reference.
    if (bars.driftReferences.some((reference) => reference !== 'baseline')) {
      const referenceValues = select(recorded('reference_values', window));
      const judgedAlways = select(recorded('reference_values', window), 'reference="baseline"');
      lines.push(`and (${least(referenceValues)} or ${judgedAlways})`);
      lines.push(`and (${leastForBins(referenceValues, `on (${by}) group_left () `)} or ${judgedAlways})`);
    }
    return lines;
  };
  const byTraffic = labels.filter((label) => label !== 'version').join(', ');
  const baseline = 'reference="baseline"';
  /**
   * Windows that are about as far from the baseline as the same hour was: of any version, for the rhythm is the traffic's. PSI is Jeffreys' divergence, to second order
   * the square of a distance, so distances add: what is beyond the old distance and the bar's is drift beyond the bar on its own.
   */
  const season = (window: string): string => {
    const now = select(recorded('psi', window), baseline);
    const weekAgo = `max by (${byTraffic}) (${now} offset 1w)`;
    const dayBefore = `max by (${byTraffic}) (max_over_time(${now}[1d] offset 1d))`;
    const before = parenthesised(`${weekAgo}\nor\n${dayBefore}`);
    return `${now}\n<= on (${byTraffic}) group_left ()\n(sqrt${before} + ${number(bars.driftPsiMin)} ^ 0.5) ^ 2`;
  };
  /** The trailing hours as a whole against the baseline, once there are as many of them as they are meant to be. */
  const trailing = (window: string): string => {
    const of = (metric: string) => select(recorded(metric, window), baseline);
    const values = select(recorded('reference_values', window), 'reference="trailing"');
    return [
      `${of('trailing_psi')} > ${number(bars.driftPsiMin)}`,
      `and ${of('trailing_psi')} > ${of('trailing_psi_critical')}`,
      `and on (${by}) ${values} >= ${number(bars.driftCountMin)}`,
      `and on (${by}) ${values} >= on (${by}) ${VALUES_PER_BIN_MIN} * ${select(recorded('baseline_bins', window))}`,
      `and on (${by}) ${select(recorded('values', window))} offset ${bars.driftTrailing}`,
    ].join('\n');
  };
  /** Of a model that is watched for long enough, in whatever version. */
  const settled = (window: string): string =>
    bars.driftSettling === undefined
      ? ''
      : `\nand on (${byTraffic})\n${select(recorded('psi', window), baseline)} offset ${bars.driftSettling}`;
  return { recorded, score, enough, settled, season, trailing };
}

/**
 * PSI against a judged reference above the practical bar and above what chance explains, with enough values, in the short and in the long window. Traffic has
 * a rhythm, and a baseline holds all of its hours: that of the night is far from it, every night. So a window that is as far from the baseline as that of a week
 * ago, or as any of the day before where a week ago is not known, give or take the bar, is none of drift; of both, for chance empties a bin of an hour, which alone adds 0.7 to PSI.
 * By the whole of the trailing hours it may be one: in them the rhythm cancels out.
 */
function driftAlert(subject: Subject): AlertFamily {
  const { name, labels, named } = subject;
  return {
    name,
    concern: 'data',
    severity: alwaysTicket,
    variables: labels.filter((label) => label === 'version' || label === 'feature'),
    text({ bars, select }) {
      const { recorded, score, enough, settled, season, trailing } = recordedOf(subject, bars, select);
      const [short, long] = bars.driftWindows as [string, string];
      const ofBaseline = bars.driftReferences.includes('baseline');
      const drifted = (window: string) =>
        [
          `${score('psi', window)} > ${number(bars.driftPsiMin)}`,
          `and ${score('psi', window)} > ${score('psi_critical', window)}`,
          ...enough(window),
          ...(ofBaseline ? [`unless\n${season(window)}`] : []),
        ].join('\n');
      const byWindows = `${drifted(short)}\nand\n${drifted(long)}${settled(short)}`;
      // Nothing before as many hours are known.
      const explainedOfTrailing = whereRecorded(
        recorded('trailing_psi_critical', long),
        [...labels, 'reference'],
        (value) => `, and of ${value} over the ${bars.driftTrailing} before`,
      );
      return {
        for: bars.driftFor,
        expr: ofBaseline ? `${parenthesised(byWindows)}\nor\n${parenthesised(trailing(long))}` : byWindows,
        summary:
          `${named} of {{ $labels.model }} {{ $labels.version }} drifted from {{ $labels.reference }}: ` +
          `PSI {{ printf "%.3f" $value }}, bar ${number(bars.driftPsiMin)}`,
        description:
          `The distribution is not that of the reference ({{ $labels.reference }}), over ${short} and over ${long}${ofBaseline ? `, or over the ${bars.driftTrailing} before` : ''}. Chance alone explains a PSI of ` +
          `${recordedValue(recorded('psi_critical', short), [...labels, 'reference'])} over the ${recordedValue(recorded('values', short), labels, '%.0f')} values of ${short}${ofBaseline ? explainedOfTrailing : ''}. ` +
          `Whether predictions suffer is for quality to say: see the runbook.${matters(short)}`,
      };
    },
  };
}

const matcherOf = (references: readonly string[]): string =>
  references.length === 1 ? `reference="${references[0]!}"` : `reference=~"${references.join('|')}"`;

const FEATURE: Subject = {
  name: 'ModelwatchFeatureDrift',
  level: 'model_version_feature',
  counters: 'modelwatch_feature',
  labels: ['model', 'version', 'feature'],
  named: 'Feature {{ $labels.feature }}',
};

export const featureDriftAlert = driftAlert(FEATURE);

/** Features of which the alert can say something, drifted or not: with enough values in both of its windows. */
export function judgedFeatures(bars: AlertBars, select: Select): string {
  const { score, enough } = recordedOf(FEATURE, bars, select);
  return bars.driftWindows.map((window) => [score('psi', window), ...enough(window)].join('\n')).join('\nand\n');
}

export const outputDriftAlert = driftAlert({
  name: 'ModelwatchOutputDrift',
  level: 'model_version_role',
  counters: 'modelwatch_output',
  labels: ['model', 'version', 'role'],
  named: 'The output',
});
