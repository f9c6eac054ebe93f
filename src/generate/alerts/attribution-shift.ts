import { number } from '../promql.js';
import { alwaysTicket, greatestFeatures, recordedValue } from './alert-family.js';
import type { AlertFamily } from './alert-family.js';

/** Other features decide than in training: NDCG of their order below the bar, with enough explained predictions, in both windows. */
export const attributionShift: AlertFamily = {
  name: 'ModelwatchAttributionShift',
  concern: 'data',
  severity: alwaysTicket,
  variables: ['version'],
  text({ bars, select }) {
    const [short, long] = bars.driftWindows as [string, string];
    const ndcg = (window: string) => `model_version:modelwatch_attribution_ndcg_ratio:${window}`;
    const shifted = (window: string) =>
      [
        `${select(ndcg(window))} < ${number(bars.attributionNdcgMin)}`,
        `and on (model, version) sum by (model, version) (${select(`model_version_role:modelwatch_explained:${window}`)}) >= ${number(bars.explainedCountMin)}`,
      ].join('\n');
    const labels = ['model', 'version'];
    const matters = greatestFeatures(
      ' Most of the attribution is of',
      `model_version_feature:modelwatch_attribution_share_ratio:${short}`,
      labels,
      3,
    );
    return {
      for: bars.driftFor,
      expr: `${shifted(short)}\nand\n${shifted(long)}`,
      summary:
        '{{ $labels.model }} {{ $labels.version }} looks at other features than in training: ' +
        `NDCG {{ printf "%.3f" $value }} over ${short}, bar ${number(bars.attributionNdcgMin)}`,
      description:
        `The order of the features by how much they contribute is not that of training, over ${short} and over ${long}; ` +
        `${recordedValue(`model_version:modelwatch_attribution_total_variation_ratio:${short}`, labels)} of the attribution has moved.${matters} ` +
        'Whether predictions suffer is for quality to say: see the runbook.',
    };
  },
};
