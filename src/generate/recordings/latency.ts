import { MODEL_LABELS } from '../promql.js';
import { servingWindows } from './recording-family.js';
import type { RecordingFamily } from './recording-family.js';

/** p95 and p99 of request latency over all replicas, with the requests they rest on. Absent without traffic. */
export const latency: RecordingFamily = {
  name: 'latency',
  help: 'p95 and p99 of request latency, with the requests they rest on.',
  windows: servingWindows,
  rules({ window, select }) {
    const buckets = `model_version_role_le:modelwatch_request_duration_seconds_bucket:increase${window}`;
    const name = (metric: string) => `model_version_role:modelwatch_request_duration_seconds_${metric}:${window}`;
    // The quantile of no requests is NaN, which is not >= 0.
    const quantile = (q: number) => `histogram_quantile(${q}, ${select(buckets)}) >= 0`;
    return [
      {
        record: buckets,
        expr: `sum by (${MODEL_LABELS}, le) (increase(${select('modelwatch_request_duration_seconds_bucket')}[${window}]))`,
      },
      { record: name('count'), expr: `sum by (${MODEL_LABELS}) (${select(buckets, 'le="+Inf"')})` },
      { record: name('p95'), expr: quantile(0.95) },
      { record: name('p99'), expr: quantile(0.99) },
    ];
  },
};
