import { durationSeconds } from '@modelwatch/core';
import type { FleetSeries } from './fleet-series.js';
import { encodeLabels, remoteWrite, type WrittenSeries } from './remote-write.js';

/** A stretch of the past, in seconds before now. */
interface Stretch {
  readonly fromAgo: number;
  readonly toAgo: number;
  readonly stepSeconds: number;
}

/** How far rules look back on each name they read over a range, and a week earlier where they do. */
export interface Reach {
  readonly seconds: number;
  readonly weekSeconds: number | undefined;
}

const WEEK_SECONDS = 7 * 86_400;
/** What the measuring itself takes: a window that slides meanwhile finds its past there. */
const MARGIN_SECONDS = 1800;
/** A message holds so many samples of each series; Prometheus takes samples in order, up to an hour apart over all series. */
const SLICE_SECONDS = 1800;
const SERIES_OF_A_MESSAGE = 2000;
const MESSAGES_AT_ONCE = 3;

/** What the expressions of rules read over ranges, by name. */
export function reaches(expressions: readonly string[]): ReadonlyMap<string, Reach> {
  const found = new Map<string, Reach>();
  for (const expression of expressions) {
    for (const [, name, range, offset] of expression.matchAll(/([a-z_:][\w:]*)(?:\{[^}]*\})?(?:\[(\w+)(?::\w+)?\])?(?: offset (\w+))?/g)) {
      if (range === undefined && offset === undefined) continue;
      const seconds = range === undefined ? 300 : durationSeconds(range);
      const offsetSeconds = offset === undefined ? 0 : durationSeconds(offset);
      const isOfWeek = offsetSeconds === WEEK_SECONDS;
      const before = found.get(name!) ?? { seconds: 0, weekSeconds: undefined };
      found.set(name!, {
        seconds: isOfWeek ? before.seconds : Math.max(before.seconds, seconds + offsetSeconds),
        weekSeconds: isOfWeek ? Math.max(before.weekSeconds ?? 0, seconds) : before.weekSeconds,
      });
    }
  }
  return found;
}

export interface PastSeries {
  readonly series: FleetSeries;
  readonly stepSeconds: number;
}

/** Fills Prometheus with what its rules look back on, in the order of time. Returns the number of samples. */
export async function writeHistory(
  url: string,
  past: readonly PastSeries[],
  reach: ReadonlyMap<string, Reach>,
  nowSeconds: number,
  pastSecondsMax: number,
): Promise<number> {
  const within = (stretch: Stretch): Stretch => ({ ...stretch, fromAgo: Math.min(stretch.fromAgo, pastSecondsMax) });
  const rows = past.flatMap(({ series, stepSeconds }) => {
    const stretches = stretchesOf(reach.get(series.name), stepSeconds).filter(({ toAgo }) => toAgo < pastSecondsMax);
    return stretches.length === 0
      ? []
      : [{ labels: encodeLabels({ __name__: series.name, ...series.labels }), stretches: stretches.map(within), valueAt: series.valueAt }];
  });
  // The farthest first: a slice of long ago ends at the first that does not reach it.
  const farthestOf = ({ stretches }: (typeof rows)[number]) => stretches.reduce((far, { fromAgo }) => Math.max(far, fromAgo), 0);
  const sorted = rows.map((row) => ({ ...row, farthest: farthestOf(row) })).toSorted((one, other) => other.farthest - one.farthest);
  const farthest = sorted[0]?.farthest ?? 0;
  let samples = 0;
  const underWay = new Set<Promise<void>>();
  const send = async (series: readonly WrittenSeries[]) => {
    if (underWay.size >= MESSAGES_AT_ONCE) await Promise.race(underWay);
    const sent = remoteWrite(url, series).finally(() => underWay.delete(sent));
    underWay.add(sent);
  };
  for (let ago = Math.ceil(farthest / SLICE_SECONDS) * SLICE_SECONDS; ago > 0; ago -= SLICE_SECONDS) {
    let message: WrittenSeries[] = [];
    for (const { labels, stretches, valueAt, farthest: reached } of sorted) {
      if (reached <= ago - SLICE_SECONDS) break;
      const times = stretches.flatMap((stretch) => timesWithin(stretch, ago, nowSeconds));
      if (times.length === 0) continue;
      samples += times.length;
      message.push({ labels, samples: times.map((seconds) => [seconds, valueAt(seconds)] as const) });
      if (message.length < SERIES_OF_A_MESSAGE) continue;
      await send(message);
      message = [];
    }
    if (message.length > 0) await send(message);
    // The next slice is later: Prometheus takes no samples that are much older than others.
    await Promise.all(underWay);
  }
  return samples;
}

function stretchesOf(reach: Reach | undefined, stepSeconds: number): readonly Stretch[] {
  // All else is there at least as long as Prometheus looks back for a sample.
  const { seconds, weekSeconds } = reach ?? { seconds: 0, weekSeconds: undefined };
  const own = seconds === 0 ? [] : [{ fromAgo: seconds + MARGIN_SECONDS / 3, toAgo: 0, stepSeconds }];
  const week =
    weekSeconds === undefined
      ? []
      : [{ fromAgo: WEEK_SECONDS + weekSeconds + MARGIN_SECONDS / 3, toAgo: WEEK_SECONDS - MARGIN_SECONDS, stepSeconds }];
  return [...week, ...own];
}

/** Instants of a stretch in the slice that begins so long ago. */
function timesWithin({ fromAgo, toAgo, stepSeconds }: Stretch, sliceAgo: number, nowSeconds: number): readonly number[] {
  const from = nowSeconds - Math.min(fromAgo, sliceAgo);
  const to = nowSeconds - Math.max(toAgo, sliceAgo - SLICE_SECONDS);
  const times: number[] = [];
  for (let seconds = Math.ceil(from / stepSeconds) * stepSeconds; seconds < to; seconds += stepSeconds) times.push(seconds);
  return times;
}
