import { cap } from './config-parts.js';

/** Explanations of a model's predictions. How many rows one takes stands in the baseline, for live and training must have the same error. */
export const explain = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description:
    'Explanations of an ONNX champion whose baseline was made with `--explain`, in a child of low priority, after the answer has left.',
  properties: {
    share: {
      type: 'number',
      minimum: 0,
      maximum: 1,
      default: 0.1,
      description: 'Share of the predictions that are to be explained, chosen by their ids; with 0 none is, and no child is started.',
    },
    cpuShareMax: {
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 1,
      default: 0.05,
      description: 'Share of one core that explaining may take; predictions that it has no time for are dropped and counted.',
    },
    queueRowsMax: cap('Predictions waiting to be explained; further ones are dropped and counted.', 64, 10_000),
  },
} as const;

/** Bars of the alert on what a model looks at. */
export const attributionBars = {
  attributionNdcgMin: {
    type: 'number',
    minimum: 0,
    maximum: 1,
    default: 0.9,
    description: 'NDCG of the features by attribution, against training, below which the model looks at other features.',
  },
  explainedCountMin: cap('Explained predictions a window needs before attributions are judged.', 100, 1_000_000_000),
} as const;
