import { dateTimeForTimeZone, dateTimeFormat, systemDateFormats } from '@grafana/data';

export type Scale = (value: number) => number;

/** From values to pixels. Values without an extent, or with one beyond what a number holds, all stand at the start. */
export function linearScale([min, max]: readonly [number, number], [from, to]: readonly [number, number]): Scale {
  const extent = max - min;
  return extent > 0 && Number.isFinite(extent) ? (value) => from + ((value - min) / extent) * (to - from) : () => from;
}

const STEPS = [1, 2, 5, 10];

/** At most about `countMax` round values from `min` to `max`. */
export function ticksOf(min: number, max: number, countMax: number): number[] {
  const extent = max - min;
  if (!(extent > 0) || !Number.isFinite(extent) || countMax < 1) {
    return [min];
  }
  const rough = extent / countMax;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = magnitude * (STEPS.find((each) => each * magnitude >= rough * (1 - 1e-9)) ?? 10);
  const first = Math.ceil(min / step - 1e-9);
  const count = Math.floor(max / step + 1e-9) - first + 1;
  // Multiplied, not added up, and rounded: 0.1 + 0.2 is no label.
  return Array.from({ length: Math.max(0, count) }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TIME_STEPS = [
  ...[1, 5, 15, 30].map((count) => count * SECOND),
  ...[1, 5, 15, 30].map((count) => count * MINUTE),
  ...[1, 3, 6, 12].map((count) => count * HOUR),
  ...[1, 2, 7, 14, 30, 90, 365, 730, 1825, 3650].map((count) => count * DAY),
];

export interface TimeTick {
  readonly at: number;
  readonly text: string;
}

function formatOf(step: number): string {
  const { second, minute, day, month } = systemDateFormats.interval;
  return step < MINUTE ? second : step < DAY ? minute : step < 30 * DAY ? day : month;
}

/** Round times of the given zone, labelled in the formats that this Grafana is set to. */
export function timeTicksOf(from: number, to: number, countMax: number, timeZone: string): TimeTick[] {
  if (!(to > from) || countMax < 1 || !Number.isFinite(to - from)) {
    return [];
  }
  const step = TIME_STEPS.find((each) => (to - from) / each <= countMax) ?? (to - from) / countMax;
  const offset = dateTimeForTimeZone(timeZone, from).utcOffset() * MINUTE;
  const first = Math.ceil((from + offset) / step) * step - offset;
  const ticks: TimeTick[] = [];
  for (let at = first; at <= to && ticks.length <= countMax; at += step) {
    ticks.push({ at, text: dateTimeFormat(at, { timeZone, format: formatOf(step) }) });
  }
  return ticks;
}
