const SECONDS = /^\d{1,12}(?:\.\d+)?$/;
const DATE = /^\d{4}-\d\d-\d\d$/;
const ZONELESS = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?$/;
const ZONED = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)$/i;

/**
 * Seconds since the epoch of a time as files write it: RFC 3339, the same with a space or without a zone (then it is UTC, so that a replay does
 * not depend on the machine), a date alone, or the seconds themselves. Undefined where it is none of these.
 *
 * @example parseFileTime('2013-04-01T09:51:00Z') // 1364809860
 */
export function parseFileTime(text: string): number | undefined {
  const trimmed = text.trim();
  if (SECONDS.test(trimmed)) return Number(trimmed);
  const iso = ZONELESS.test(trimmed) ? `${trimmed}Z` : trimmed;
  if (!DATE.test(iso) && !ZONED.test(iso)) return undefined;
  const seconds = Date.parse(iso.replace(' ', 'T')) / 1000;
  return Number.isNaN(seconds) ? undefined : seconds;
}

/** A file's time for reading, to the minute. */
export function formatFileTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ');
}
