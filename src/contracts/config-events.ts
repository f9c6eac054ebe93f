import { cap, duration } from './config-parts.js';

/** The log of events. */
export const events = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description: 'The log of events: deploys, training jobs, incidents and what else happened.',
  properties: {
    entriesMax: cap('Events kept; beyond it the oldest go and are counted.', 100_000, 10_000_000),
    age: duration('How long an event is kept.', '400d'),
  },
} as const;
