import { configSchema, DURATION_PATTERN, durationSeconds } from '@modelwatch/core';
import type { Config, ModelConfig } from '@modelwatch/core';
import { quote } from './fault.js';
import type { Path } from './fault.js';
import type { Report } from './meaning.js';
import type { Part } from './sound-part.js';

/** Keys whose duration a timer of the process waits for: an hour at most, for none of them makes sense beyond. */
const TIMERS: ReadonlySet<string> = new Set(['deadline', 'loadTimeout', 'drainTimeout', 'breakerPause']);
const TIMER_MAX = '1h';
const DURATION_MAX = '520w';

interface SchemaNode {
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
}

/** Every duration of the schema lies above 0 and below its maximum. */
export function checkDurations(config: unknown, report: Report): void {
  walk(configSchema as SchemaNode, config, [], (text, path) => {
    const seconds = durationSeconds(text);
    const max = TIMERS.has(String(path.at(-1))) ? TIMER_MAX : DURATION_MAX;
    if (seconds <= 0) report(path, `a duration above 0 is needed, got ${quote(text)}`, { expected: 'a duration above 0' });
    else if (seconds > durationSeconds(max))
      report(path, `a duration up to ${max} is allowed here, got ${quote(text)}`, { expected: `at most ${max}` });
  });
}

/** Visits the durations of a value by its schema. The value has the types of the schema where it has anything. */
function walk(schema: SchemaNode, value: unknown, path: Path, visit: (text: string, path: Path) => void): void {
  if (typeof value === 'string' && schema.pattern === DURATION_PATTERN) visit(value, path);
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items !== undefined) value.forEach((entry, index) => walk(items, entry, [...path, index], visit));
    return;
  }
  for (const [key, child] of Object.entries(schema.properties ?? {}))
    walk(child, (value as Record<string, unknown>)[key], [...path, key], visit);
}

/** Windows are put together by the day: none is longer, and days are kept longer than windows. */
export function checkSnapshots(snapshots: Part<Config['snapshots']> | undefined, report: Report): void {
  const { window, windowsAge, age } = snapshots ?? {};
  if (window !== undefined && durationSeconds(window) > durationSeconds('1d'))
    report(['snapshots', 'window'], `a window lasts a day at most, got ${quote(window)}`, { expected: 'at most 1d' });
  if (window !== undefined && durationSeconds(window) < durationSeconds('1m'))
    report(['snapshots', 'window'], `a window lasts a minute at least, got ${quote(window)}`, { expected: 'at least 1m' });
  if (windowsAge !== undefined && age !== undefined && durationSeconds(age) < durationSeconds(windowsAge))
    report(['snapshots', 'age'], `days are kept no shorter than windows are, ${quote(windowsAge)}, got ${quote(age)}`, {
      expected: `at least ${windowsAge}`,
    });
}

/** An alert is not let go while it may still be told again. */
export function checkAlertLog(alertLog: Part<Config['alertLog']> | undefined, report: Report): void {
  const { age, unheard } = alertLog ?? {};
  if (age === undefined || unheard === undefined || durationSeconds(age) >= durationSeconds(unheard)) return;
  report(['alertLog', 'age'], `alerts are kept no shorter than they may be unheard, ${quote(unheard)}, got ${quote(age)}`, {
    expected: `at least ${unheard}`,
  });
}

/** The short window of an alert is shorter than the long one. */
export function checkWindows(alerts: Part<ModelConfig['alerts']> | undefined, path: Path, report: Report): void {
  const [short, long] = alerts?.driftWindows ?? [];
  if (short === undefined || long === undefined || durationSeconds(short) < durationSeconds(long)) return;
  report([...path, 'driftWindows', 1], `the long window ${quote(long)} is not longer than the short one ${quote(short)}`, {
    expected: 'a short window, then a longer one',
  });
}
