import { OTHER_BIN } from '../contracts/binning.js';
import type { IntervalReading } from '../math/index.js';
import { Confusion } from '../sketches/index.js';
import { shareDifference, shareRatio, shareReading, undetermined, type Share } from './proportions.js';
import { restsOf } from './rests.js';

/** Fewest cases on either side of which a comparison is measured: the standard error of a share is then at most 0.05. */
export const GROUP_COUNT_MIN = 100;

export interface FairnessOptions {
  /** The group that all others are compared with; each with the rest, where left out. */
  readonly reference?: string;
  readonly confidence?: number;
  readonly countMin?: number;
}

/** A comparison of a group with its reference, and the cases on both sides: predictions, or positive ground truths for recall. */
export interface GroupComparison {
  readonly reading: IntervalReading;
  readonly count: number;
  readonly referenceCount: number;
}

export interface GroupFairness {
  /** The slice value. */
  readonly group: string;
  /** The group's own share of positive predictions, and its recall, each with Wilson's interval. */
  readonly positiveRate: IntervalReading;
  readonly recall: IntervalReading;
  readonly positiveRateDifference: GroupComparison;
  readonly disparateImpact: GroupComparison;
  readonly recallDifference: GroupComparison;
}

/**
 * How a model treats groups, from the confusion counts of each: group less reference, or group by reference. The reference is the rest, all other
 * groups together, or a named group.
 *
 * Positive-rate difference: share of positive predictions, (TP + FP) / n, group less reference. Range -1..1, 0 is alike.
 * Disparate impact: the same shares, group by reference. Range from 0, 1 is alike.
 * Recall difference: TP / (TP + FN), group less reference. Range -1..1, 0 is alike; also called equal opportunity difference.
 *
 * Intervals: Newcombe's for differences; for the ratio Fieller's made of Wilson bounds. Whether a positive prediction is to a group's good
 * or harm, and what is too far apart, the code does not know: rules judge.
 *
 * Undetermined below `countMin` cases in the group or in the reference (100 unless said otherwise); undefined where there are predictions enough and no
 * positive ground truth (recall), or no positive prediction in the reference (disparate impact). `__other__` is no group, but part of the rest.
 * Cost: some merges and three intervals for each group. Changes no sketch.
 *
 * Source: Feldman et al., "Certifying and removing disparate impact", 2015, definition 1.1; Hardt, Price, Srebro, "Equality of opportunity in
 * supervised learning", 2016, definition 2.2.
 */
export function groupFairness(groups: ReadonlyMap<string, Confusion>, options: FairnessOptions = {}): GroupFairness[] {
  const { reference, confidence = 0.95, countMin = GROUP_COUNT_MIN } = options;
  if (!(countMin >= 1)) throw new RangeError(`fairness needs a least count of at least 1, got ${countMin}`);
  const named = reference === undefined ? undefined : (groups.get(reference) ?? new Confusion());
  const rests = named === undefined ? restsOf([...groups.values()]) : [];
  return [...groups]
    .map(([group, confusion], i) => fairnessOf(group, confusion, named ?? rests[i] ?? new Confusion(), { confidence, countMin }))
    .filter(({ group }) => group !== OTHER_BIN && group !== reference);
}

interface Bounds {
  readonly confidence: number;
  readonly countMin: number;
}

function fairnessOf(group: string, confusion: Confusion, reference: Confusion, bounds: Bounds): GroupFairness {
  const [positive, positiveOfReference] = [positiveRate(confusion), positiveRate(reference)];
  const [recalled, recalledOfReference] = [recall(confusion), recall(reference)];
  const { confidence, countMin } = bounds;
  const alone = (share: Share) =>
    undetermined(countMin, { count: share.total, predictions: confusion.count }) ?? shareReading(share, confidence);
  const compared = (a: Share, b: Share, compare: typeof shareDifference): GroupComparison => ({
    reading:
      undetermined(countMin, { count: a.total, predictions: confusion.count }, { count: b.total, predictions: reference.count }) ??
      compare(a, b, confidence),
    count: a.total,
    referenceCount: b.total,
  });
  return {
    group,
    positiveRate: alone(positive),
    recall: alone(recalled),
    positiveRateDifference: compared(positive, positiveOfReference, shareDifference),
    disparateImpact: compared(positive, positiveOfReference, shareRatio),
    recallDifference: compared(recalled, recalledOfReference, shareDifference),
  };
}

function positiveRate({ truePositive, falsePositive, count }: Confusion): Share {
  return { cases: truePositive + falsePositive, total: count };
}

function recall({ truePositive, falseNegative }: Confusion): Share {
  return { cases: truePositive, total: truePositive + falseNegative };
}
