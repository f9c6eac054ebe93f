import { metric } from '@modelwatch/core';
import type { QueueReading, StoreReadings } from '../store/index.js';
import { readHistogramFamily } from './histogram-lines.js';
import { labelText } from './label-text.js';
import type { SlicedRegistry } from './registry.js';
import { readFamily } from './series.js';

/** A bounded queue of any part of the sidecar. Reasons of drops are named from the start, so that each has its series at 0. */
export type AnyQueueReading = Omit<QueueReading, 'name'> & {
  readonly name: string;
  /** Of a queue that is bounded in bytes of memory. */
  readonly memory?: { readonly bytes: number; readonly bytesMax: number };
};

/** Registers the families of the store itself, and those of all queues: the store's and `otherQueues`. */
export function storeFamilies(
  registry: SlicedRegistry,
  readings: () => StoreReadings,
  otherQueues: () => readonly AnyQueueReading[] = () => [],
): void {
  registry.add(readFamily(metric('modelwatch_store_up'), () => [['', readings().up ? 1 : 0]]));
  registry.add(readFamily(metric('modelwatch_store_size_bytes'), () => [['', readings().sizeBytes]]));
  registry.add(readHistogramFamily(metric('modelwatch_store_commit_duration_seconds'), () => [['', readings().commitSeconds]]));

  const queues = (): readonly AnyQueueReading[] => [...otherQueues(), ...readings().queues];
  const labelsOf = ({ name }: AnyQueueReading) => labelText(['queue'], [name]);
  registry.add(readFamily(metric('modelwatch_queue_entries'), () => queues().map((queue) => [labelsOf(queue), queue.entries])));
  registry.add(readFamily(metric('modelwatch_queue_capacity_entries'), () => queues().map((queue) => [labelsOf(queue), queue.capacity])));
  const memory = (name: 'modelwatch_queue_bytes' | 'modelwatch_queue_capacity_bytes', of: 'bytes' | 'bytesMax') =>
    registry.add(
      readFamily(metric(name), () =>
        queues().flatMap((queue) => (queue.memory === undefined ? [] : [[labelsOf(queue), queue.memory[of]] as const])),
      ),
    );
  memory('modelwatch_queue_bytes', 'bytes');
  memory('modelwatch_queue_capacity_bytes', 'bytesMax');
  registry.add(
    readFamily(metric('modelwatch_queue_dropped_total'), () =>
      queues().flatMap(({ name, dropped }) =>
        Object.entries(dropped).map(([reason, count]) => [labelText(['queue', 'reason'], [name, reason]), count] as const),
      ),
    ),
  );
}
