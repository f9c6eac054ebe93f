import { describe, expect, it } from '@jest/globals';
import { Confusion, ErrorSums, Frequencies, quantileBinning, ScoreBins, seededRandom } from '@modelwatch/core';
import { emptyQuality, qualityToJSON } from '../store/index.js';
import { addCounts, countsSince, isNothing } from './additive.js';

const binning = quantileBinning(Array.from({ length: 100 }, (_, i) => i));
const frequencies = (values: readonly (number | null)[]) => {
  const counts = new Frequencies(binning);
  for (const value of values) counts.update(value);
  return counts;
};

describe('counts as JSON', () => {
  it('add up as the sketches that they are of', () => {
    const random = seededRandom(1);
    const [a, b] = [0, 1].map(() => Array.from({ length: 50 }, () => (random() < 0.1 ? null : 120 * random() - 10)));
    expect(addCounts(frequencies(a!).toJSON(), frequencies(b!).toJSON())).toEqual(frequencies([...a!, ...b!]).toJSON());
    const sketches = [0, 1].map(() => {
      const made = { confusion: new Confusion(), scores: new ScoreBins(), errors: new ErrorSums() };
      for (let i = 0; i < 40; i++) {
        const [score, truth] = [random(), random() < 0.5 ? 1 : 0] as const;
        made.confusion.update({ predicted: score > 0.5 ? 1 : 0, truth });
        made.scores.update({ score, truth });
        made.errors.update({ estimate: Math.round(score * 8) / 8, truth });
      }
      return made;
    });
    for (const kind of ['confusion', 'scores'] as const) {
      const added = addCounts<object>(sketches[0]![kind].toJSON(), sketches[1]![kind].toJSON());
      (sketches[0]![kind] as Confusion).merge(sketches[1]![kind] as Confusion);
      expect(added).toEqual(sketches[0]![kind].toJSON());
    }
  });

  it('tell what was counted since, and that they were begun anew', () => {
    const [before, since] = [
      [1, 2, null, 400],
      [7, 7, 80, null],
    ];
    const now = frequencies([...before, ...since]).toJSON();
    expect(countsSince(now, frequencies(before).toJSON())).toEqual(frequencies(since).toJSON());
    expect(countsSince(frequencies([1]).toJSON(), now)).toBeUndefined();
    expect(isNothing(countsSince(now, now))).toBe(true);
    expect(isNothing(now)).toBe(false);
    expect(isNothing(qualityToJSON(emptyQuality()))).toBe(true);
  });
});
