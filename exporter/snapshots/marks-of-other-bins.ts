import { setImmediate as pause } from 'node:timers/promises';
import type { SnapshotKey } from '../store/index.js';

/** Marks looked at in one turn of the event loop. */
const MARKS_A_TURN = 500;

/**
 * Marks of features and outputs that the store counts by other bins now. Its counts began anew with them, so these marks are of nothing: kept, they would
 * grow in number with each baseline, and should the bins come back, what is counted up to the mark would be missing. Marks of models that are not
 * configured, and of versions that are counted no more, stay: their counts do.
 */
export async function marksOfOtherBins(marks: Iterable<string>, counted: ReadonlyMap<string, SnapshotKey>): Promise<readonly string[]> {
  const columns = new Set([...counted.values()].map(columnOf));
  const found: string[] = [];
  let looked = 0;
  for (const key of [...marks]) {
    if (++looked % MARKS_A_TURN === 0) await pause();
    if (counted.has(key)) continue;
    const [model, version, role, subject, name, bins] = JSON.parse(key) as string[];
    if (bins !== '' && columns.has(JSON.stringify([model, version, role, subject, name]))) found.push(key);
  }
  return found;
}

const columnOf = ({ model, version, role, subject, name }: SnapshotKey): string => JSON.stringify([model, version, role, subject, name]);
