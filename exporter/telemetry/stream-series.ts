import { metric } from '@modelwatch/core';
import type { StreamCounts } from '../stream/listeners.js';
import { labelText } from './label-text.js';
import type { SlicedRegistry } from './registry.js';
import { readFamily } from './series.js';

/** Registers the families of the stream of changes. */
export function streamFamilies(registry: SlicedRegistry, counts: () => StreamCounts): void {
  registry.add(readFamily(metric('modelwatch_stream_listeners_entries'), () => [['', counts().listeners]]));
  registry.add(readFamily(metric('modelwatch_stream_listeners_capacity_entries'), () => [['', counts().listenersMax]]));
  const dropped = metric('modelwatch_stream_listeners_dropped_total');
  registry.add(
    readFamily(dropped, () => {
      const { full, slow } = counts();
      return [
        [labelText(dropped.labels, ['full']), full],
        [labelText(dropped.labels, ['slow']), slow],
      ];
    }),
  );
}
