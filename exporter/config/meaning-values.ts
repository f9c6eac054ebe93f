import { formatPath, quote } from './fault.js';
import type { Path } from './fault.js';
import type { Report } from './meaning.js';

export function checkFileName(name: string | undefined, path: Path, report: Report): void {
  if (name === '') report(path, 'the file name is empty', { expected: 'a file name' });
  if (name?.includes('\0') === true) report(path, 'the file name holds a NUL', { expected: 'a file name' });
}

export function checkThreshold(kind: string | undefined, threshold: number | undefined, path: Path, report: Report): void {
  if (kind !== 'probability' || threshold === undefined || (threshold >= 0 && threshold <= 1)) return;
  report(path, `the threshold of a probability lies in 0..1, got ${threshold}`, { expected: 'a number in 0..1' });
}

export function checkUnique(names: readonly (string | undefined)[], place: (index: number) => Path, what: string, report: Report): void {
  const first = new Map<string, number>();
  names.forEach((name, index) => {
    if (name === undefined) return;
    const earlier = first.get(name);
    if (earlier === undefined) first.set(name, index);
    else
      report(place(index), `the ${what} ${quote(name)} stands already at ${formatPath(place(earlier))}`, {
        expected: 'a name of its own',
      });
  });
}
