import type { AlertFamily } from '../alerts/index.js';
import { matcherOf, promString } from '../selector.js';

export interface Inhibition {
  readonly source_matchers: readonly string[];
  readonly target_matchers: readonly string[];
  readonly equal: readonly string[];
}

type AlertName = AlertFamily['name'];

const named = (...names: readonly AlertName[]): string => matcherOf('alertname', names);
/** Every alert of Modelwatch but one. */
const allBut = (name: AlertName): readonly string[] => ['alertname=~"Modelwatch.+"', `alertname!=${promString(name)}`];

/** What is said of the traffic of one sidecar: nothing of it is news while the sidecar is down. */
const OF_ONE_SIDECAR: readonly AlertName[] = ['ModelwatchWatchingImpaired', 'ModelwatchQueueing'];
/** Windows that reach back before a deploy compare two versions' traffic. */
const DRIFT: readonly AlertName[] = ['ModelwatchFeatureDrift', 'ModelwatchOutputDrift', 'ModelwatchAttributionShift'];

/** Which alerts silence which: one cause is told once. */
export const INHIBITIONS: readonly Inhibition[] = [
  // Nobody watches the model: what else was said of it is old.
  { source_matchers: [named('ModelwatchModelAbsent')], target_matchers: allBut('ModelwatchModelAbsent'), equal: ['model'] },
  { source_matchers: [named('ModelwatchSidecarDown')], target_matchers: [named(...OF_ONE_SIDECAR)], equal: ['job', 'instance'] },
  { source_matchers: [named('ModelwatchWarmUp')], target_matchers: [named(...DRIFT)], equal: ['model'] },
  // The page of an objective says what its ticket says.
  { source_matchers: ['severity="page"', 'slo=~".+"'], target_matchers: ['severity="ticket"', 'slo=~".+"'], equal: ['model', 'slo'] },
  // Quality fell: the features that drifted stand on the board its page leads to, and are not told one by one beside it.
  {
    source_matchers: [named('ModelwatchQualityDrop')],
    target_matchers: [named(...DRIFT, 'ModelwatchPredictionSkew', 'ModelwatchQualityEstimateLow')],
    equal: ['model', 'version'],
  },
];
