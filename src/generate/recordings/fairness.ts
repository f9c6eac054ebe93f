import { indent, summedIncrease } from '../promql.js';
import type { RecordingRule } from '../rule-file.js';
import { matcherOf, promString } from '../selector.js';
import { driftWindows } from './recording-family.js';
import type { RecordingFamily } from './recording-family.js';
import { ofValue, ofValueBy, OWN_VALUES, reach, shareRules, SLICE_LABELS, VALUE_LABELS, type SliceSeries } from './slice-shares.js';

/** A slice whose values are groups that are to be treated alike, and the group that the others are compared with; the largest, where left out. */
export interface FairSlice {
  readonly slice: string;
  readonly reference: string | undefined;
}

const RATES = {
  positive_rate: { hits: 'true_positive|false_positive', cases: 'true_positive|false_positive|true_negative|false_negative' },
  recall: { hits: 'true_positive', cases: 'true_positive|false_negative' },
} as const;

/**
 * Fairness by group: share of positive predictions and recall, each less that of the reference group, and the ratio of the positive shares (disparate
 * impact). Bounds at the confidence 1 - significance, Newcombe's of a difference, and Fieller's made of Wilson's of the ratio. Absent below 100 cases on
 * either side, as in the core.
 */
export const fairness: RecordingFamily = {
  name: 'fairness',
  help: 'Of slices with `fairness`: positive rate and recall of each group less those of the reference group, and disparate impact, with counts and bounds.',
  windows: driftWindows,
  rules({ window, bars, select, fair }) {
    if (fair.length === 0) return [];
    const series = { window, select, confidence: 1 - bars.significance };
    return [...rates(series), ...references(series, fair), ...differences(series), ...impact(series)];
  },
};

function rates(series: SliceSeries): RecordingRule[] {
  const { window, select } = series;
  const name = (metric: string) => ofValueBy('rate', metric, window);
  const counted = Object.entries(RATES).flatMap(([rate, of]) =>
    Object.entries(of).map(([metric, outcomes]) => ({
      record: name(`group_${metric}`),
      expr: summedIncrease(
        VALUE_LABELS,
        select('modelwatch_slice_confusion_total', matcherOf('outcome', outcomes.split('|')), OWN_VALUES),
        window,
      ),
      labels: { rate },
    })),
  );
  return [
    ...counted,
    ...shareRules(series, { hits: name('group_hits'), cases: name('group_cases'), name: (bound) => name(`group_rate${bound}`) }),
  ];
}

/** Which group is the reference of its slice, by its predictions; and its rates, by slice. */
function references({ window, select }: SliceSeries, fair: readonly FairSlice[]): RecordingRule[] {
  const cases = ofValueBy('rate', 'group_cases', window);
  const marker = ofValue('reference_group_predictions', window);
  const largest = fair.filter(({ reference }) => reference === undefined).map(({ slice }) => slice);
  const of = (...matchers: string[]) => select(cases, 'rate="positive_rate"', ...matchers);
  const chosen = [
    ...fair.flatMap(({ slice, reference }) =>
      reference === undefined ? [] : [of(`slice=${promString(slice)}`, `slice_value=${promString(reference)}`)],
    ),
    ...(largest.length === 0 ? [] : [`topk by (${SLICE_LABELS}) (1, ${of(`slice=~${promString(largest.map(literal).join('|'))}`)})`]),
  ];
  return [
    { record: marker, expr: `sum without (rate) (\n${indent(chosen.join('\nor\n'))}\n)` },
    ...['group_cases', 'group_rate', 'group_rate_lower', 'group_rate_upper'].map((metric) => ({
      record: `model_version_role_slice_rate:modelwatch_slice_${metric.replace('group', 'reference')}:${window}`,
      expr: `max by (${SLICE_LABELS}, rate) (\n  ${select(ofValueBy('rate', metric, window))}\n  and on (${VALUE_LABELS})\n  ${select(marker)}\n)`,
    })),
  ];
}

/** Names hold dots, which stand for themselves. */
const literal = (name: string): string => name.replaceAll('.', '\\.');

/** A rate of each group but the reference, and that of the reference brought to it. */
const sides = ({ window, select }: SliceSeries) => ({
  group: (metric: string, ...matchers: string[]) => select(ofValueBy('rate', `group_${metric}`, window), ...matchers),
  reference: (metric: string, ...matchers: string[]) =>
    select(`model_version_role_slice_rate:modelwatch_slice_reference_${metric}:${window}`, ...matchers),
  butReference: `unless on (${VALUE_LABELS})\n${select(ofValue('reference_group_predictions', window))}`,
  on: `on (${SLICE_LABELS}, rate) group_left ()`,
});

function differences(series: SliceSeries): RecordingRule[] {
  const { group, reference, butReference, on } = sides(series);
  const name = (bound: string) => ofValueBy('rate', `rate_difference${bound}`, series.window);
  const difference = series.select(name(''));
  const distance = (of: 'group' | 'reference', bound: 'lower' | 'upper') => {
    const side = of === 'group' ? group : reference;
    return bound === 'lower' ? ([side('rate'), side('rate_lower')] as const) : ([side('rate_upper'), side('rate')] as const);
  };
  return [
    { record: name(''), expr: `${group('rate')}\n- ${on}\n${reference('rate')}\n${butReference}` },
    {
      record: name('_lower'),
      expr: `${difference}\n- ${reach(distance('group', 'lower'), distance('reference', 'upper'), ` ${on}`)}`,
    },
    {
      record: name('_upper'),
      expr: `${difference}\n+ ${reach(distance('group', 'upper'), distance('reference', 'lower'), ` ${on}`)}`,
    },
  ];
}

/** Lesser and greater roots as in the core's `shareRatio`. */
function impact(series: SliceSeries): RecordingRule[] {
  const { group, reference, butReference } = sides(series);
  const only = 'rate="positive_rate"';
  const name = (bound: string) => ofValue(`disparate_impact_ratio${bound}`, series.window);
  const own = (metric: string) => `sum without (rate) (${group(metric, only)})`;
  const to = `on (${SLICE_LABELS}) group_left ()`;
  const than = (metric: string) => `sum without (rate) (${reference(metric, only)})`;
  const product = `${own('rate')} * ${to} ${than('rate')}`;
  /** s (2 r - s) of a rate and its bound. */
  const spread = (side: (metric: string) => string, bound: 'lower' | 'upper') =>
    `(${side(`rate_${bound}`)} * (2 * ${side('rate')} - ${side(`rate_${bound}`)}))`;
  const root = (ownBound: 'lower' | 'upper', thanBound: 'lower' | 'upper') =>
    `sqrt(clamp_min((${product}) ^ 2 - ${spread(own, ownBound)} * ${to} ${spread(than, thanBound)}, 0))`;
  const lower = `${spread(own, 'lower')}\n/\n(${product} + ${root('lower', 'upper')} > 0)`;
  return [
    { record: name(''), expr: `sum by (${VALUE_LABELS}) (${group('rate', only)})\n/ ${to}\n(${than('rate')} > 0)\n${butReference}` },
    {
      record: name('_lower'),
      // A group without a positive prediction is at 0.
      expr: `(\n${indent(`(${lower})\nor\n${own('rate')} == 0`)}\n)\nand\n${series.select(name(''))}`,
    },
    {
      record: name('_upper'),
      expr: `(${product} + ${root('upper', 'lower')})\n/ ${to}\n${spread(than, 'lower')}\nand\n${series.select(name(''))}`,
    },
  ];
}
