import { greatestDiscountedGain, NDCG_PLACES } from '@modelwatch/core';
import type { Conditions } from './conditions.js';
import type { Draws } from './draws.js';
import type { Labels, SeriesBook, Track } from './series-book.js';
import type { SimulatedModel } from './simulated-model.js';

const GOLDEN_ROWS = 100;
const EXPLAINED_SHARE = 0.1;
/** What the explainer's share of a core has time for in one step. */
const EXPLAINED_MAX = 40;

/** Golden rows and explanations of one version on one replica. */
export class UpkeepSeries {
  readonly #goldenFailures: Track;
  readonly #explanationFailures: Track;
  readonly #explained: Track;
  readonly #positive: readonly Track[];
  readonly #negative: readonly Track[];
  readonly #shares: readonly number[];

  constructor(book: SeriesBook, { features }: SimulatedModel, of: Labels, version: Labels) {
    book.gauge('modelwatch_golden_rows', of, GOLDEN_ROWS);
    book.gauge('modelwatch_golden_row_difference_max', of);
    this.#goldenFailures = book.gauge('modelwatch_golden_row_failures', of);
    this.#explanationFailures = book.gauge('modelwatch_golden_explanation_failures', of);
    this.#explained = book.counter('modelwatch_explanation_outcomes_total', { ...of, outcome: 'explained' });
    // Each feature decides seven tenths of what the one before it does.
    const weights = features.map((_, i) => 0.7 ** i);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    this.#shares = weights.map((weight) => weight / total);
    const ofFeature = (feature: string) => ({ ...version, feature });
    features.forEach(({ name }, i) => book.gauge('modelwatch_baseline_attribution_ratio', ofFeature(name), this.#shares[i]));
    book.gauge('modelwatch_baseline_attribution_gain_ratio', of, greatestDiscountedGain(this.#shares, NDCG_PLACES));
    this.#positive = features.map(({ name }) => book.counter('modelwatch_attribution_positive_total', ofFeature(name)));
    this.#negative = features.map(({ name }) => book.counter('modelwatch_attribution_negative_total', ofFeature(name)));
  }

  explain(predictions: number, conditions: Conditions, draws: Draws): void {
    this.#goldenFailures.value = conditions.goldenFailures;
    this.#explanationFailures.value = conditions.goldenExplanationFailures;
    const explained = Math.min(EXPLAINED_MAX, draws.binomial(predictions, EXPLAINED_SHARE));
    if (explained === 0) return;
    this.#explained.add(explained);
    const shares = conditions.attributionsReversed ? this.#shares.toReversed() : this.#shares;
    shares.forEach((share, i) => {
      // A mean of absolute values of so many rows has about this error.
      const sum = share * explained * 0.1 * Math.max(0.01, 1 + (0.8 / Math.sqrt(explained)) * draws.normal());
      const positive = draws.uniform();
      this.#positive[i]!.add(sum * positive);
      this.#negative[i]!.add(sum * (1 - positive));
    });
  }
}

/** What a sidecar says of itself and of its model, whatever the version. */
export class SidecarSeries {
  readonly up: Track;
  readonly pending: Track;
  readonly newestTruth: Track;
  readonly #denied: Track;
  readonly #queue: Track;

  constructor(book: SeriesBook, model: SimulatedModel) {
    this.up = book.up();
    this.pending = book.gauge('modelwatch_predictions_pending', { model: model.name });
    this.newestTruth = book.gauge('modelwatch_ground_truth_newest_timestamp_seconds', { model: model.name });
    this.newestTruth.present = false;
    this.#denied = book.counter('modelwatch_access_denied_total', deniedLabels());
    this.#queue = book.gauge('modelwatch_queue_entries', { queue: 'watch' });
    book.gauge('modelwatch_queue_capacity_entries', { queue: 'watch' }, 10_000);
    book.counter('modelwatch_queue_dropped_total', { queue: 'watch', reason: 'full' });
    book.counter('modelwatch_watch_errors_total', { stage: 'observe' });
    book.counter('modelwatch_watch_skipped_total', { model: model.name, reason: 'undecodable' });
    book.gauge('modelwatch_store_up', {}, 1);
  }

  step(predictions: number, draws: Draws): void {
    this.up.value = 1;
    this.#denied.add(draws.poisson(0.01));
    this.#queue.value = draws.poisson(predictions / 500);
  }
}

const deniedLabels = (): Labels => ({ route: '/v1/models', reason: 'token_unknown' });
