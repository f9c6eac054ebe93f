import type { Reading } from '../contracts/reading.js';

/**
 * Area under the ROC curve of scores by ground truth (0 or 1), row-aligned, ties counting half: Mann-Whitney's U / (P N). Pairs whose score is
 * NaN are left out. Scores of any range. Undefined with one class only.
 *
 * Cost: a sort, O(n log n).
 * Source: Hanley and McNeil, 1982; Mann and Whitney, 1947.
 *
 * @example exactAuc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]) // { kind: 'measured', value: 0.75 }
 */
export function exactAuc(scores: ArrayLike<number>, truths: ArrayLike<number>): Reading {
  if (scores.length !== truths.length)
    throw new RangeError(`auc needs a ground truth for each score, got ${truths.length} for ${scores.length}`);
  const positives = sortedScores(scores, truths, 1);
  const negatives = sortedScores(scores, truths, 0);
  if (positives.length === 0 || negatives.length === 0) return { kind: 'undetermined', reason: 'undefined' };
  let won = 0;
  let below = 0;
  let upTo = 0;
  for (const score of positives) {
    while (below < negatives.length && negatives[below]! < score) below++;
    while (upTo < negatives.length && negatives[upTo]! <= score) upTo++;
    won += (below + upTo) / 2;
  }
  return { kind: 'measured', value: won / (positives.length * negatives.length) };
}

function sortedScores(scores: ArrayLike<number>, truths: ArrayLike<number>, truth: 0 | 1): Float64Array {
  return Float64Array.from(scores)
    .filter((score, row) => truths[row] === truth && !Number.isNaN(score))
    .sort();
}
