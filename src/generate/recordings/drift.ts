import { kolmogorovQuantile } from '../../math/index.js';
import { SHARE_FLOOR } from '../../statistics/index.js';
import { FEATURE_LABELS, indent, MODEL_LABELS, number, parenthesised, summedIncrease } from '../promql.js';
import { PRODUCTION, REFERENCE_EVALUATIONS, trailingCounts, weekCounts } from './drift-references.js';
import { driftWindows } from './recording-family.js';
import type { AlertBars, RecordingFamily } from './recording-family.js';
import type { DriftReference } from '../../contracts/index.js';
import type { RecordingRule } from '../rule-file.js';
import type { Select } from '../selector.js';

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
 *
 * Shares are recorded once and read by all scores: a hundred models of fifty features have a hundred thousand bins, and a score reads each bin's
 * share several times. What is compared with production is another family, which is recorded less often.
 */
function driftFamily(subject: Subject): RecordingFamily {
  const { labels, baseline } = subject;
  return {
    name: subject.name,
    help: subject.help,
    windows: driftWindows,
    rules({ window, bars, select }) {
      const { bins, values, counted, record, counters } = seriesOf(subject, window, select);
      const ofBaseline = (metric: string) => `max by (${labels}) (${select(`${baseline}_${metric}`)})`;
      const compared = comparison(subject, 'baseline', window, select);
      return [
        { record: bins.record, expr: summedIncrease(`${labels}, bin`, select(`${counters}_bin_total`), window) },
        { record: values.record, expr: `sum by (${labels}) (${bins.read})` },
        // The baseline comes from every replica, always the same; max takes one of each.
        compared.referenceShares(`max by (${labels}, bin) (${select(`${baseline}_bin_ratio`)})`),
        compared.referenceValues(ofBaseline('values')),
        { record: record('baseline_bins'), expr: `count by (${labels}) (${compared.reference})`, labels: { reference: 'baseline' } },
        {
          // A bin of a reference that is not counted any more has no share.
          record: compared.shares,
          expr: `${bins.read} / on (${labels}) group_left () (${counted})\nor on (${labels}, bin)\nmax by (${labels}, bin) (${compared.everyReference}) * 0\nand on (${labels})\n${counted}`,
        },
        ...compared.scores(bars, `max by (${labels}, bin) (${select(`${baseline}_cumulative_ratio`)})`),
      ];
    },
  };
}

/** The same against production. */
function referencesFamily(subject: Subject): RecordingFamily {
  const { labels } = subject;
  return {
    name: `${subject.name}-references`,
    help: 'The same against production: `trailing` and `week`; and `trailing_psi` of the long window, which says how far those trailing hours are from the baseline.',
    windows: driftWindows,
    evaluations: REFERENCE_EVALUATIONS,
    rules({ window, bars, select }) {
      const { bins, values, cumulative } = seriesOf(subject, window, select);
      const before = { trailing: trailingCounts(window, bars.driftTrailing), week: weekCounts };
      const scores = PRODUCTION.flatMap((reference) => {
        const compared = comparison(subject, reference, window, select);
        const counts = before[reference](bins.read);
        return [
          compared.referenceValues(before[reference](values.read)),
          compared.referenceShares(`${parenthesised(counts)}\n/ on (${labels}) group_left ()\n(${compared.valuesOfReference} > 0)`),
          ...compared.scores(
            bars,
            // Cumulative counts of the hours before would have to be recorded or read anew over a day each time.
            reference === 'week'
              ? `${cumulative(' offset 1w')}\n/ on (${labels}) group_left ()\n(${compared.valuesOfReference} > 0)`
              : undefined,
          ),
        ];
      });
      return window === bars.driftWindows[1] ? [...scores, ...trailingScores(subject, window, select)] : scores;
    },
  };
}

/**
 * The trailing hours before the long window against the baseline. In a whole day of them the rhythm of hours cancels out, so that drift shows that is too slow
 * for a window, too small beside the rhythm, or of too little traffic.
 */
function trailingScores(subject: Subject, window: string, select: Select): readonly RecordingRule[] {
  const { labels, baseline } = subject;
  const { record } = seriesOf(subject, window, select);
  const [trailing, reference] = [comparison(subject, 'trailing', window, select), comparison(subject, 'baseline', window, select)];
  const quantile = `max by (${labels}) (${select(`${baseline}_chi_square_quantile`)})`;
  const inverseCounts = `1 / (${trailing.valuesOfReference} > 0)\n+ on (${labels})\n1 / (${reference.valuesOfReference} > 0)`;
  const rule = (name: string, expr: string): RecordingRule => ({ record: record(name), expr, labels: { reference: 'baseline' } });
  return [
    rule('trailing_psi', psi(trailing.reference, reference.reference, `on (${labels}, bin)`, labels)),
    rule('trailing_psi_critical', `${parenthesised(inverseCounts)}\n* on (${labels})\n${quantile}`),
  ];
}

/** Names of what is recorded of a subject in a window, and how they are read. */
function seriesOf({ level, labels, counters }: Subject, window: string, select: Select) {
  const record = (metric: string) => `${level}:${counters}_${metric}:${window}`;
  const recorded = (name: string) => ({ record: name, read: select(name) });
  return {
    counters,
    record,
    bins: recorded(`${level}_bin:${counters}_bin:increase${window}`),
    values: recorded(record('values')),
    counted: `${select(record('values'))} > 0`,
    cumulative: (offset = '') => `sum by (${labels}, bin) (increase(${select(`${counters}_cumulative_total`)}[${window}]${offset}))`,
  };
}

/** What is recorded of a window against one reference. */
function comparison(subject: Subject, reference: DriftReference, window: string, select: Select) {
  const { level, labels } = subject;
  const { counters, record, counted, cumulative } = seriesOf(subject, window, select);
  const shares = `${level}_bin:${counters}_bin_ratio:${window}`;
  const referenceShares = `${level}_bin:${counters}_reference_bin_ratio:${window}`;
  const referenceValues = record('reference_values');
  const matcher = `reference="${reference}"`;
  const valuesOfReference = select(referenceValues, matcher);
  const [q, p] = [select(shares), select(referenceShares, matcher)];
  const on = `on (${labels}, bin)`;
  const inverseCounts = `1 / (${counted})\n+ on (${labels})\n1 / (${valuesOfReference} > 0)`;
  const rule = (name: string, expr: string): RecordingRule => ({ record: name, expr, labels: { reference } });
  return {
    shares,
    reference: p,
    everyReference: select(referenceShares),
    valuesOfReference,
    referenceShares: (expr: string) => rule(referenceShares, expr),
    referenceValues: (expr: string) => rule(referenceValues, expr),
    /** `cumulativeReference`: shares below the upper edge of each bin, where they are known. */
    scores(bars: AlertBars, cumulativeReference: string | undefined): readonly RecordingRule[] {
      const quantile = `max by (${labels}) (${select(`${subject.baseline}_chi_square_quantile`)})`;
      const gap = `${cumulative()}\n/ on (${labels}) group_left ()\n(${counted})`;
      return [
        rule(record('psi'), psi(q, p, on, labels)),
        rule(record('psi_critical'), `${parenthesised(inverseCounts)}\n* on (${labels})\n${quantile}`),
        rule(record('js_distance'), jensenShannonDistance(q, p, on, labels)),
        rule(record('js_distance_critical'), `sqrt(${select(record('psi_critical'), matcher)} / ${number(8 * Math.LN2)})`),
        ...(cumulativeReference === undefined
          ? []
          : [
              rule(record('ks'), largestGap(labels, gap, parenthesised(cumulativeReference))),
              rule(
                record('ks_critical'),
                `sqrt(\n  ${number(kolmogorovQuantile(bars.significance) ** 2)}\n  *\n${indent(parenthesised(inverseCounts))}\n)`,
              ),
            ]),
      ];
    },
  };
}

/** A share of 0 counts as the floor, on either side, so that its logarithm exists. */
function psi(q: string, p: string, on: string, labels: string): string {
  const floored = (share: string) => `(${share} + (${share} == bool 0) * ${SHARE_FLOOR})`;
  const both = (operation: '-' | '/') => `${floored(q)}\n${operation} ${on}\n${floored(p)}`;
  return `sum by (${labels}) (\n${indent(`${parenthesised(both('-'))}\n*\nln(\n${indent(both('/'))}\n)`)}\n)`;
}

/** p log2(p / m) is 0 where p is 0: the floor under the logarithm is never reached by a share of at least one value. */
function jensenShannonDistance(q: string, p: string, on: string, labels: string): string {
  const term = (side: string) => `${side} * ${on} log2(clamp_min(2 * ${side} / ${on} (${p} + ${on} ${q} > 0), 1e-300))`;
  // Rounding may leave a sum just below 0 where both sides agree.
  const divergence = `sum by (${labels}) (\n${indent(`${term(p)}\n+\n${term(q)}`)}\n) / 2`;
  return `sqrt(clamp_min(\n${indent(divergence)},\n  0\n))`;
}

const largestGap = (labels: string, share: string, reference: string): string =>
  `max by (${labels}) (\n  abs(\n${indent(`${share}\n-\n${reference}`, 4)}\n  )\n)`;

const FEATURES: Subject = {
  name: 'feature-drift',
  help: 'PSI, Jensen-Shannon distance and Kolmogorov-Smirnov of a feature, each with its critical value, and the values they rest on. The label `reference` says against what: `baseline`, `trailing` (the `alerts.driftTrailing` before the window) or `week` (the same window a week ago).',
  level: 'model_version_feature',
  labels: FEATURE_LABELS,
  counters: 'modelwatch_feature',
  baseline: 'modelwatch_baseline',
};
export const featureDrift = driftFamily(FEATURES);
export const featureDriftReferences = referencesFamily(FEATURES);

const OUTPUT: Subject = {
  name: 'output-drift',
  help: 'The same of the watched output.',
  level: 'model_version_role',
  labels: MODEL_LABELS,
  counters: 'modelwatch_output',
  baseline: 'modelwatch_baseline_output',
};
export const outputDrift = driftFamily(OUTPUT);
export const outputDriftReferences = referencesFamily(OUTPUT);

/** Of joined predictions: a window is that of the joins, later than the predictions by the delay of ground truth. */
const GROUND_TRUTH: Subject = {
  name: 'ground-truth-drift',
  help: "The same of ground truth against that of the baseline's evaluation, over what was joined in the window. Of a classification it is the share that came true.",
  level: 'model_version_role',
  labels: MODEL_LABELS,
  counters: 'modelwatch_ground_truth',
  baseline: 'modelwatch_baseline_ground_truth',
};
export const groundTruthDrift = driftFamily(GROUND_TRUTH);
export const groundTruthDriftReferences = referencesFamily(GROUND_TRUTH);
