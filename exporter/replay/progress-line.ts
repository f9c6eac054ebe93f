import { formatFileTime } from './file-time.js';
import { errorCount, type ReplayProgress } from './progress.js';

/** Kinds of error named in the line; the rest are in the total. */
const KINDS_NAMED = 3;
const decimals = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });

/**
 * One line about a replay: the file's time, rows, rate, ground truth, errors with their most frequent kinds.
 *
 * @example '2013-04-09 14:20  1,234 rows  38 rows/s  1,100 ground truth  2 errors (ECONNREFUSED 2)'
 */
export function progressLine(progress: ReplayProgress, rowsPerSecond: number): string {
  const { rows, fileSeconds, groundTruthPosted } = progress;
  return [
    fileSeconds === undefined ? 'no row yet' : formatFileTime(fileSeconds),
    `${decimals.format(rows)} ${rows === 1 ? 'row' : 'rows'}`,
    `${decimals.format(rowsPerSecond >= 10 ? Math.round(rowsPerSecond) : rowsPerSecond)} rows/s`,
    `${decimals.format(groundTruthPosted)} ground truth`,
    errorText(progress),
  ].join('  ');
}

function errorText(progress: ReplayProgress): string {
  const count = errorCount(progress);
  const kinds = [...progress.errors].sort(([, a], [, b]) => b - a).slice(0, KINDS_NAMED);
  const named = kinds.map(([kind, ofKind]) => `${kind} ${decimals.format(ofKind)}`).join(', ');
  return `${decimals.format(count)} ${count === 1 ? 'error' : 'errors'}${named === '' ? '' : ` (${named})`}`;
}

/** The line as it replaces the one before on a terminal: cut to its width, for a line that wraps cannot be replaced. */
export function overwritingLine(line: string, columns: number): string {
  return `\r${line.slice(0, Math.max(1, columns - 1))}\u001b[K`;
}
