import { differenceInterval, type IntervalReading } from '../../math/index.js';

/**
 * How far a model's quality is from the quality recorded when it was evaluated: live less recorded, with an interval.
 *
 * Formula: the difference; its bounds from the distances of both values from theirs, squared and added. Of two accuracies it is Newcombe's interval.
 *
 * Use it for: whether a model does in production what it did in evaluation, when the interval leaves 0 out. Not for: two models on the same
 * predictions, which are not independent.
 * In the unit of the metric; -1..1 for shares. 0: as good as in evaluation. Undetermined where either side is, for too little data first.
 * Cost: constant.
 * Source: Newcombe, "Interval estimation for the difference between independent proportions", 1998, method 10; Zou and Donner, 2008.
 */
export function predictionSkew({
  live,
  recorded,
}: {
  readonly live: IntervalReading;
  readonly recorded: IntervalReading;
}): IntervalReading {
  if (live.kind === 'undetermined') return recorded.kind === 'undetermined' && recorded.reason === 'insufficient_data' ? recorded : live;
  if (recorded.kind === 'undetermined') return recorded;
  return { kind: 'measured', ...differenceInterval(live, recorded) };
}

/**
 * A recorded quality of which the number alone was kept, taken as exact. The interval of the skew is then that of the live quality alone: too narrow
 * by a factor of sqrt(1 + live / evaluated predictions), 1.4 where there are as many of both.
 *
 * @example exactQuality(0.9) // { kind: 'measured', value: 0.9, lower: 0.9, upper: 0.9 }
 */
export function exactQuality(value: number): IntervalReading {
  return { kind: 'measured', value, lower: value, upper: value };
}
