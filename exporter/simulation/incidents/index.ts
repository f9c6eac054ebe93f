import { costLeak } from './cost-leak.js';
import { errorBurst } from './error-burst.js';
import { explainerChange } from './explainer-change.js';
import type { Incident } from './incident.js';
import { latencyStep } from './latency-step.js';
import { nullBurst } from './null-burst.js';
import { oneSlice } from './one-slice.js';
import { slowDrift } from './slow-drift.js';
import { staleModel } from './stale-model.js';
import { stuckGroundTruth } from './stuck-ground-truth.js';
import { suddenDrift } from './sudden-drift.js';
import { unitChange } from './unit-change.js';
import { wrongExport } from './wrong-export.js';

/** Every incident that is simulated. A new one is a file beside these and a line here. */
export const INCIDENTS: readonly Incident[] = [
  suddenDrift,
  slowDrift,
  oneSlice,
  unitChange,
  nullBurst,
  latencyStep,
  errorBurst,
  stuckGroundTruth,
  costLeak,
  staleModel,
  wrongExport,
  explainerChange,
];

export type { Incident } from './incident.js';
