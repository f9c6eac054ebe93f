export * from './distributions.js';
export { confidenceStandardErrors, differenceInterval, wilsonInterval } from './intervals.js';
export type { Interval, IntervalReading } from '../contracts/reading.js';
export * from './isotonic-regression.js';
export * from './logistic-regression.js';
export * from './rank-area.js';
export * from './symmetric-eigen.js';
