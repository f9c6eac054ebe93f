import { duration, name } from './config-parts.js';
import { DURATION_PATTERN } from './duration.js';

/** What a service level can be of. `src/slo` defines each: how it counts, and what it takes. */
export const SLI_NAMES = [
  'availability',
  'latency',
  'quality',
  'ground_truth_freshness',
  'data_quality',
  'drift_free_time',
  'explanation_stability',
  'training_success',
  'retrain_time',
] as const;
export type SliName = (typeof SLI_NAMES)[number];

/** What quality rests on: what turned out to be so, what is expected to be, or what a challenger says. Only the first may wake somebody. */
export const EVIDENCES = ['ground_truth', 'estimate', 'shadow'] as const;
export type Evidence = (typeof EVIDENCES)[number];

/** Service level objectives of a model. */
export const slo = {
  type: 'array',
  maxItems: 20,
  default: [],
  description:
    'Service level objectives. Each yields the error ratio and the burn rate by window, what is left of the error budget, and alerts on how fast it goes: [service level objectives](slo.md).',
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['sli', 'objective'],
    properties: {
      name: name('The objective, as it stands in the label `slo`; that of its indicator unless said otherwise.'),
      sli: { enum: SLI_NAMES, description: 'The indicator: of what the share of good events is taken.' },
      objective: {
        type: 'number',
        exclusiveMinimum: 0,
        exclusiveMaximum: 1,
        description: 'Share of events that are to be good over the period; the rest is the error budget.',
      },
      period: duration('Rolling period that the error budget is for, 7d to 90d. Prometheus has to keep as much.', '30d'),
      critical: {
        type: 'boolean',
        description:
          "Whether a fast burn or a spent budget pages. The model's `critical` unless said otherwise, for indicators that may page: availability, latency, and quality by ground truth. Where it is `false` here, nothing pages; of a model that is not critical, a budget that is spent twice does.",
      },
      evidence: {
        enum: EVIDENCES,
        description:
          'For quality, what it rests on: ground truth unless said otherwise, an estimate before it comes, or agreement with a challenger. Only ground truth may page.',
      },
      within: {
        type: 'string',
        pattern: DURATION_PATTERN,
        description:
          'For latency, freshness of ground truth and retrain time, what is good: a bound of the histogram. `300ms`, `1d` and `2d` unless said otherwise.',
      },
      errorMax: {
        type: 'number',
        exclusiveMinimum: 0,
        description: 'For quality of a regression, the mean absolute error up to which a minute is good, in the unit of the output.',
      },
      eventsMin: {
        type: 'integer',
        minimum: 1,
        maximum: 1_000_000_000,
        description:
          'Events that a window needs before its burn rate alerts; with fewer, wider windows decide, and below it over three days the objective is blind. 100 requests or predictions, 30 minutes, or 5 training jobs unless said otherwise.',
      },
      combine: name(
        'Objectives of one name in several models that name the same group are judged together as well, as a model of this name: for models with little traffic each.',
      ),
    },
  },
} as const;
