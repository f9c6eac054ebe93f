import { attributionNdcg } from './attribution-ndcg.js';
import type { AttributionStatistic } from './attribution-statistic.js';
import { attributionTotalVariation } from './attribution-total-variation.js';

/** Every statistic of attributions. The laws and the golden values run over all of them; each has its page in `docs/explain`. */
export const ATTRIBUTION_STATISTICS: readonly AttributionStatistic[] = [attributionNdcg, attributionTotalVariation];

export { attributionNdcg, greatestDiscountedGain } from './attribution-ndcg.js';
export { EXPLANATIONS_MIN } from './attribution-statistic.js';
export type { AttributionInput, AttributionStatistic } from './attribution-statistic.js';
export { attributionTotalVariation } from './attribution-total-variation.js';
export { ATTRIBUTION_MAX, Attributions } from './attributions.js';
export type { AttributionsJSON } from './attributions.js';
export type { ExplanationSize } from './batched-plan.js';
export { attributionShares, driftImpacts } from './drift-impact.js';
export type { DriftImpact } from './drift-impact.js';
export { EXACT_FEATURES_MAX, exactShapley, exactShapleyRows } from './exact-shapley.js';
export { explainerInconsistency } from './explainer-inconsistency.js';
export type { AttributionPlace, ExplainerInconsistency, RecordedAttributions } from './explainer-inconsistency.js';
export { runPlan } from './explanation.js';
export type { Explanation, ExplanationPlan, MeasuredExplanation, ScoreMixtures } from './explanation.js';
export { linearShapley } from './linear-shapley.js';
export type { LinearModel } from './linear-shapley.js';
export { mixColumn } from './mixtures.js';
export type { MixedColumn, Mixtures } from './mixtures.js';
export { sampledShapley, sampledShapleyRows } from './sampled-shapley.js';
export type { SamplingOptions } from './sampled-shapley.js';
export { seededRandom } from './seeded-random.js';
export { shapleyPlan } from './shapley-plan.js';
export type { BudgetedExplanation } from './shapley-plan.js';
