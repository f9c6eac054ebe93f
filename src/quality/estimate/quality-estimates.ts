import type { Reading, Scale } from '../../contracts/reading.js';
import { accuracy } from '../accuracy.js';
import { auc } from '../auc.js';
import { f1 } from '../f1.js';
import { precision } from '../precision.js';
import { recall } from '../recall.js';
import type { ExpectedQuality } from './expected-quality.js';

/** A reading that is estimated and not observed, and says so: it may raise a ticket and never a page. */
export type EstimatedReading = Reading & { readonly evidence: 'estimate' };

/** An estimate of a quality metric before ground truth comes, under the metric's own name, scale and least count. */
export interface QualityEstimate {
  readonly name: string;
  readonly evidence: 'estimate';
  readonly scale: Scale;
  /** As of the metric; of classes, expected counts. */
  readonly countMin: number;
  readonly source: string;
  measure(expected: ExpectedQuality): EstimatedReading;
}

/**
 * Confidence-based performance estimates (CBPE): each metric of the expected outcomes, or of the expected score bins.
 *
 * Use them for: weeks in which ground truth is still under way. Not for: a change in what scores mean (concept drift), which no estimate from
 * scores can see; nor for scores beyond the greatest of the baseline, which the calibration does not cover.
 * Right where the calibration holds: each sum then is the mean of what will be counted, over the ground truth that can come. Undetermined as the
 * metric is. Cost: as of the metric.
 */
export const QUALITY_ESTIMATES: readonly QualityEstimate[] = [
  ...[accuracy, precision, recall, f1].map((metric) => estimateOf(metric, ({ confusion }) => metric.measure(confusion))),
  estimateOf(auc, ({ scores }) => auc.measure(scores)),
];

function estimateOf(
  { name, scale, countMin }: Pick<QualityEstimate, 'name' | 'scale' | 'countMin'>,
  readingOf: (expected: ExpectedQuality) => Reading,
): QualityEstimate {
  return {
    name,
    evidence: 'estimate',
    scale,
    countMin,
    source: 'Białek, Kuberski, Perrakis and Bifet, "Estimating model performance under covariate shift without labels", 2024',
    measure: (expected) => ({ ...readingOf(expected), evidence: 'estimate' }),
  };
}
