import { setImmediate as pause } from 'node:timers/promises';
import type { SnapshotKey } from '../store/index.js';

/** Marks looked at in one turn of the event loop. */
const MARKS_A_TURN = 500;

/** Whose counts the store has told of. */
interface Told {
  readonly model: string;
  readonly version: string;
  readonly role: string;
}

/**
 * Marks of counts that are no more: of features and outputs that the store counts by other bins now, and of versions that it has forgotten while it still tells of others of
 * their model. Kept, they would grow in number with each baseline and each version, and should the bins or the version come back, what is
 * counted up to the mark would be missing. Marks of models that are not configured stay: their counts do.
 */
export async function marksOfNothing(
  marks: Iterable<string>,
  counted: ReadonlyMap<string, SnapshotKey>,
  told: readonly Told[],
): Promise<readonly string[]> {
  const models = new Set(told.map(({ model }) => model));
  const series = new Set(told.map(({ model, version, role }) => JSON.stringify([model, version, role])));
  const columns = new Set([...counted.values()].map(columnOf));
  const found: string[] = [];
  let looked = 0;
  for (const key of [...marks]) {
    if (++looked % MARKS_A_TURN === 0) await pause();
    if (counted.has(key)) continue;
    const [model, version, role, subject, name, bins] = JSON.parse(key) as string[];
    const isOfOtherBins = bins !== '' && columns.has(JSON.stringify([model, version, role, subject, name]));
    const isForgotten = models.has(model!) && !series.has(JSON.stringify([model, version, role]));
    if (isOfOtherBins || isForgotten) found.push(key);
  }
  return found;
}

const columnOf = ({ model, version, role, subject, name }: SnapshotKey): string => JSON.stringify([model, version, role, subject, name]);
