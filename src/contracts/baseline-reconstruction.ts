import { count } from './baseline-parts.js';

const object = { type: 'object', additionalProperties: false } as const;
const name = { type: 'string', minLength: 1, maxLength: 128 } as const;
const scale = { type: 'number', exclusiveMinimum: 0 } as const;

/** More would make a section of megabytes, and a row would cost tens of microseconds. */
export const RECONSTRUCTION_BASELINE_FEATURES_MAX = 200;

/** The directions in which the reference rows vary most, and how far rows lie from them: what multivariate drift is measured by. */
export const reconstruction = {
  ...object,
  description: 'Principal components of the reference rows, and the errors of rows that they were not made of.',
  required: ['features', 'components', 'varianceRatio', 'errors'],
  properties: {
    features: {
      type: 'array',
      minItems: 2,
      maxItems: RECONSTRUCTION_BASELINE_FEATURES_MAX,
      description: 'How each feature of the baseline, in its order, becomes a number: (code - mean) / scale.',
      items: {
        anyOf: [
          {
            ...object,
            required: ['name', 'kind', 'mean', 'scale'],
            properties: { name, kind: { const: 'numeric' }, mean: { type: 'number' }, scale },
          },
          {
            ...object,
            required: ['name', 'kind', 'categories', 'shares', 'missing', 'mean', 'scale'],
            properties: {
              name,
              kind: { const: 'categorical' },
              categories: { type: 'array', maxItems: 1000, items: { type: 'string', minLength: 1, maxLength: 256 }, uniqueItems: true },
              shares: { type: 'array', maxItems: 1000, items: { type: 'number', minimum: 0, maximum: 1 } },
              missing: { type: 'number', minimum: 0, maximum: 1, description: 'The code of what is missing.' },
              mean: { type: 'number' },
              scale,
            },
          },
        ],
      },
    },
    components: {
      type: 'array',
      maxItems: RECONSTRUCTION_BASELINE_FEATURES_MAX,
      items: { type: 'array', minItems: 2, maxItems: RECONSTRUCTION_BASELINE_FEATURES_MAX, items: { type: 'number' } },
      description: 'Directions of length 1 at right angles, one number a feature.',
    },
    varianceRatio: { type: 'number', minimum: 0, maximum: 1, description: "Share of the reference's variance in these directions." },
    errors: {
      ...object,
      description: 'Errors of reference rows as if they were new, in standard deviations: each by the components of the other four fifths.',
      required: ['count', 'sum', 'squared', 'beyond'],
      properties: {
        count,
        sum: count,
        squared: count,
        beyond: { ...count, description: 'How many lay beyond their mean by more than 3 standard deviations of theirs.' },
      },
    },
  },
} as const;
