const UNIT_SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** Durations as Prometheus writes them, largest unit first: `30s`, `1h30m`, `500ms`. */
export const DURATION_PATTERN = '^(?=.)(?:\\d+w)?(?:\\d+d)?(?:\\d+h)?(?:\\d+m(?!s))?(?:\\d+s)?(?:\\d+ms)?$';

/**
 * Seconds of a duration written as Prometheus writes it.
 *
 * @example durationSeconds('1h30m') // 5400
 */
export function durationSeconds(text: string): number {
  if (!new RegExp(DURATION_PATTERN).test(text))
    throw new RangeError(`a duration such as 30s or 1h30m was expected, got ${JSON.stringify(text)}`);
  let seconds = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)(ms|[smhdw])/g)) seconds += Number(amount) * UNIT_SECONDS[unit!]!;
  return seconds;
}
