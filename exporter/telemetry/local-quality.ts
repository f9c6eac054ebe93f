import { accuracy, auc, Confusion, metric, ScoreBins, type Reading } from '@modelwatch/core';
import type { Clock } from '../clock.js';
import { createLocalWindow, type LocalWindow } from '../pipeline/local-window.js';
import type { QualityTally, SeriesTally, StoreReadings } from '../store/index.js';
import { labelText } from './label-text.js';
import type { SlicedRegistry } from './registry.js';
import { readFamily } from './series.js';

/** Quality over the pairs joined within a trailing window, by series. What is below the minimum count is left out. */
export interface LocalQuality {
  measure(): readonly LocalQualityReading[];
}

export interface LocalQualityReading {
  readonly model: string;
  readonly version: string;
  readonly role: string;
  readonly accuracy: number | undefined;
  readonly auc: number | undefined;
}

const OUTCOME_COUNT = 4;

/** One series in its window; `present` is what the window reads. */
interface Watched {
  readonly present: { counts: Float64Array };
  readonly window: LocalWindow;
}

/**
 * Watches the counts of joined pairs, which only grow, through a trailing window. Call `measure` at each scrape: the window moves with it.
 * What the store had counted before it was first up is history and in no window; so is all of a store with lower counts that takes its place.
 */
export function createLocalQuality(
  readings: () => StoreReadings,
  windowSeconds: number,
  countMin: number,
  clock: Pick<Clock, 'monotonicSeconds'>,
): LocalQuality {
  const watched = new Map<string, Watched>();
  let seenUp = false;

  const watch = (from: Float64Array, now: number): Watched => {
    const present = { counts: from };
    return { present, window: createLocalWindow([present], windowSeconds, now) };
  };
  const windowOf = ({ model, version, role, quality }: SeriesTally, now: number): LocalWindow => {
    const key = JSON.stringify([model, version, role]);
    const counts = countsOf(quality);
    let entry = watched.get(key);
    // A series that the store did not have before has begun since: all of it is in the window.
    if (entry === undefined) entry = watch(seenUp ? new Float64Array(counts.length) : counts, now);
    else if (entry.present.counts.some((before, i) => before > counts[i]!)) entry = watch(counts, now);
    watched.set(key, entry);
    entry.present.counts = counts;
    entry.window.tick(now);
    return entry.window;
  };
  return {
    measure() {
      const { up, series } = readings();
      if (!seenUp && !up) return [];
      const now = clock.monotonicSeconds();
      const measured = series.map((tally) => readingOf(tally, windowOf(tally, now).countsOf(0), countMin));
      seenUp = true;
      return measured;
    },
  };
}

/** Registers quality of this sidecar's trailing window: a convenience of the single replica, named so. */
export function localQualityFamilies(registry: SlicedRegistry, local: LocalQuality): void {
  const add = (name: 'modelwatch_local_accuracy_ratio' | 'modelwatch_local_auc_ratio', field: 'accuracy' | 'auc') =>
    registry.add(
      readFamily(metric(name), function* () {
        for (const reading of local.measure()) {
          const value = reading[field];
          if (value !== undefined) yield [labelText(['model', 'version', 'role'], [reading.model, reading.version, reading.role]), value];
        }
      }),
    );
  add('modelwatch_local_accuracy_ratio', 'accuracy');
  add('modelwatch_local_auc_ratio', 'auc');
}

/** Outcomes, then positives by bin, then negatives by bin. */
function countsOf({ confusion, scores }: QualityTally): Float64Array {
  const { truePositive, falsePositive, trueNegative, falseNegative } = confusion;
  return Float64Array.of(truePositive, falsePositive, trueNegative, falseNegative, ...scores.positive, ...scores.negative);
}

function readingOf({ model, version, role }: SeriesTally, counts: Float64Array, countMin: number): LocalQualityReading {
  const [truePositive, falsePositive, trueNegative, falseNegative] = counts as unknown as readonly [number, number, number, number];
  const confusion = Confusion.fromJSON({ truePositive, falsePositive, trueNegative, falseNegative });
  const bins = (counts.length - OUTCOME_COUNT) / 2;
  const scores = ScoreBins.fromJSON({
    positive: [...counts.subarray(OUTCOME_COUNT, OUTCOME_COUNT + bins)],
    negative: [...counts.subarray(OUTCOME_COUNT + bins)],
    missing: 0,
  });
  return {
    model,
    version,
    role,
    accuracy: confusion.count < countMin ? undefined : valueOf(accuracy.measure(confusion)),
    auc: scores.count < countMin ? undefined : valueOf(auc.measure(scores)),
  };
}

function valueOf(reading: Reading): number | undefined {
  return reading.kind === 'measured' ? reading.value : undefined;
}
