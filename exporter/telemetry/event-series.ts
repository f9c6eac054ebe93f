import { EVENT_KINDS, EVENT_SECONDS_BUCKETS, metric, type EventKind } from '@modelwatch/core';
import { ALL_MODELS, createHistogramCounts, OTHER_MODELS, type LogTally, type StoreReadings } from '../store/index.js';
import { readHistogramFamily } from './histogram-lines.js';
import { labelText } from './label-text.js';
import type { SlicedRegistry } from './registry.js';
import { readFamily } from './series.js';

/** Kinds whose durations have a series from the start; those of other kinds come with their first end. */
const TRAINING: readonly EventKind[] = ['retrain', 'training_job'];
const NO_DURATION = createHistogramCounts(EVENT_SECONDS_BUCKETS);

/**
 * Registers what the log of events counts. Configured models have their series from the start, so that the first failure is an increase; a model that
 * is configured no longer has none, as everywhere.
 */
export function eventFamilies(registry: SlicedRegistry, readings: () => StoreReadings, models: () => Iterable<string>): void {
  const shown = function* (): Generator<readonly [model: string, kind: EventKind, tally: LogTally | undefined]> {
    const tallies = new Map((readings().books.events ?? []).map((tally) => [`${tally.model} ${tally.kind}`, tally]));
    for (const model of [...models(), ALL_MODELS, OTHER_MODELS]) {
      for (const kind of EVENT_KINDS) yield [model, kind, tallies.get(`${model} ${kind}`)];
    }
  };
  const events = metric('modelwatch_log_events_total');
  registry.add(
    readFamily(events, function* () {
      for (const [model, kind, tally] of shown()) yield [labelText(events.labels, [model, kind]), tally?.begun ?? 0];
    }),
  );
  const ended = metric('modelwatch_log_events_ended_total');
  registry.add(
    readFamily(ended, function* () {
      for (const [model, kind, tally] of shown()) {
        for (const outcome of ['succeeded', 'failed'] as const)
          yield [labelText(ended.labels, [model, kind, outcome]), tally?.[outcome] ?? 0];
      }
    }),
  );
  const duration = metric('modelwatch_log_event_duration_seconds');
  registry.add(
    readHistogramFamily(duration, function* () {
      for (const [model, kind, tally] of shown()) {
        if (TRAINING.includes(kind) || (tally !== undefined && tally.duration.counts.some((count) => count > 0)))
          yield [labelText(duration.labels, [model, kind]), tally?.duration ?? NO_DURATION];
      }
    }),
  );
  const latest = metric('modelwatch_log_event_timestamp_seconds');
  registry.add(
    readFamily(latest, function* () {
      for (const [model, kind, tally] of shown())
        if (tally?.latestSeconds !== undefined) yield [labelText(latest.labels, [model, kind]), tally.latestSeconds];
    }),
  );
}
