import { cap, duration } from './config-parts.js';

/** The log of alerts. */
export const alertLog = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description: 'The log of alerts that Alertmanager tells of by its webhook.',
  properties: {
    entriesMax: cap('Alerts kept; beyond it the oldest go and are counted.', 100_000, 10_000_000),
    age: duration('How long an alert is kept.', '400d'),
    unheard: duration(
      'An alert that was not told again for so long fires no more: longer than any `repeat_interval` of the receiver.',
      '8d',
    ),
  },
} as const;
