import { metric } from '@modelwatch/core';
import type { Snapshotter } from '../snapshots/snapshotter.js';
import type { StoreReadings } from '../store/index.js';
import { labelText } from './label-text.js';
import type { SlicedRegistry } from './registry.js';
import { readFamily } from './series.js';

/** Registers what became of windows, and how large the tables are that are bounded in bytes. */
export function snapshotFamilies(registry: SlicedRegistry, readings: () => StoreReadings, counts: () => Snapshotter['counts']): void {
  const windows = metric('modelwatch_snapshot_windows_total');
  registry.add(
    readFamily(windows, () => (['taken', 'failed'] as const).map((outcome) => [labelText(windows.labels, [outcome]), counts()[outcome]])),
  );
  const table = (
    name: 'modelwatch_table_bytes' | 'modelwatch_table_capacity_bytes' | 'modelwatch_table_oldest_timestamp_seconds',
    of: 'bytes' | 'bytesMax' | 'oldestSeconds',
  ) =>
    registry.add(
      readFamily(metric(name), function* () {
        for (const queue of readings().queues) {
          if (queue.table !== undefined) yield [labelText(['queue'], [queue.name]), queue.table[of] ?? 0] as const;
        }
      }),
    );
  table('modelwatch_table_bytes', 'bytes');
  table('modelwatch_table_capacity_bytes', 'bytesMax');
  table('modelwatch_table_oldest_timestamp_seconds', 'oldestSeconds');
}
