import { alerts } from './config-alerts.js';
import { cost } from './config-cost.js';
import { cap, duration, name } from './config-parts.js';
import { explain } from './config-explain.js';
import { freshness } from './config-freshness.js';
import { multivariate } from './config-multivariate.js';
import { parity } from './config-parity.js';
import { modelSamples } from './config-samples.js';
import { schemaWatch } from './config-schema-watch.js';
import { rollout } from './config-rollout.js';
import { challenger, champion } from './config-scorers.js';
import { slo } from './config-slo.js';

/** One watched model. */
export const model = {
  type: 'object',
  additionalProperties: false,
  required: ['name', 'champion'],
  properties: {
    name: name('Model name, as it stands in paths and labels.'),
    team: { ...name('Who is paged: a label on every alert.'), default: 'unassigned' },
    businessOwner: name('Who answers for what the model is used for, and is told when its quality or its objectives suffer.'),
    critical: { type: 'boolean', default: false, description: 'Whether a breach pages instead of making a ticket.' },
    champion,
    challengers: { type: 'array', maxItems: 8, default: [], items: challenger, description: 'Versions compared with the champion.' },
    inputs: {
      type: 'object',
      additionalProperties: { type: 'array', items: { type: 'string', minLength: 1 }, minItems: 1 },
      description:
        'Tensor name to the features its columns hold. Left out: a tensor named as a feature holds it; one wide tensor holds all, in order.',
    },
    private: {
      type: 'array',
      maxItems: 1000,
      default: [],
      items: { type: 'string', minLength: 1 },
      description:
        'Features whose values are shown and kept nowhere: no sample has them, no slice is made of them, and the baseline has digests for their categories (`modelwatch baseline --private`).',
    },
    output: {
      type: 'object',
      additionalProperties: false,
      default: {},
      description: 'The watched output.',
      properties: {
        kind: {
          enum: ['probability', 'regression'],
          default: 'probability',
          description: 'Probability of the positive class, or an estimate of a number.',
        },
        tensor: { type: 'string', description: 'Output tensor; the last one unless said otherwise.' },
        column: { type: 'integer', minimum: 0, description: 'Column of that tensor; the last one unless said otherwise.' },
        threshold: { type: 'number', default: 0.5, description: 'Outputs at or above it predict the positive class.' },
      },
    },
    identity: {
      type: 'object',
      additionalProperties: false,
      default: {},
      properties: {
        header: {
          type: 'string',
          pattern: '^[a-z0-9-]+$',
          default: 'x-request-id',
          description: 'Request header that identifies a prediction when the request has no v2 `id`.',
        },
      },
    },
    slices: {
      type: 'array',
      maxItems: 8,
      default: [],
      description: 'By what quality and traffic are broken down.',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['name'],
        properties: {
          name: name('The slice, as it stands in the label `slice`.'),
          feature: { type: 'string', description: 'A categorical feature; its name is the slice name unless said otherwise.' },
          header: { type: 'string', pattern: '^[a-z0-9-]+$', description: 'A request header, such as x-tenant.' },
          valuesMax: cap('Values that get their own series, the first that come; the rest counts as __other__.', 20, 1000),
          worstMax: {
            type: 'integer',
            minimum: 0,
            maximum: 100,
            default: 10,
            description: 'Further values that get series of their quality once they are worse than the whole for certain, the worst first.',
          },
          fairness: {
            type: 'object',
            additionalProperties: false,
            description:
              'Compares the values as groups: difference of positive rates, disparate impact, difference of recall. For classifications.',
            properties: {
              reference: {
                type: 'string',
                description:
                  'The group that the others are compared with; the largest unless said otherwise, which may change from window to window.',
              },
            },
          },
          keptMax: {
            type: 'integer',
            minimum: 1,
            maximum: 2000,
            description: 'Values whose quality is kept and told by API, with series or without; 200, or valuesMax where that is more.',
          },
        },
      },
    },
    cost,
    rollout,
    groundTruth: {
      type: 'object',
      additionalProperties: false,
      default: {},
      properties: {
        horizon: duration('How long a prediction waits for its ground truth, and early ground truth for its prediction.', '7d'),
      },
    },
    explain,
    multivariate,
    schema: schemaWatch,
    parity,
    samples: modelSamples,
    freshness,
    slo,
    alerts,
  },
} as const;
