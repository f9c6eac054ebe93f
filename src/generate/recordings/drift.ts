import { kolmogorovQuantile } from '../../math/index.js';
import { SHARE_FLOOR } from '../../statistics/index.js';
import { FEATURE_LABELS, indent, MODEL_LABELS, number, parenthesised, summedIncrease } from '../promql.js';
import { comparedShares, referenceRules, type ComparedShares } from './drift-references.js';
import { driftWindows } from './recording-family.js';
import type { RecordingFamily } from './recording-family.js';

/** What can drift: its counters, its baseline, and the labels that tell one from the next. */
interface Subject {
  readonly name: string;
  readonly help: string;
  readonly level: string;
  readonly labels: string;
  /** Prefix of the recorded names and of the counters. */
  readonly counters: string;
  /** Prefix of the baseline's gauges. */
  readonly baseline: string;
}

/**
 * Drift of features or outputs against each reference, told apart by the label `reference`: the `baseline`, the `trailing` hours before the
 * window, the same window a `week` ago. PSI, Jensen-Shannon distance (base 2) and Kolmogorov-Smirnov from bins, each with its critical value,
 * and the counts they rest on. With p and q the shares of a bin in the reference and in the window, n and m the counts of window and reference:
 *
 * - PSI = sum (q - p) ln(q / p); critical: chi-square quantile x (1/n + 1/m).
 * - JS distance = sqrt(1/2 sum p log2(2p / (p + q)) + 1/2 sum q log2(2q / (p + q))); critical: sqrt(critical PSI / (8 ln 2)), as the divergence
 *   is PSI / 8 nats for small differences.
 * - KS = max |Q - P| over bin edges, a lower bound of KS over values; critical: Kolmogorov quantile x sqrt(1/n + 1/m). Not against `trailing`:
 *   its cumulative counts would have to be recorded or read anew over a day each time.
 */
function driftFamily(subject: Subject): RecordingFamily {
  const { level, labels, counters, baseline } = subject;
  return {
    name: subject.name,
    help: subject.help,
    windows: driftWindows,
    rules({ window, bars, select }) {
      const bins = `${level}_bin:${counters}_bin:increase${window}`;
      const referenceBins = `${level}_bin:${counters}_reference_bin:${window}`;
      const values = `${level}:${counters}_values:${window}`;
      const referenceValues = `${level}:${counters}_reference_values:${window}`;
      const score = (statistic: string) => `${level}:${counters}_${statistic}:${window}`;
      // The baseline comes from every replica, always the same; max takes one of each.
      const ofBaseline = (metric: string) => `max by (${labels}) (${select(`${baseline}_${metric}`)})`;
      const counted = `${select(values)} > 0`;
      const shares = comparedShares({
        referenceBins: select(referenceBins),
        referenceValues: select(referenceValues),
        share: `${select(bins)} / on (${labels}) group_left () (${counted})`,
        labels,
      });
      const inverseCounts = (matcher?: string) =>
        parenthesised(
          `1 / (${select(referenceValues, ...(matcher === undefined ? [] : [matcher]))} > 0)\n+ on (${labels}) group_left ()\n1 / (${counted})`,
        );
      const cumulative = (offset = '') =>
        `sum by (${labels}, bin) (increase(${select(`${counters}_cumulative_total`)}[${window}]${offset}))`;
      const cumulativeShare = `${cumulative()}\n/ on (${labels}) group_left ()\n(${counted})`;
      const cumulativeShareOfWeek = `${cumulative(' offset 1w')}\n/ on (${labels}) group_left ()\n(${select(referenceValues, 'reference="week"')} > 0)`;
      return [
        { record: bins, expr: summedIncrease(`${labels}, bin`, select(`${counters}_bin_total`), window) },
        { record: values, expr: `sum by (${labels}) (${select(bins)})` },
        ...referenceRules({
          record: referenceBins,
          bins: select(bins),
          baselineShares: `max by (${labels}, bin) (${select(`${baseline}_bin_ratio`)})`,
          baselineValues: ofBaseline('values'),
          labels,
          window,
          trailing: bars.driftTrailing,
        }),
        { record: referenceValues, expr: `sum by (${labels}, reference) (${select(referenceBins)})` },
        { record: score('psi'), expr: `${psi(shares, labels)}\nand on (${labels})\n${counted}` },
        {
          record: score('psi_critical'),
          expr: `${inverseCounts()}\n* on (${labels}) group_left ()\n${ofBaseline('chi_square_quantile')}`,
        },
        { record: score('js_distance'), expr: `${jensenShannonDistance(shares, labels)}\nand on (${labels})\n${counted}` },
        { record: score('js_distance_critical'), expr: `sqrt(${select(score('psi_critical'))} / ${number(8 * Math.LN2)})` },
        {
          record: score('ks'),
          expr: largestGap(labels, cumulativeShare, `max by (${labels}, bin) (${select(`${baseline}_cumulative_ratio`)})`),
          labels: { reference: 'baseline' },
        },
        {
          record: score('ks'),
          expr: largestGap(labels, cumulativeShare, parenthesised(cumulativeShareOfWeek)),
          labels: { reference: 'week' },
        },
        {
          record: score('ks_critical'),
          expr: `sqrt(\n  ${number(kolmogorovQuantile(bars.significance) ** 2)}\n  *\n${indent(inverseCounts('reference!="trailing"'))}\n)`,
        },
      ];
    },
  };
}

/** A share of 0 counts as the floor, on either side, so that its logarithm exists. */
function psi({ current, reference }: ComparedShares, labels: string): string {
  const floored = (share: string) => parenthesised(`${share} > 0\nor\n${share} * 0 + ${SHARE_FLOOR}`);
  const difference = parenthesised(`${floored(current)}\n-\n${floored(reference)}`);
  const logarithm = `ln(\n${indent(`${floored(current)}\n/\n${floored(reference)}`)}\n)`;
  return `sum by (${labels}, reference) (\n${indent(`${difference}\n*\n${logarithm}`)}\n)`;
}

/** p log(p / m) is 0 where p is 0: the floor under the logarithm is never reached by a share of at least one value. */
function jensenShannonDistance({ current, reference }: ComparedShares, labels: string): string {
  const both = parenthesised(`${reference}\n+\n${current}\n> 0`);
  const term = (side: string) => `${side}\n* log2(clamp_min(\n${indent(`2 * ${side}\n/\n${both}`)},\n  1e-300\n))`;
  // Rounding may leave a sum just below 0 where both sides agree.
  const divergence = `sum by (${labels}, reference) (\n${indent(`${term(reference)}\n+\n${term(current)}`)}\n) / 2`;
  return `sqrt(clamp_min(\n${indent(divergence)},\n  0\n))`;
}

const largestGap = (labels: string, share: string, reference: string): string =>
  `max by (${labels}) (\n  abs(\n${indent(`${share}\n-\n${reference}`, 4)}\n  )\n)`;

export const featureDrift = driftFamily({
  name: 'feature-drift',
  help: 'PSI, Jensen-Shannon distance and Kolmogorov-Smirnov of a feature, each with its critical value, and the values they rest on. The label `reference` says against what: `baseline`, `trailing` (the `alerts.driftTrailing` before the window) or `week` (the same window a week ago).',
  level: 'model_version_feature',
  labels: FEATURE_LABELS,
  counters: 'modelwatch_feature',
  baseline: 'modelwatch_baseline',
});

export const outputDrift = driftFamily({
  name: 'output-drift',
  help: 'The same of the watched output.',
  level: 'model_version_role',
  labels: MODEL_LABELS,
  counters: 'modelwatch_output',
  baseline: 'modelwatch_baseline_output',
});

/** Of joined predictions: a window is that of the joins, later than the predictions by the delay of ground truth. */
export const groundTruthDrift = driftFamily({
  name: 'ground-truth-drift',
  help: "The same of ground truth against that of the baseline's evaluation, over what was joined in the window. Of a classification it is the share that came true.",
  level: 'model_version_role',
  labels: MODEL_LABELS,
  counters: 'modelwatch_ground_truth',
  baseline: 'modelwatch_baseline_ground_truth',
});
