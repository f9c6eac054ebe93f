import { parseNumber } from '../baseline/number-token.js';

/** From here on a number is milliseconds: as seconds it would be the year 5138, as milliseconds it is 1973. */
const MILLISECONDS_MIN = 1e11;
/** The end of the year 9999, the last that RFC 3339 can write. */
const SECONDS_MAX = 253_402_300_799;
const RFC_3339 = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i;

/**
 * Seconds since the epoch of an event's time: RFC 3339 with its zone, or seconds or milliseconds since the epoch, as a number or its text.
 *
 * @example readEventTime('2013-04-01T09:51:00Z') // 1364809860
 */
export function readEventTime(value: unknown): number | 'missing' | 'unreadable' {
  switch (typeof value) {
    case 'bigint':
      return ofNumber(Number(value));
    case 'number':
      return Number.isNaN(value) ? 'missing' : ofNumber(value);
    case 'string':
      return ofText(value.trim());
    default:
      return value === undefined || value === null ? 'missing' : 'unreadable';
  }
}

function ofNumber(value: number): number | 'unreadable' {
  const seconds = value >= MILLISECONDS_MIN ? value / 1000 : value;
  return seconds >= 0 && seconds <= SECONDS_MAX ? seconds : 'unreadable';
}

function ofText(text: string): number | 'missing' | 'unreadable' {
  if (text === '') return 'missing';
  if (text.length > 64) return 'unreadable';
  const number = parseNumber(text);
  if (number !== undefined) return ofNumber(number);
  if (!RFC_3339.test(text)) return 'unreadable';
  // Day 31 of a month of 30 would pass for the first of the next.
  const seconds = isOnCalendar(text) ? Date.parse(text.replace(' ', 'T')) / 1000 : NaN;
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : 'unreadable';
}

function isOnCalendar(text: string): boolean {
  const day = Date.parse(`${text.slice(0, 10)}T00:00:00Z`);
  return Number.isFinite(day) && new Date(day).toISOString().startsWith(text.slice(0, 10));
}
