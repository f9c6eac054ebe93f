import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';

export interface WatchReadings {
  /** Answered requests that are not yet counted or not yet in the store. */
  readonly waiting: number;
  /** Predictions in the store, waiting for ground truth. */
  readonly stored: number;
  /** Answered requests that will never be counted or joined, because a queue was full. */
  readonly dropped: number;
}

export async function readWatch(url: string): Promise<WatchReadings> {
  const { body } = await request(`${url}/metrics`);
  return readWatchText(await body.text());
}

export function readWatchText(text: string): WatchReadings {
  const ofBoth = (family: string): number => sumOf(text, `${family}{queue="watch"`) + sumOf(text, `${family}{queue="store"`);
  return {
    waiting: ofBoth('modelwatch_queue_entries'),
    stored: sumOf(text, 'modelwatch_predictions_pending{'),
    dropped: ofBoth('modelwatch_queue_dropped_total') + sumOf(text, 'modelwatch_watch_skipped_total{'),
  };
}

/** The sum of all series whose line starts so, and has this in it. */
export function sumOf(text: string, start: string, within = ''): number {
  let sum = 0;
  for (const line of text.split('\n'))
    if (line.startsWith(start) && line.includes(within)) sum += Number(line.slice(line.lastIndexOf(' ') + 1));
  return sum;
}

const QUIET_SECONDS_MAX = 60;
const LOOK_MILLISECONDS = 200;

/** Waits until a sidecar has worked off its queues, so that it takes nothing from whoever is measured next. Returns the seconds it took. */
export async function untilQuiet(url: string): Promise<number> {
  const start = performance.now();
  const seconds = (): number => (performance.now() - start) / 1000;
  while ((await readWatch(url)).waiting > 0 && seconds() < QUIET_SECONDS_MAX) await sleep(LOOK_MILLISECONDS);
  return seconds();
}
