import { describe, expect, it } from '@jest/globals';
import { seededRandom, wilsonInterval, type IntervalReading } from '../../index.js';
import { goldenCases } from './conformance.js';
import { exactQuality, predictionSkew } from './index.js';

interface GoldenCase {
  readonly live: readonly [number, number];
  readonly recorded: readonly [number, number];
  readonly confidence: number;
  readonly value: number;
  readonly bounds: readonly [number, number];
}

const accuracyOf = ([right, count]: readonly [number, number], confidence: number): IntervalReading => ({
  kind: 'measured',
  ...wilsonInterval(right / count, count, confidence),
});
const tooLittle: IntervalReading = { kind: 'undetermined', reason: 'insufficient_data' };
const undefinedReading: IntervalReading = { kind: 'undetermined', reason: 'undefined' };

describe('prediction skew', () => {
  it.each(goldenCases<GoldenCase>('prediction-skew'))(
    "of accuracies has Newcombe's interval, as statsmodels: $live against $recorded at $confidence",
    ({ live, recorded, confidence, value, bounds: [lower, upper] }) => {
      expect(predictionSkew({ live: accuracyOf(live, confidence), recorded: accuracyOf(recorded, confidence) })).toEqual({
        kind: 'measured',
        value: expect.closeTo(value, 12) as unknown,
        lower: expect.closeTo(lower, 12) as unknown,
        upper: expect.closeTo(upper, 12) as unknown,
      });
    },
  );

  it('against a number alone has the interval of the live quality', () => {
    const live = accuracyOf([870, 1000], 0.95);
    if (live.kind === 'undetermined') throw new Error(live.reason);
    const { lower, upper } = live;
    expect(predictionSkew({ live, recorded: exactQuality(0.5) })).toEqual({
      kind: 'measured',
      value: expect.closeTo(0.37, 12) as unknown,
      lower: expect.closeTo(lower - 0.5, 12) as unknown,
      upper: expect.closeTo(upper - 0.5, 12) as unknown,
    });
  });

  it('is undetermined where either side is, for too little data first', () => {
    const known = exactQuality(0.9);
    expect(predictionSkew({ live: known, recorded: tooLittle })).toEqual(tooLittle);
    expect(predictionSkew({ live: undefinedReading, recorded: known })).toEqual(undefinedReading);
    expect(predictionSkew({ live: undefinedReading, recorded: tooLittle })).toEqual(tooLittle);
    expect(predictionSkew({ live: tooLittle, recorded: undefinedReading })).toEqual(tooLittle);
  });

  it('leaves 0 out in 3.5 to 6.5 of 100 draws where there is none, at 0.95', () => {
    const random = seededRandom(11);
    const right = (count: number) => {
      let sum = 0;
      for (let i = 0; i < count; i++) sum += random() < 0.9 ? 1 : 0;
      return [sum, count] as const;
    };
    let outside = 0;
    for (let draw = 0; draw < 2000; draw++) {
      const skew = predictionSkew({ live: accuracyOf(right(300), 0.95), recorded: accuracyOf(right(1000), 0.95) });
      if (skew.kind === 'measured' && (skew.lower > 0 || skew.upper < 0)) outside++;
    }
    expect(outside / 2000).toBeGreaterThan(0.035);
    expect(outside / 2000).toBeLessThan(0.065);
  });
});
