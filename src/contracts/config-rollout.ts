import { duration } from './config-parts.js';

/** Bars that a challenger is held against unless the configuration says otherwise. */
export const ROLLOUT_DEFAULTS = {
  pairsMin: 1000,
  quality: 'accuracy',
  qualityLossMax: 0.01,
  qualityGainMin: 0,
  disagreementRatioMax: 0.2,
  latencyRatioMax: 2,
  failureRatioMax: 0.01,
  confidence: 0.99,
} as const;

/** A bar that may be left out of the verdict. */
const bar = (
  description: string,
  fallback: number,
  bounds: { readonly minimum?: 0; readonly maximum?: 1; readonly exclusiveMinimum?: 0 },
) =>
  ({
    anyOf: [{ type: 'number', ...bounds }, { const: 'none' }],
    default: fallback,
    description: `${description}; \`none\`: it is not judged.`,
  }) as const;
const ratioBar = (description: string, fallback: number) => bar(description, fallback, { minimum: 0, maximum: 1 });

/** What a challenger must show before it may take the champion's place, and what rules it out. */
export const rollout = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description:
    'What a challenger is held against: the verdict of the rules, of `GET /v1/models/{model}/challengers`, and of `modelwatch gate`. Each bar is held against an interval, so that chance alone neither promotes nor rejects.',
  properties: {
    window: duration('Trailing window over which the recording rules judge, over all replicas.', '1d'),
    pairsMin: {
      type: 'integer',
      minimum: 100,
      maximum: 1_000_000_000,
      default: ROLLOUT_DEFAULTS.pairsMin,
      description: 'Fewest tries, pairs and pairs with ground truth of which anything is said.',
    },
    quality: {
      enum: ['accuracy', 'loss'],
      description:
        'What quality means: the share of right predictions, or the mean loss (Brier score, squared error). Accuracy unless said otherwise; of a regression the loss.',
    },
    qualityLossMax: {
      type: 'number',
      minimum: 0,
      description: `Largest loss of quality that is tolerated, in its unit. ${ROLLOUT_DEFAULTS.qualityLossMax} unless said otherwise; squared errors have a unit of their own, so that a regression with challengers needs it.`,
    },
    qualityGainMin: {
      type: 'number',
      default: ROLLOUT_DEFAULTS.qualityGainMin,
      description: 'Gain of quality that a promotion exceeds; minus the tolerated loss: as good will do.',
    },
    disagreementRatioMax: ratioBar(
      'Largest share of predictions on which the two may disagree; of estimates it is judged where the challenger has a tolerance',
      ROLLOUT_DEFAULTS.disagreementRatioMax,
    ),
    latencyRatioMax: bar("Largest mean scoring time, as a multiple of the champion's", ROLLOUT_DEFAULTS.latencyRatioMax, {
      exclusiveMinimum: 0,
    }),
    failureRatioMax: ratioBar('Largest share of failed calls, and of missing outputs', ROLLOUT_DEFAULTS.failureRatioMax),
    confidence: {
      type: 'number',
      exclusiveMinimum: 0,
      exclusiveMaximum: 1,
      default: ROLLOUT_DEFAULTS.confidence,
      description: 'Of every interval, two-sided, for one look.',
    },
  },
} as const;
