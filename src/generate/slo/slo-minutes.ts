import type { ModelConfig } from '../../contracts/index.js';
import type { ConfiguredSlo } from '../../slo/index.js';
import { featureDriftAlert, judgedFeatures } from '../alerts/drift.js';
import { indent, number, parenthesised } from '../promql.js';
import type { RecordingRule } from '../rule-file.js';
import type { Select } from '../selector.js';
import { labelsOf, MINUTE_GOOD } from './slo-series.js';

/**
 * Whether this minute is good, for objectives that are of time: 1 or 0, and absent where nothing can be said, so that a minute without traffic
 * counts neither way. A minute is judged once over all replicas.
 */
export function minuteRule(slo: ConfiguredSlo, model: ModelConfig, select: Select): readonly RecordingRule[] {
  const events = slo.sli.events(slo.config);
  if (events.kind !== 'minutes') return [];
  const bars = model.alerts;
  const short = bars.driftWindows[0]!;
  const byVersion = 'max by (model, version)';
  const text = {
    drift: () => {
      const features = (those: string) => `count by (model, version) ${parenthesised(those)}`;
      const drifted = `clamp_max(\n${indent(features(featureDriftAlert.text({ bars, model, select }).expr))},\n  1\n)`;
      return `1 - ${drifted}\nor\n${features(judgedFeatures(bars, select))} * 0 + 1`;
    },
    explanations: () => {
      const explained = select(`model_version_role:modelwatch_explained:${short}`);
      return `${select(`model_version:modelwatch_attribution_ndcg_ratio:${short}`)} >= bool ${number(bars.attributionNdcgMin)}\nand on (model, version)\nsum by (model, version) (${explained}) >= ${number(bars.explainedCountMin)}`;
    },
    mean_error: () => {
      const series = (metric: string) => select(`model_version_role:modelwatch_${metric}:${short}`, 'role!="challenger"');
      return `${byVersion} (${series('mean_absolute_error')}) <= bool ${number(slo.config.errorMax!)}\nand\n${byVersion} (${series('outputs_compared')}) >= ${number(bars.driftCountMin)}`;
    },
  };
  return [{ record: MINUTE_GOOD, expr: text[events.of](), labels: labelsOf(slo) }];
}
