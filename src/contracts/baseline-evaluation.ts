import { count, countsByBin, sourceFiles } from './baseline-parts.js';
import { SCORE_BINS } from './metrics.js';

const object = { type: 'object', additionalProperties: false } as const;
/** More than a calibration's 36 bins: a baseline may be made by another program. */
const CALIBRATION_EDGES_MAX = 100;

/**
 * The model judged on labelled rows that it was not fitted on, as sums that merge: what live quality is compared with, and what estimates before
 * ground truth are calibrated by. Of a regression there are errors and ground truth alone.
 */
export const evaluation = {
  ...object,
  description:
    'The model judged on labelled rows that it was not fitted on. Without it there are no estimates before ground truth, no prediction skew and no drift of ground truth.',
  required: ['kind', 'rows', 'files', 'errors', 'groundTruth'],
  properties: {
    kind: { enum: ['probability', 'regression'] },
    rows: { ...count, description: 'Rows with an output and ground truth; only these are counted.' },
    files: sourceFiles,
    threshold: {
      type: 'number',
      minimum: 0,
      maximum: 1,
      description: 'Outputs at or above it predict the positive class; of probabilities.',
    },
    confusion: {
      ...object,
      description: 'Classifications by outcome; of probabilities.',
      required: ['truePositive', 'falsePositive', 'trueNegative', 'falseNegative'],
      properties: { truePositive: count, falsePositive: count, trueNegative: count, falseNegative: count },
    },
    scores: {
      ...object,
      description: `Outputs by ground truth and by ${SCORE_BINS} bins of equal width over 0..1; of probabilities.`,
      required: ['positive', 'negative'],
      properties: { positive: countsByBin(SCORE_BINS, SCORE_BINS), negative: countsByBin(SCORE_BINS, SCORE_BINS) },
    },
    calibration: {
      ...object,
      description:
        'What the calibrator is fitted from, by bin of the output: how many, the sum of the outputs, and how many came true; of probabilities.',
      required: ['edges', 'counts', 'scores', 'positives'],
      properties: {
        edges: {
          type: 'array',
          maxItems: CALIBRATION_EDGES_MAX,
          items: { type: 'number', minimum: 0, maximum: 1 },
          description: 'Ascending; bin i holds edges[i-1] < output <= edges[i].',
        },
        counts: countsByBin(1, CALIBRATION_EDGES_MAX + 1),
        scores: countsByBin(1, CALIBRATION_EDGES_MAX + 1),
        positives: countsByBin(1, CALIBRATION_EDGES_MAX + 1),
      },
    },
    errors: {
      ...object,
      description: 'Sums of what output minus ground truth was where it was above 0, of what it lacked where below, and of its square.',
      required: ['over', 'under', 'squared'],
      properties: { over: count, under: count, squared: count },
    },
    groundTruth: {
      ...object,
      description: 'Ground truth by bins frozen for good; of probabilities the one edge 0, which divides what came true from what did not.',
      required: ['edges', 'counts'],
      properties: {
        edges: {
          type: 'array',
          maxItems: 100,
          items: { type: 'number' },
          description: 'Ascending; bin i holds edges[i-1] < x <= edges[i].',
        },
        counts: countsByBin(1, 101),
      },
    },
  },
} as const;
