import { createHash } from 'node:crypto';
import { setImmediate as pause } from 'node:timers/promises';
import type { Baseline, Frequencies, Role } from '@modelwatch/core';
import type { Clock } from '../clock.js';
import type { ModelWatch } from '../pipeline/model-watch.js';
import type { ModelRuntime } from '../sidecar/model-runtime.js';
import {
  qualityToJSON,
  sliceToJSON,
  type SeriesTally,
  type SnapshotKey,
  type SnapshotMark,
  type SnapshotRow,
  type Store,
} from '../store/index.js';
import { marksOfNothing } from './marks-of-nothing.js';
import { addCounts, countsSince, isNothing } from './additive.js';

/** Writes down at the end of each window what was counted in it, so that any two times can be compared later. */
export interface Snapshotter {
  /** Models that are watched from here on. What those before have counted is part of the next snapshot. */
  use(models: ReadonlyMap<string, ModelRuntime>): void;
  /** Ends windows as their time comes. */
  start(): Promise<void>;
  /** Ends the window that is under way now. */
  take(): Promise<void>;
  readonly counts: { readonly taken: number; readonly failed: number };
  /** Takes the last window. Once the drain has ended no window is written any more, this one or one that was under way: its counts are given up, and it counts as failed. May be called twice. */
  close(ended?: AbortSignal): Promise<void>;
}

export interface SnapshotterOptions {
  readonly store: Pick<Store, 'book' | 'readings'>;
  readonly windowSeconds: number;
  readonly clock: Pick<Clock, 'nowSeconds'>;
  /** Told of a window that could not be written: its counts go into the next one, where there is one. */
  readonly onFault: (message: string) => void;
}

/** How often it is looked whether a window has ended. */
const LOOK_MILLISECONDS = 1000;
/** Clocks tell whole milliseconds: no window that has been written begins between two of them, and rows of one that does would not be taken again. */
const CLOCK_SECONDS = 0.001;

type Document = object;
type Found = readonly [key: SnapshotKey, counted: Document];

/**
 * Counts of the inference path live in memory: a process that is killed loses those of the window under way. Counts of ingested predictions and of
 * joined ground truth live in the store: how far they had come is marked with each snapshot, in its transaction, so that a restart goes on from there.
 */
export function createSnapshotter({ store, windowSeconds, clock, onFault }: SnapshotterOptions): Snapshotter {
  let models: ReadonlyMap<string, ModelRuntime> = new Map();
  /** What each watch had counted at the last snapshot. Watches that a reload has left are kept until what they counted is written. */
  const watches = new Map<ModelWatch, ReadonlyMap<string, Document>>();
  const marks = new Map<string, Document>();
  const windowOf = (seconds: number) => Math.floor(seconds / windowSeconds);
  let startSeconds = clock.nowSeconds();
  let timer: NodeJS.Timeout | undefined;
  let last: Promise<void> = Promise.resolve();
  let marksRead = false;
  let drainEnded: AbortSignal | undefined;
  const counts = { taken: 0, failed: 0 };
  const fail = (message: string) => {
    counts.failed++;
    onFault(message);
  };

  const readMarks = async (): Promise<boolean> => {
    for (let after = ''; !marksRead;) {
      const page = await store.book('snapshots').read('marks', { after });
      if (!page.ok) return false;
      for (const { key, document } of page.value) marks.set(key, JSON.parse(document) as Document);
      after = page.value.at(-1)?.key ?? '';
      marksRead = page.value.length === 0;
    }
    return true;
  };

  const takeNow = async (): Promise<void> => {
    if (!(await readMarks())) {
      fail('the marks of the last snapshot cannot be read');
      return;
    }
    const endSeconds = clock.nowSeconds();
    if (endSeconds < startSeconds) {
      fail(`the clock was set back by ${Math.round(startSeconds - endSeconds)} s: the window under way is written as one that begins now`);
      startSeconds = endSeconds - CLOCK_SECONDS / 2;
    }
    if (endSeconds === startSeconds) return;
    // A watch that a reload leaves from here on may count on after its turn: it goes with the next window.
    const current = new Set([...models.values()].map((model) => model.watched.watch));
    const since = new Map<string, Found>();
    const count = (key: SnapshotKey, counted: Document) => {
      if (isNothing(counted)) return;
      const text = textOf(key);
      const known = since.get(text);
      since.set(text, [key, known === undefined ? counted : addCounts(known[1], counted)]);
    };
    // One model after the other, and requests in between: each is counted as of its own moment.
    const watched = new Map<ModelWatch, ReadonlyMap<string, Document>>();
    for (const [watch, before] of watches) {
      watched.set(watch, countWatch(watch, before, count));
      await pause();
    }
    const reached = new Map<string, Document>();
    const counted = new Map<string, SnapshotKey>();
    const { series } = store.readings();
    for (const tally of series) {
      countTally(tally, models, marks, reached, count, counted);
      await pause();
    }
    const rows: SnapshotRow[] = [...since.values()].map(([key, counted]) => ({ ...key, document: JSON.stringify(counted) }));
    const moved: SnapshotMark[] = [...reached].map(([key, document]) => ({ key, document: JSON.stringify(document) }));
    const forgotten = await marksOfNothing(marks.keys(), counted, series);
    // The store is being closed then, or is.
    if (drainEnded?.aborted === true) {
      fail('the drain ended before the window under way was counted: what it counted is given up');
      return;
    }
    if (rows.length > 0 || moved.length > 0 || forgotten.length > 0) {
      const taken = await store.book('snapshots').write('take', { startSeconds, endSeconds, rows, marks: moved, forgotten });
      if (!taken.ok) {
        fail(taken.error.message);
        return;
      }
    }
    startSeconds = endSeconds;
    counts.taken++;
    for (const [key, document] of reached) marks.set(key, document);
    for (const key of forgotten) marks.delete(key);
    for (const [watch, counted] of watched) {
      if (current.has(watch)) watches.set(watch, counted);
      else watches.delete(watch);
    }
  };
  const take = (): Promise<void> =>
    (last = last.then(takeNow).catch((fault: unknown) => {
      fail(fault instanceof Error ? fault.message : String(fault));
    }));

  return {
    use(next) {
      models = next;
      for (const { watched } of next.values()) if (!watches.has(watched.watch)) watches.set(watched.watch, new Map());
    },
    async start() {
      startSeconds = clock.nowSeconds();
      await readMarks();
      timer = setInterval(() => {
        if (windowOf(clock.nowSeconds()) !== windowOf(startSeconds)) void take();
      }, LOOK_MILLISECONDS).unref();
    },
    take,
    counts,
    close(ended) {
      clearInterval(timer);
      drainEnded ??= ended;
      return take();
    },
  };
}

const textOf = ({ model, version, role, subject, name, bins }: SnapshotKey): string =>
  JSON.stringify([model, version, role, subject, name, bins]);

interface Series {
  readonly model: string;
  readonly version: string;
  readonly role: Role;
}

/** The frequencies of a series by feature, and of its output. */
function* frequenciesOf(
  series: Series,
  { features, output }: { readonly features: readonly Frequencies[]; readonly output: Frequencies | undefined },
  baseline: Baseline | undefined,
): Generator<Found> {
  const { model, version, role } = series;
  for (let i = 0; i < features.length; i++) {
    const name = baseline?.features[i]?.name;
    if (name !== undefined) yield [{ model, version, role, subject: 'feature', name, bins: digestOf(features[i]!) }, features[i]!.toJSON()];
  }
  if (output !== undefined) yield [{ model, version, role, subject: 'output', name: '', bins: digestOf(output) }, output.toJSON()];
}

/** Counts what a watch has counted since; gives what it has counted in all. */
function countWatch(watch: ModelWatch, before: ReadonlyMap<string, Document>, count: (key: SnapshotKey, counted: Document) => void) {
  const now = new Map<string, Document>();
  for (const [key, counted] of frequenciesOf(watch, watch, watch.baseline)) {
    const text = textOf(key);
    now.set(text, counted);
    const earlier = before.get(text);
    count(key, earlier === undefined ? counted : (countsSince(counted, earlier) ?? counted));
  }
  return now;
}

/** The same of what the store counts, from where it was marked; `reached` gets the marks that have moved. */
function countTally(
  tally: SeriesTally,
  models: ReadonlyMap<string, ModelRuntime>,
  marks: ReadonlyMap<string, Document>,
  reached: Map<string, Document>,
  count: (key: SnapshotKey, counted: Document) => void,
  seen: Map<string, SnapshotKey>,
): void {
  const { model, version, role } = tally;
  const runtime = models.get(model);
  const baseline = runtime?.version === version ? runtime.baseline : undefined;
  const found = function* (): Generator<Found> {
    yield* frequenciesOf(tally, tally.events, baseline);
    yield [{ model, version, role, subject: 'quality', name: '', bins: '' }, qualityToJSON(tally.quality)];
    const named = new Map<string, readonly [string, string]>();
    for (const slices of [tally.quality.slices, tally.quality.tail, tally.events.slices]) {
      for (const [name, values] of slices) for (const value of values.keys()) named.set(JSON.stringify([name, value]), [name, value]);
    }
    for (const [name, [slice, value]] of named) {
      yield [{ model, version, role, subject: 'slice', name, bins: '' }, sliceToJSON(tally, slice, value)];
    }
  };
  for (const [key, counted] of found()) {
    const text = textOf(key);
    if (key.bins !== '') seen.set(text, key);
    const mark = marks.get(text);
    const since = mark === undefined ? counted : (countsSince(counted, mark) ?? counted);
    if (isNothing(since)) continue;
    reached.set(text, counted);
    count(key, since);
  }
}

const digests = new WeakMap<object, string>();

/** Of the bins, computed once for each binning there is. */
function digestOf({ binning }: Frequencies): string {
  let digest = digests.get(binning);
  if (digest === undefined) {
    digest = createHash('sha256').update(JSON.stringify(binning)).digest('hex').slice(0, 16);
    digests.set(binning, digest);
  }
  return digest;
}
