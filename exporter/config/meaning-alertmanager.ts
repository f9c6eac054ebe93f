import { durationSeconds, SIDECARS_REPEAT_INTERVAL, type Config } from '@modelwatch/core';
import { quote } from './fault.js';
import type { Path } from './fault.js';
import type { Report } from './meaning.js';
import { checkOrigin } from './meaning-upstream.js';
import { checkUnique } from './meaning-values.js';
import type { Part } from './sound-part.js';

/** Messages that may be lost, to a restart of either side, before an alert that goes on is taken for over. */
const REPEATS_UNHEARD_MIN = 2;

/** Sidecars are origins, each told once, and hear of an alert again before they take it for over. */
export function checkSidecars({ alertmanager, alertLog }: Part<Config>, report: Report): void {
  const sidecars = alertmanager?.sidecars ?? [];
  const place = (index: number): Path => ['alertmanager', 'sidecars', index];
  sidecars.forEach((url, index) => checkOrigin(url, place(index), report, 'a sidecar'));
  checkUnique(sidecars.map(originOf), place, 'sidecar', report);
  const unheard = alertLog?.unheard;
  if (sidecars.length === 0 || unheard === undefined) return;
  if (durationSeconds(unheard) >= REPEATS_UNHEARD_MIN * durationSeconds(SIDECARS_REPEAT_INTERVAL)) return;
  report(
    ['alertLog', 'unheard'],
    `sidecars are told again every ${SIDECARS_REPEAT_INTERVAL}, and an alert is over no sooner than twice that, got ${quote(unheard)}`,
    { expected: 'at least 8h' },
  );
}

/** Only of what holds no credentials: the name is repeated in the fault. */
function originOf(text: string | undefined): string | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined;
  const { origin, username, password } = new URL(text);
  return username === '' && password === '' ? origin : undefined;
}
