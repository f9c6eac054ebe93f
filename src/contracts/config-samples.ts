import { cap, duration } from './config-parts.js';

/** The table of samples. */
export const samples = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description: 'Samples of requests that the store keeps; each model says whether and how it is sampled.',
  properties: {
    entriesMax: cap('Samples kept, over all models; beyond it the oldest go.', 10_000, 10_000_000),
    bytesMax: cap('Bytes that they take in the store, about; beyond it the oldest go.', 67_108_864, 1_099_511_627_776),
    age: duration('How long a sample is kept.', '14d'),
    queueEntriesMax: cap('Requests waiting to be masked and written; further ones are dropped and counted.', 256, 100_000),
  },
} as const;

/** How one model is sampled. */
export const modelSamples = {
  type: 'object',
  additionalProperties: false,
  description: 'Keeps inputs and outputs of failing requests and of a share of the others, masked by rule. Left out: nothing is kept.',
  properties: {
    failing: { type: 'boolean', default: true, description: 'Whether requests that failed or were refused are kept.' },
    failingPerMinuteMax: cap('Failing requests kept in a minute; further ones are dropped and counted.', 60, 100_000),
    share: {
      type: 'number',
      minimum: 0,
      maximum: 1,
      default: 0.001,
      description: 'Share of the other requests that is kept, chosen by their ids.',
    },
    rowsMax: cap('Rows kept of one request, the first ones.', 4, 100),
    masks: {
      type: 'object',
      maxProperties: 1000,
      default: {},
      description: 'Feature to the rule by which its value is masked before it is kept.',
      additionalProperties: {
        type: 'object',
        additionalProperties: false,
        required: ['rule'],
        properties: {
          rule: {
            enum: ['keep', 'hash', 'truncate', 'bucket', 'drop'],
            description: 'As it is; a keyed digest; its first characters; the interval a number lies in; not at all.',
          },
          length: { type: 'integer', minimum: 1, maximum: 256, description: 'Characters that truncate leaves.' },
          width: { type: 'number', exclusiveMinimum: 0, description: 'Width of the intervals of bucket.' },
        },
      },
    },
    otherwise: {
      enum: ['hash', 'drop', 'keep'],
      default: 'hash',
      description: 'The rule of features that have none.',
    },
  },
} as const;
