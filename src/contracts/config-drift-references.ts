import { duration, window } from './config-parts.js';

/**
 * What a window is compared with: `baseline`, the training data; `trailing`, the hours before the window; `week`, the same window a week ago.
 * Values of the label `reference`.
 */
export const DRIFT_REFERENCES = ['baseline', 'trailing', 'week'] as const;
export type DriftReference = (typeof DRIFT_REFERENCES)[number];

/** Bars that say what drift is measured against. */
export const driftReferences = {
  driftReferences: {
    type: 'array',
    items: { enum: DRIFT_REFERENCES },
    minItems: 1,
    maxItems: DRIFT_REFERENCES.length,
    uniqueItems: true,
    default: ['baseline'],
    description:
      'What the drift alerts compare with: the `baseline`, the `trailing` hours before the window, or the same window a `week` ago. All three are recorded.',
  },
  driftTrailing: duration(
    'How far back before the window the reference `trailing` reaches: as many whole windows as fit, from 1 to 168.',
    '24h',
  ),
  driftSettling: {
    ...window,
    description:
      'How long a model is watched before single windows may alert on drift from the baseline; until then the trailing hours as a whole do. With `7d` the same hour of a week ago is known by then, and the rhythm of day and week does not alert. Not at all unless set.',
  },
} as const;
