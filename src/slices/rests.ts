import type { Sketch } from '../contracts/sketch.js';

/**
 * For each sketch all the others merged; undefined for the only one. From both ends and never by subtraction, so that sums keep their precision
 * where one sketch holds most of them. Cost: linear in the sketches, of which it makes three copies each.
 */
export function restsOf<S extends Sketch<never, S>>(sketches: readonly S[]): (S | undefined)[] {
  // after[i] holds those behind i; before, in its turn, those ahead of it.
  const after = new Array<S | undefined>(sketches.length).fill(undefined);
  for (let i = sketches.length - 2; i >= 0; i--) after[i] = mergedOf([sketches[i + 1], after[i + 1]]);
  let before: S | undefined;
  return sketches.map((sketch, i) => {
    const rest = mergedOf([before, after[i]]);
    before = mergedOf([before, sketch]);
    return rest;
  });
}

/** A copy of the first that is there, with the others merged into it. */
export function mergedOf<S extends Sketch<never, S>>(sketches: readonly (S | undefined)[]): S | undefined {
  let merged: S | undefined;
  for (const sketch of sketches) {
    if (sketch === undefined) continue;
    if (merged === undefined) merged = sketch.clone();
    else merged.merge(sketch);
  }
  return merged;
}
