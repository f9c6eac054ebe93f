import { QuantileSketch } from '../sketches/index.js';
import { assertEqualBinsMax } from './equal-bins.js';
import type { StatisticInput } from './statistic.js';

/** Two distribution functions as steps at the same ascending values: the shares at or below each value. */
export interface ComparedSteps {
  readonly values: readonly number[];
  readonly current: readonly number[];
  readonly reference: readonly number[];
  /** Shares of both counted together. */
  readonly pooled: readonly number[];
}

interface Step {
  readonly key: number;
  readonly value: number;
  readonly weight: number;
}

/**
 * The distribution functions of two quantile sketches. Where one is coarser, the other is made as coarse first: else the same values would stand
 * at places a thousandth apart, and seem to differ. Exact where both are. Cost: a sort of the atoms.
 */
export function compareSteps(name: string, input: StatisticInput<'quantiles'>): ComparedSteps {
  assertEqualBinsMax(name, input);
  const { current, reference } = input;
  const level = Math.max(levelOf(current), levelOf(reference));
  const [a, b] = [stepsAt(level, current), stepsAt(level, reference)];
  const steps = { values: [] as number[], current: [] as number[], reference: [] as number[], pooled: [] as number[] };
  let [i, j, below, referenceBelow] = [0, 0, 0, 0];
  while (i < a.length || j < b.length) {
    const [keyA, keyB] = [a[i]?.key ?? Infinity, b[j]?.key ?? Infinity];
    const atA = keyA <= keyB ? a[i++] : undefined;
    const atB = keyB <= keyA ? b[j++] : undefined;
    below += atA?.weight ?? 0;
    referenceBelow += atB?.weight ?? 0;
    // Both are in one bin, but may stand apart where a bin's middle lies beyond the greatest value seen.
    const value = atA?.value ?? atB!.value;
    steps.values.push(value + ((atB?.value ?? value) - value) / 2);
    steps.current.push(below / current.count);
    steps.reference.push(referenceBelow / reference.count);
    steps.pooled.push((below + referenceBelow) / (current.count + reference.count));
  }
  return steps;
}

function levelOf(sketch: QuantileSketch): number {
  return sketch.toJSON().level;
}

function stepsAt(level: number, sketch: QuantileSketch): Step[] {
  const aligned = levelOf(sketch) === level ? sketch : coarsened(sketch, level);
  const { values, weights } = aligned.atoms();
  return aligned.toJSON().bins.map(([key], i) => ({ key, value: values[i]!, weight: weights[i]! }));
}

/** Merging takes the coarser level of both, so an empty sketch of a level brings another to it. */
function coarsened(sketch: QuantileSketch, level: number): QuantileSketch {
  const copy = sketch.clone();
  copy.merge(QuantileSketch.fromJSON({ binsMax: sketch.binsMax, level, bins: [], min: null, max: null, missing: 0 }));
  return copy;
}
