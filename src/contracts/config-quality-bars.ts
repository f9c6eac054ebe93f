import { duration } from './config-parts.js';

const share = (description: string, fallback: number) =>
  ({ type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1, default: fallback, description }) as const;
const multiple = (description: string, fallback: number) =>
  ({ type: 'number', exclusiveMinimum: 0, maximum: 1000, default: fallback, description }) as const;

/** Bars of the alerts on skew against training and on quality. Each is held against an interval at the confidence 1 - significance. */
export const qualityBars = {
  schemaErrorRatioMax: share('Share of requests and events with a feature that is missing, new or of another type.', 0.01),
  parityMismatchRatioMax: share("Share of a feature's values that may differ from the feature server's.", 0.01),
  qualitySkewMax: share('How far a quality (accuracy, recall, AUC, ...) may fall below evaluation before a ticket.', 0.02),
  errorSkewMax: multiple('How much the mean absolute error may exceed that of evaluation before a ticket, as a part of it.', 0.1),
  qualityDropMax: share('How far a quality may fall below evaluation, at the bound of its interval, before a critical model pages.', 0.05),
  errorDropMax: multiple(
    'How much the mean absolute error may exceed that of evaluation, at the bound of its interval, as a part of it.',
    0.25,
  ),
  sliceGapMax: share('How far accuracy or recall of a slice value may be below the whole, at the bound of its interval.', 0.05),
  sliceErrorGapMax: multiple(
    'How much the mean absolute error of a slice value may exceed that of the whole, at the bound of its interval, as a part of it.',
    0.5,
  ),
  calibrationErrorMax: share('Expected calibration error from which probabilities are off.', 0.05),
  disparateImpactMin: share(
    'Least share of positive predictions of a group by that of its reference group; the greatest is its inverse.',
    0.8,
  ),
  recallDifferenceMax: share('How far recall of a group may be from that of its reference group, at the bound of its interval.', 0.1),
  groundTruthAgeMax: duration('Age of the newest ground truth from which it is late, while predictions wait for it.', '2d'),
} as const;
