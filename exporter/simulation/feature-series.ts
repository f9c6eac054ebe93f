import type { Conditions } from './conditions.js';
import type { Draws } from './draws.js';
import type { drawBaseline } from './feature-world.js';
import { shiftAt, type FeatureWorld } from './feature-world.js';
import type { Days } from './seasons.js';
import type { Labels, SeriesBook, Track } from './series-book.js';

interface FeatureTracks {
  readonly bins: readonly Track[];
  readonly values: Track;
  readonly missing: Track;
  readonly outOfRange: Track;
  readonly unseen: Track;
}

/** Counters of the features of one version on one replica, and the gauges of its baseline. */
export class FeatureSeries {
  readonly #tracks: readonly FeatureTracks[];
  readonly #worlds: readonly FeatureWorld[];

  constructor(book: SeriesBook, worlds: readonly FeatureWorld[], version: Labels, baselines: readonly ReturnType<typeof drawBaseline>[]) {
    this.#worlds = worlds;
    this.#tracks = worlds.map(({ feature, labels, trainingShares }, i) => {
      const of = { ...version, feature: feature.name };
      const baseline = baselines[i]!;
      book.gauge('modelwatch_baseline_values', of, baseline.values);
      book.gauge('modelwatch_baseline_missing_ratio', of, feature.missing);
      book.gauge('modelwatch_baseline_chi_square_quantile', of, baseline.chiSquareQuantile);
      trainingShares.forEach((_, bin) => book.gauge('modelwatch_baseline_bin_ratio', { ...of, bin: labels[bin]! }, baseline.shares[bin]));
      return {
        bins: labels.map((bin) => book.counter('modelwatch_feature_bin_total', { ...of, bin })),
        values: book.counter('modelwatch_feature_values_total', of),
        missing: book.counter('modelwatch_feature_missing_total', of),
        outOfRange: book.counter('modelwatch_feature_out_of_range_total', of),
        unseen: book.counter('modelwatch_feature_unseen_total', of),
      };
    });
  }

  /** Counts so many predictions; tells how far each feature was moved. */
  count(predictions: number, hour: number, days: Days, conditions: Conditions, draws: Draws): readonly number[] {
    return this.#worlds.map((world, i) => {
      const { feature } = world;
      const tracks = this.#tracks[i]!;
      const shift = shiftAt(world, i, hour, days, conditions);
      const scale = conditions.scale.get(feature.name) ?? 1;
      const missing = draws.binomial(predictions, Math.min(1, feature.missing + (conditions.missing.get(feature.name) ?? 0)));
      const counts = draws.multinomial(predictions - missing, world.sharesAt(shift, scale));
      counts.forEach((count, bin) => tracks.bins[bin]!.add(count));
      tracks.values.add(predictions);
      tracks.missing.add(missing);
      tracks.outOfRange.add(draws.binomial(predictions - missing, world.outOfRangeAt(shift, scale)));
      return shift;
    });
  }
}
