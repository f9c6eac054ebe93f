import { availability } from './availability.js';
import { calibration } from './calibration.js';
import { classification } from './classification.js';
import {
  featureDrift,
  featureDriftReferences,
  groundTruthDrift,
  groundTruthDriftReferences,
  outputDrift,
  outputDriftReferences,
} from './drift.js';
import { errors } from './errors.js';
import { driftImpact, explanations } from './explanations.js';
import { estimated } from './estimated.js';
import { estimatedErrors } from './estimated-errors.js';
import { fairness } from './fairness.js';
import { freshness } from './freshness.js';
import { groundTruth } from './ground-truth.js';
import { golden } from './golden.js';
import { latency } from './latency.js';
import { missing } from './missing.js';
import { deploys, eventCounters, operations } from './operations.js';
import { parity } from './parity.js';
import { ranking } from './ranking.js';
import type { RecordingFamily } from './recording-family.js';
import { cost } from './cost.js';
import { reconstructionDrift } from './reconstruction.js';
import { rollout } from './rollout.js';
import { shadow } from './shadow.js';
import { schema } from './schema.js';
import { sidecars } from './sidecars.js';
import { skew } from './skew.js';
import { watching } from './watching.js';
import { sliceQuality } from './slices.js';

/** Every family of recording rules. A new one is a file beside these and a line here, after the families that it reads. */
export const RECORDING_FAMILIES: readonly RecordingFamily[] = [
  sidecars,
  watching,
  latency,
  availability,
  featureDrift,
  featureDriftReferences,
  outputDrift,
  outputDriftReferences,
  groundTruthDrift,
  groundTruthDriftReferences,
  missing,
  schema,
  golden,
  parity,
  freshness,
  classification,
  ranking,
  estimated,
  estimatedErrors,
  errors,
  skew,
  reconstructionDrift,
  calibration,
  groundTruth,
  sliceQuality,
  fairness,
  shadow,
  rollout,
  explanations,
  driftImpact,
  cost,
  deploys,
  eventCounters,
  operations,
];

export type { RecordingFamily } from './recording-family.js';
export { rolloutRulesOf } from './rollout-rules.js';
export type { RolloutRules } from './rollout-rules.js';
