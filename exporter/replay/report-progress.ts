import type { Output } from '../config/check-command.js';
import { overwritingLine, progressLine } from './progress-line.js';
import type { ReplayProgress } from './progress.js';
import type { Timer } from './timer.js';

const TERMINAL_SECONDS = 1;
/** In a log each line stays, so they are fewer. */
const LOG_SECONDS = 10;
const COLUMNS = 80;

interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Writes the progress line until the signal aborts: each second over the last one on a terminal, every ten seconds on a line of its own elsewhere. */
export async function reportProgress(
  progress: ReplayProgress,
  stderr: Output['stderr'] & Terminal,
  timer: Timer,
  signal: AbortSignal,
): Promise<void> {
  const isTerminal = stderr.isTTY === true;
  let last = { rows: progress.rows, atSeconds: timer.monotonicSeconds() };
  let wrote = false;
  for (;;) {
    await timer.wait(isTerminal ? TERMINAL_SECONDS : LOG_SECONDS, signal);
    if (signal.aborted) break;
    const now = { rows: progress.rows, atSeconds: timer.monotonicSeconds() };
    const line = progressLine(progress, (now.rows - last.rows) / Math.max(now.atSeconds - last.atSeconds, 0.001));
    stderr.write(isTerminal ? overwritingLine(line, stderr.columns ?? COLUMNS) : `${line}\n`);
    last = now;
    wrote = true;
  }
  if (isTerminal && wrote) stderr.write('\n');
}
