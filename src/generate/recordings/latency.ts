import { histogramQuantiles } from './histogram-quantiles.js';
import { servingWindows } from './recording-family.js';
import type { RecordingFamily } from './recording-family.js';

/** p95 and p99 of request latency over all replicas, with the requests they rest on. Absent without traffic. */
export const latency: RecordingFamily = {
  name: 'latency',
  help: 'p95 and p99 of request latency, with the requests they rest on.',
  windows: servingWindows,
  rules: ({ window, select }) => histogramQuantiles('modelwatch_request_duration_seconds', [95, 99], window, select),
};
