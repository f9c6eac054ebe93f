import { quote } from '../config/fault.js';

/** One thing wrong with a baseline file. */
export interface BaselineFault {
  readonly file: string;
  /** JSON pointer (RFC 6901) to the value; '' is the whole file. */
  readonly pointer: string;
  readonly message: string;
  readonly expected?: string;
}

/** Pointer from steps. */
export function pointerOf(path: readonly (string | number)[]): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/**
 * One fault a line.
 *
 * @example 'flights.baseline.json /features/3/counts: 4 edges make 5 bins, got 6 counts'
 */
export function formatBaselineFaults(faults: readonly BaselineFault[]): string {
  return faults.map(({ file, pointer, message }) => `${file}${pointer === '' ? '' : ` ${shown(pointer)}`}: ${message}\n`).join('');
}

/** A pointer may hold keys of the file: its control characters are escaped, its quotes left out. */
const shown = (pointer: string): string => (/^[\x20-\x7e]*$/.test(pointer) ? pointer : quote(pointer));
