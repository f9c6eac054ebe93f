import { kolmogorovQuantile } from '../../math/index.js';
import { SHARE_FLOOR } from '../../statistics/index.js';
import { FEATURE_LABELS, indent, MODEL_LABELS, number, parenthesised, summedIncrease } from '../promql.js';
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
 * Drift of features or outputs against the baseline: PSI, Jensen-Shannon distance (base 2) and Kolmogorov-Smirnov from bins, each with its
 * critical value, and the count they rest on. With p and q the shares of a bin in the baseline and in the window, n and m their counts:
 *
 * - PSI = sum (q - p) ln(q / p); critical: chi-square quantile x (1/n + 1/m).
 * - JS distance = sqrt(1/2 sum p log2(2p / (p + q)) + 1/2 sum q log2(2q / (p + q))); critical: sqrt(chi-square quantile x (1/n + 1/m) / (8 ln 2)),
 *   as the divergence is PSI / 8 nats for small differences.
 * - KS = max |Q - P| over bin edges, a lower bound of KS over values; critical: Kolmogorov quantile x sqrt(1/n + 1/m).
 */
function driftFamily(subject: Subject): RecordingFamily {
  const { level, labels, counters, baseline } = subject;
  return {
    name: subject.name,
    help: subject.help,
    windows: driftWindows,
    rules({ window, bars, select }) {
      const bins = `${level}_bin:${counters}_bin:increase${window}`;
      const values = `${level}:${counters}_values:${window}`;
      const score = (statistic: string) => `${level}:${counters}_${statistic}:${window}`;
      const share = `${select(bins)} / on (${labels}) group_left () (${select(values)} > 0)`;
      // The baseline comes from every replica, always the same; max takes one of each.
      const ofBaseline = (metric: string) => `max by (${labels}) (${select(`${baseline}_${metric}`)})`;
      const reference = `max by (${labels}, bin) (${select(`${baseline}_bin_ratio`)})`;
      const counted = `${select(values)} > 0`;
      const inverseCounts = parenthesised(`1 / (${counted})\n+\n1 / (${ofBaseline('values')} > 0)`);
      const chance = `${ofBaseline('chi_square_quantile')}\n* on (${labels})\n${inverseCounts}`;
      const cumulative = summedIncrease(`${labels}, bin`, select(`${counters}_cumulative_total`), window);
      return [
        { record: bins, expr: summedIncrease(`${labels}, bin`, select(`${counters}_bin_total`), window) },
        { record: values, expr: `sum by (${labels}) (${select(bins)})` },
        { record: score('psi'), expr: psi(share, reference, labels, counted) },
        { record: score('psi_critical'), expr: chance },
        { record: score('js_distance'), expr: jensenShannonDistance(share, reference, labels, counted) },
        { record: score('js_distance_critical'), expr: `sqrt(\n${indent(chance)}\n  / ${number(8 * Math.LN2)}\n)` },
        {
          record: score('ks'),
          expr: `max by (${labels}) (\n  abs(\n    ${cumulative}\n    / on (${labels}) group_left ()\n    (${counted})\n    - max by (${labels}, bin) (${select(`${baseline}_cumulative_ratio`)})\n  )\n)`,
        },
        {
          record: score('ks_critical'),
          expr: `sqrt(\n  ${number(kolmogorovQuantile(bars.significance) ** 2)}\n  *\n${indent(inverseCounts)}\n)`,
        },
      ];
    },
  };
}

/** A bin that nothing fell into may have no series yet; the baseline lists all bins, so the floor comes from there. */
function psi(share: string, reference: string, labels: string, counted: string): string {
  const current = parenthesised(`${share} > 0\nor\n${reference} * 0 + ${SHARE_FLOOR}`);
  const floored = parenthesised(`${reference} > 0\nor\n${reference} * 0 + ${SHARE_FLOOR}`);
  const difference = parenthesised(`${current}\n-\n${floored}`);
  const logarithm = `ln(\n${indent(`${current}\n/\n${floored}`)}\n)`;
  return `sum by (${labels}) (\n${indent(`${difference}\n*\n${logarithm}`)}\n)\nand\n${counted}`;
}

/** p log(p / m) is 0 where p is 0: the floor under the logarithm is never reached by a share of at least one value. */
function jensenShannonDistance(share: string, reference: string, labels: string, counted: string): string {
  const current = parenthesised(`${share}\nor\n${reference} * 0`);
  const both = parenthesised(`${reference}\n+\n${current}\n> 0`);
  const term = (side: string) => `${side}\n* log2(clamp_min(\n${indent(`2 * ${side}\n/\n${both}`)},\n  1e-300\n))`;
  // Rounding may leave a sum just below 0 where both sides agree.
  const divergence = `sum by (${labels}) (\n${indent(`${term(reference)}\n+\n${term(current)}`)}\n) / 2`;
  return `sqrt(clamp_min(\n${indent(divergence)},\n  0\n))\nand\n${counted}`;
}

export const featureDrift = driftFamily({
  name: 'feature-drift',
  help: 'PSI, Jensen-Shannon distance and Kolmogorov-Smirnov of a feature against the baseline, each with its critical value, and the values they rest on.',
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
