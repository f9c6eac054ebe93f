import type { ApiExtent } from '@modelwatch/core';
import { fail, type Result } from '../errors.js';
import { ROWS_MERGED_MAX, ROWS_READ_MAX, type MergedSnapshot, type SnapshotQuery, type Store } from '../store/index.js';
import type { TimeWindow } from './window-query.js';

const DAY_SECONDS = 86_400;

export const lastDay = (nowSeconds: number): TimeWindow => ({ fromSeconds: nowSeconds - DAY_SECONDS, toSeconds: nowSeconds });

/** Windows of a query put together, where they are no more than one answer may ask for. */
export async function mergedOf(query: SnapshotQuery, store: Pick<Store, 'book'>): Promise<Result<readonly MergedSnapshot[]>> {
  const book = store.book('snapshots');
  const extent = await book.read('extent', query);
  if (!extent.ok) return extent;
  if (extent.value[0]!.rows > ROWS_MERGED_MAX)
    return fail(
      'value_out_of_range',
      `more than ${ROWS_MERGED_MAX} snapshots lie between from and to; ask for less time, or for one slice`,
    );
  const merged = await book.read('merged', query);
  // A page that is full may have left some out, and nothing of its own would tell.
  if (merged.ok && merged.value.length >= ROWS_READ_MAX)
    return fail('value_out_of_range', `${ROWS_READ_MAX} series or more lie between from and to; ask for less time, or for one slice`);
  return merged;
}

export const extentOf = ({ version, role, rows, startSeconds, endSeconds }: MergedSnapshot): ApiExtent => ({
  version,
  role,
  snapshots: rows,
  startSeconds,
  endSeconds,
});
