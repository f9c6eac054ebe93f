import { availabilitySli } from './availability.js';
import { dataQualitySli } from './data-quality.js';
import { driftFreeTimeSli } from './drift-free-time.js';
import { explanationStabilitySli } from './explanation-stability.js';
import { groundTruthFreshnessSli } from './ground-truth-freshness.js';
import { latencySli } from './latency.js';
import { qualitySli } from './quality.js';
import { retrainTimeSli } from './retrain-time.js';
import type { Sli } from './sli.js';
import { trainingSuccessSli } from './training-success.js';

/** Every indicator. A new one is a file beside these, a line here, and its name in `src/contracts/config-slo.ts`. */
export const SLIS: readonly Sli[] = [
  availabilitySli,
  latencySli,
  qualitySli,
  groundTruthFreshnessSli,
  dataQualitySli,
  driftFreeTimeSli,
  explanationStabilitySli,
  trainingSuccessSli,
  retrainTimeSli,
];
