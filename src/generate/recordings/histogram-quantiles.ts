import { MODEL_LABELS } from '../promql.js';
import type { RecordingRule } from '../rule-file.js';
import type { Select } from '../selector.js';

/** Rules for quantiles of a histogram over all replicas: its buckets summed, how many values they hold, and each quantile in percent. Absent without values. */
export function histogramQuantiles(
  histogram: string,
  percents: readonly number[],
  window: string,
  select: Select,
): readonly RecordingRule[] {
  const buckets = `model_version_role_le:${histogram}_bucket:increase${window}`;
  const name = (metric: string) => `model_version_role:${histogram}_${metric}:${window}`;
  return [
    { record: buckets, expr: `sum by (${MODEL_LABELS}, le) (increase(${select(`${histogram}_bucket`)}[${window}]))` },
    { record: name('count'), expr: `sum by (${MODEL_LABELS}) (${select(buckets, 'le="+Inf"')})` },
    // The quantile of no values is NaN, which is not >= 0.
    ...percents.map((percent) => ({ record: name(`p${percent}`), expr: `histogram_quantile(${percent / 100}, ${select(buckets)}) >= 0` })),
  ];
}
