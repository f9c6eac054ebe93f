export { GROUP_COUNT_MIN, groupFairness } from './fairness.js';
export type { FairnessOptions, GroupComparison, GroupFairness } from './fairness.js';
export { foldSlices, rankSlices } from './rank-slices.js';
export type { RankedSlice } from './rank-slices.js';
export { SLICE_COUNT_MIN, sliceAccuracy, sliceErrorRatio, sliceRecall } from './slice-metrics.js';
export type { SliceMetric } from './slice-metrics.js';
