import { cap, duration } from './config-parts.js';

/** What was counted by window, for later. */
export const snapshots = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description:
    'Snapshots: what was counted of features, outputs, quality and slices in each window, kept in the store to be compared later.',
  properties: {
    window: duration('How long a window is.', '1h'),
    windowsAge: duration('How long windows are kept one by one; then they are put together by the day.', '14d'),
    age: duration('How long days are kept.', '400d'),
    entriesMax: cap(
      'Windows and days kept, one for each feature, output and slice value of a version; beyond it the oldest go.',
      1_000_000,
      100_000_000,
    ),
    bytesMax: cap('Bytes that they take in the store, about; beyond it the oldest go.', 268_435_456, 1_099_511_627_776),
  },
} as const;
