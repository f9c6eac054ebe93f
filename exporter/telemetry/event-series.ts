import { EVENT_KINDS, EVENT_SECONDS_BUCKETS, metric, type EventKind } from '@modelwatch/core';
import { ALL_MODELS, createHistogramCounts, OTHER_MODELS, type LogTally, type OpenEvent, type StoreReadings } from '../store/index.js';
import type { Clock } from '../clock.js';
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
export function eventFamilies(registry: SlicedRegistry, readings: () => StoreReadings, models: () => Iterable<string>, clock: Clock): void {
  const shown = function* (): Generator<readonly [model: string, kind: EventKind, tally: LogTally | undefined]> {
    const tallies = new Map((readings().books.events?.tallies ?? []).map((tally) => [`${tally.model} ${tally.kind}`, tally]));
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
  runningFamilies(registry, () => underWay(readings().books.events?.open ?? [], models(), clock.nowSeconds()));
}

/** Events under way by labels, for every model and kind: how many, and when the first of them began. */
interface RunningKind {
  readonly model: string;
  readonly kind: EventKind;
  count: number;
  sinceSeconds: number | undefined;
}
type UnderWay = ReadonlyMap<string, RunningKind>;

function underWay(open: readonly OpenEvent[], models: Iterable<string>, nowSeconds: number): UnderWay {
  const found = new Map<string, RunningKind>();
  for (const model of [...models, ALL_MODELS, OTHER_MODELS])
    for (const kind of EVENT_KINDS) found.set(`${model} ${kind}`, { model, kind, count: 0, sinceSeconds: undefined });
  for (const { model, kind, startSeconds, endSeconds = Infinity } of open) {
    if (startSeconds > nowSeconds || endSeconds <= nowSeconds) continue;
    // A model that is not configured has no series of its own.
    const entry = found.get(`${model} ${kind}`) ?? found.get(`${OTHER_MODELS} ${kind}`)!;
    entry.count++;
    entry.sinceSeconds = Math.min(entry.sinceSeconds ?? Infinity, startSeconds);
  }
  return found;
}

function runningFamilies(registry: SlicedRegistry, running: () => UnderWay): void {
  const count = metric('modelwatch_log_events_running');
  registry.add(
    readFamily(count, function* () {
      for (const entry of running().values()) yield [labelText(count.labels, [entry.model, entry.kind]), entry.count];
    }),
  );
  const since = metric('modelwatch_log_event_running_timestamp_seconds');
  registry.add(
    readFamily(since, function* () {
      for (const { model, kind, sinceSeconds } of running().values())
        if (sinceSeconds !== undefined) yield [labelText(since.labels, [model, kind]), sinceSeconds];
    }),
  );
}
