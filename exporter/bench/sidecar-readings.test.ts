import { expect, it } from '@jest/globals';
import { readWatchText } from './sidecar-readings.js';

it('sums the queues between an answer and the store, over all reasons and models', () => {
  const text = `# HELP modelwatch_queue_entries Entries waiting in a queue.
# TYPE modelwatch_queue_entries gauge
modelwatch_queue_entries{queue="watch"} 3
modelwatch_queue_entries{queue="store"} 4
modelwatch_queue_entries{queue="predictions"} 1000
modelwatch_queue_capacity_entries{queue="watch"} 10000
modelwatch_queue_dropped_total{queue="watch",reason="full"} 1
modelwatch_queue_dropped_total{queue="store",reason="full"} 2
modelwatch_queue_dropped_total{queue="store",reason="duplicate"} 4
modelwatch_queue_dropped_total{queue="payloads",reason="full"} 100
modelwatch_watch_skipped_total{model="a",reason="size"} 8
modelwatch_predictions_pending{model="a"} 990
modelwatch_predictions_pending{model="b"} 1e1
`;
  expect(readWatchText(text)).toEqual({ waiting: 7, dropped: 15, stored: 1000 });
});
