import { cap, duration, window } from './config-parts.js';
import { attributionBars } from './config-explain.js';
import { driftReferences } from './config-drift-references.js';
import { operationsBars } from './config-operations-bars.js';
import { qualityBars } from './config-quality-bars.js';
import { LATENCY_SECONDS_BUCKETS } from './metrics.js';

/** Bars of a model's generated alerts. */
export const alerts = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description: 'Bars of the generated alerts. Statistics measure; these judge.',
  properties: {
    driftPsiMin: { type: 'number', exclusiveMinimum: 0, default: 0.2, description: 'PSI from which drift matters in practice.' },
    driftWindows: {
      type: 'array',
      items: window,
      minItems: 2,
      maxItems: 2,
      default: ['1h', '6h'],
      description: 'Short and long window; drift must show in both.',
    },
    ...driftReferences,
    driftFor: duration('How long drift or missing values must hold in both windows.', '5m'),
    driftCountMin: cap('Values a window needs before drift is judged.', 200, 1_000_000_000),
    ...attributionBars,
    significance: {
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 0.5,
      default: 0.001,
      description: 'Chance of a false alarm by the statistical bar, per feature and window.',
    },
    missingRatioMax: {
      type: 'number',
      minimum: 0,
      maximum: 1,
      default: 0.01,
      description: 'Share of missing values, above the baseline, that alerts.',
    },
    requestCountMin: cap('Requests a window needs before latency or availability is judged.', 100, 1_000_000_000),
    latencySecondsMax: {
      type: 'number',
      exclusiveMinimum: 0,
      // Above its last bound a histogram tells no quantile: p95 stays at the bound, and the alert could never fire.
      exclusiveMaximum: LATENCY_SECONDS_BUCKETS.at(-1)!,
      default: 0.3,
      description: 'p95 latency that alerts.',
    },
    availabilityRatioMin: {
      type: 'number',
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.999,
      description: 'Share of requests that must be answered.',
    },
    ...qualityBars,
    ...operationsBars,
    queueFillRatioMax: {
      type: 'number',
      exclusiveMinimum: 0,
      exclusiveMaximum: 1,
      default: 0.5,
      description: 'Fill of a queue of the sidecar, over minutes, from which it cannot keep up.',
    },
    deployWarmUp: duration('How long after a deploy drift of the model is told nobody: windows still hold what was before.', '30m'),
    baselineAgeMax: duration('Age from which a baseline is stale.', '90d'),
  },
} as const;
