import { describe, expect, it } from '@jest/globals';
import { joinPair } from '../pipeline/join.js';
import { createHistogramCounts, emptyEvents, emptyQuality, type SeriesTally, type StoreReadings } from '../store/index.js';
import { createLocalQuality, localQualityFamilies } from './local-quality.js';
import { SlicedRegistry } from './registry.js';

const WINDOW_SECONDS = 100;
const rule = { kind: 'probability', threshold: 0.5, slices: [] } as const;

function setUp(countMin = 100) {
  const series: SeriesTally[] = [];
  const state = { up: true, now: 1000 };
  const readings = (): StoreReadings => ({
    up: state.up,
    sizeBytes: 0,
    commitSeconds: createHistogramCounts([1]),
    queues: [],
    models: [],
    books: {},
    series,
  });
  const local = createLocalQuality(readings, WINDOW_SECONDS, countMin, { monotonicSeconds: () => state.now });
  const begin = () => {
    const tally: SeriesTally = { model: 'm', version: '1', role: 'champion', quality: emptyQuality(), events: emptyEvents(undefined) };
    series.push(tally);
    return tally;
  };
  return { local, series, state, begin };
}

/** So many pairs, of which a share is right; the score of a positive is 0.9 where it is right. */
function join(tally: SeriesTally, right: number, wrong: number): void {
  for (let i = 0; i < right + wrong; i++) {
    const truth = i % 2;
    const positive = i < right ? truth === 1 : truth === 0;
    joinPair(tally.quality, rule, { output: positive ? 0.9 : 0.1, truth, delaySeconds: 1, slices: [] });
  }
}

describe('local quality', () => {
  it('measures the pairs of the window and forgets those before it', () => {
    const { local, state, begin } = setUp();
    local.measure();
    const tally = begin();
    join(tally, 200, 0);
    expect(local.measure()).toEqual([{ model: 'm', version: '1', role: 'champion', accuracy: 1, auc: 1 }]);
    for (let slot = 0; slot < 10; slot++) {
      state.now += WINDOW_SECONDS / 10;
      local.measure();
    }
    join(tally, 300, 100);
    const [reading] = local.measure();
    expect(reading!.accuracy).toBe(0.75);
    // Of 150 right and 50 wrong positives and as many negatives: 0.75 rank by score alone, ties count half.
    expect(reading!.auc).toBeCloseTo(0.75 * 0.75 + 0.75 * 0.25, 12);
  });

  it('is silent below the minimum count, and where there is one class only', () => {
    const { local, begin } = setUp(300);
    local.measure();
    const tally = begin();
    join(tally, 299, 0);
    expect(local.measure()).toMatchObject([{ accuracy: undefined, auc: undefined }]);
    for (let i = 0; i < 100; i++) joinPair(tally.quality, rule, { output: NaN, truth: 1, delaySeconds: 1, slices: [] });
    expect(local.measure()).toMatchObject([{ accuracy: undefined, auc: undefined }]);
    join(tally, 1, 0);
    expect(local.measure()).toMatchObject([{ accuracy: 1, auc: 1 }]);
    const other = setUp();
    other.local.measure();
    const negatives = other.begin();
    for (let i = 0; i < 200; i++) joinPair(negatives.quality, rule, { output: 0.1, truth: 0, delaySeconds: 1, slices: [] });
    expect(other.local.measure()).toMatchObject([{ accuracy: 1, auc: undefined }]);
  });

  it('leaves out what the store had counted before, whether it is up at once or heals later', () => {
    for (const upAtOnce of [true, false]) {
      const { local, state, begin } = setUp();
      state.up = upAtOnce;
      if (!upAtOnce) expect(local.measure()).toEqual([]);
      const tally = begin();
      join(tally, 0, 1000);
      state.up = true;
      expect(local.measure()).toMatchObject([{ accuracy: undefined, auc: undefined }]);
      join(tally, 200, 0);
      expect(local.measure()).toMatchObject([{ accuracy: 1, auc: 1 }]);
    }
  });

  it('goes on when a store is exchanged for one that knows less', () => {
    const { local, series, begin } = setUp();
    local.measure();
    join(begin(), 500, 0);
    local.measure();
    series.length = 0;
    const tally = begin();
    join(tally, 400, 0);
    expect(local.measure()).toMatchObject([{ accuracy: undefined }]);
    join(tally, 0, 200);
    expect(local.measure()).toMatchObject([{ accuracy: 0 }]);
  });

  it('exports what it measures and nothing else', async () => {
    const { local, begin } = setUp();
    const registry = new SlicedRegistry();
    localQualityFamilies(registry, local);
    expect(
      (await registry.render('prometheus'))
        .toString()
        .split('\n')
        .filter((line) => !line.startsWith('#')),
    ).toEqual(['']);
    join(begin(), 150, 50);
    const lines = (await registry.render('prometheus'))
      .toString()
      .split('\n')
      .filter((line) => line.startsWith('modelwatch'));
    expect(lines).toEqual([
      'modelwatch_local_accuracy_ratio{model="m",version="1",role="champion"} 0.75',
      'modelwatch_local_auc_ratio{model="m",version="1",role="champion"} 0.75',
    ]);
  });
});
