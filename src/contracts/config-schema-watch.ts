import { cap } from './config-parts.js';

/** How the features of requests are held against those of the baseline. */
export const schemaWatch = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description: "Features of requests and events held against the baseline's: missing, new and of another type, each counted.",
  properties: {
    ignored: {
      type: 'array',
      items: { type: 'string', minLength: 1, maxLength: 256 },
      maxItems: 1000,
      uniqueItems: true,
      default: [],
      description: 'Inputs and fields that are no features of the baseline and are not to be counted as new.',
    },
    newFeaturesMax: cap('New names that get their own series; the rest counts as __other__.', 20, 1000),
  },
} as const;
