import type { AlertFamily } from '../alerts/index.js';
import { matcherOf } from '../selector.js';

export interface Inhibition {
  readonly source_matchers: readonly string[];
  readonly target_matchers: readonly string[];
  readonly equal: readonly string[];
}

type AlertName = AlertFamily['name'];

const named = (...names: readonly AlertName[]): string => matcherOf('alertname', names);
/** What is of a sidecar comes once for each model that it watches, and is one incident. */
export const OF_SIDECARS: readonly AlertName[] = [
  'ModelwatchSidecarDown',
  'ModelwatchWatchingImpaired',
  'ModelwatchQueueing',
  'ModelwatchAccessDenied',
];
/** Every alert of Modelwatch. */
export const OURS = 'alertname=~"Modelwatch.+"';
/** The same but some. */
const allBut = (...names: readonly AlertName[]): readonly string[] => [OURS, matcherOf('alertname', names, '!')];
const page = 'severity="page"';

/** What is said of the traffic of one sidecar: nothing of it is news while the sidecar is down. */
const OF_ONE_SIDECAR: readonly AlertName[] = ['ModelwatchWatchingImpaired', 'ModelwatchQueueing'];
/** Windows that reach back before a deploy compare two versions' traffic. */
const DRIFT: readonly AlertName[] = ['ModelwatchFeatureDrift', 'ModelwatchOutputDrift', 'ModelwatchAttributionShift'];

/** Which alerts silence which: one cause is told once. */
export const INHIBITIONS: readonly Inhibition[] = [
  // Nobody watches the model: what else was said of it is old. What is said of a sidecar is not, as that somebody tries its doors.
  {
    source_matchers: [named('ModelwatchModelAbsent')],
    target_matchers: allBut('ModelwatchModelAbsent', ...OF_SIDECARS),
    equal: ['model'],
  },
  { source_matchers: [named('ModelwatchSidecarDown')], target_matchers: [named(...OF_ONE_SIDECAR)], equal: ['job', 'instance'] },
  // Who works on a model knows that it answers badly. That somebody tries its doors is no part of the work.
  {
    source_matchers: [named('ModelwatchMaintenance')],
    target_matchers: allBut('ModelwatchMaintenance', 'ModelwatchAccessDenied'),
    equal: ['model'],
  },
  { source_matchers: [named('ModelwatchWarmUp')], target_matchers: [named(...DRIFT)], equal: ['model'] },
  // The page of an objective says what its ticket says, of the same version or of the same budget. A budget stays spent for weeks, and what burns
  // anew meanwhile is news.
  {
    source_matchers: [page, named('ModelwatchSloBurnFast')],
    target_matchers: [named('ModelwatchSloBurnSlow')],
    equal: ['model', 'version', 'slo'],
  },
  {
    source_matchers: [named('ModelwatchSloBreached')],
    target_matchers: [named('ModelwatchSloHalfSpent', 'ModelwatchSloHalfSpentEarly')],
    equal: ['model', 'slo'],
  },
  { source_matchers: [named('ModelwatchSloHalfSpentEarly')], target_matchers: [named('ModelwatchSloHalfSpent')], equal: ['model', 'slo'] },
  // Quality fell: the features that drifted stand on the board its page leads to, and are not told one by one beside it.
  {
    source_matchers: [named('ModelwatchQualityDrop')],
    target_matchers: [named(...DRIFT, 'ModelwatchPredictionSkew', 'ModelwatchQualityEstimateLow')],
    equal: ['model', 'version'],
  },
];
