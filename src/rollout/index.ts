export { Agreement, AGREEMENT_OUTCOMES, OUTPUT_DIFFERENCE_EDGES } from './agreement.js';
export type { AgreementJSON, AgreementOutcome, OutputPair } from './agreement.js';
export { configuredCriteria } from './configured-criteria.js';
export type { JudgedModel } from './configured-criteria.js';
export type { DifferenceSums, DifferenceSumsJSON } from './difference-sums.js';
export {
  accuracyDifference,
  disagreementRatio,
  latencyDifference,
  latencyRatio,
  lossDifference,
  missingOutputRatio,
  outputDifference,
} from './paired-readings.js';
export { PAIRS_MIN } from './intervals.js';
export { LATENCY_DIFFERENCE_SECONDS_EDGES, LATENCY_SECONDS_MAX, LatencyPairs } from './latency-pairs.js';
export type { LatencyPair, LatencyPairsJSON } from './latency-pairs.js';
export { DISCORDANT_CHI_SQUARE_MIN, mcnemar } from './mcnemar.js';
export type { McNemar } from './mcnemar.js';
export { isOutput, OUTPUT_MAX } from './output-rule.js';
export type { OutputRule } from './output-rule.js';
export { PAIRED_OUTCOMES, PairedQuality } from './paired-quality.js';
export type { JudgedPair, PairedOutcome, PairedQualityJSON } from './paired-quality.js';
export { assertCriteria, ROLLOUT_CRITERIA } from './rollout-criteria.js';
export type { RolloutCriteria } from './rollout-criteria.js';
export { CRITERIA, qualityGain, rolloutVerdict, VERDICTS } from './rollout-verdict.js';
export type { Criterion, CriterionReading, CriterionState, RolloutEvidence, RolloutVerdict, Verdict } from './rollout-verdict.js';
export { failureRatio } from './shadow-counts.js';
export type { ShadowCounts } from './shadow-counts.js';
export { verdictText } from './verdict-text.js';
