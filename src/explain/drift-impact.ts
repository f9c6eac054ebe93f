import type { Reading } from '../contracts/reading.js';
import { EXPLANATIONS_MIN, INSUFFICIENT_DATA, meansAbsolute, sharesOf, UNDEFINED } from './attribution-statistic.js';
import type { Attributions } from './attributions.js';

/** By feature, its share of the sum of mean |value|, 0..1: undetermined below 100 explained predictions, undefined where no feature matters. */
export function attributionShares(attributions: Attributions): Reading[] {
  const shares = sharesOf(meansAbsolute(attributions));
  return attributions.features.map((_, feature): Reading => {
    if (attributions.count < EXPLANATIONS_MIN) return INSUFFICIENT_DATA;
    return shares === undefined ? UNDEFINED : { kind: 'measured', value: shares[feature]! };
  });
}

/** How much the drift of one feature is worth a look. */
export interface DriftImpact {
  readonly feature: string;
  readonly share: Reading;
  readonly drift: Reading;
  readonly impact: Reading;
}

/**
 * Drift impact: attribution share times drift, by feature, the greatest first; the undetermined come last, and features of equal impact keep
 * their order.
 *
 * Use it for: which of many drifted features to look at. Not for: how wrong the model is; a feature whose drift is what made it matter, where
 * attributions from before the drift hide it: read both.
 * In the unit of the drift, for any statistic whose 0 is no drift. 0: the feature has not drifted, or does not matter. Undetermined where its
 * share or its drift is. Cost: a sort of the features. The product is ours.
 */
export function driftImpacts(attributions: Attributions, drifts: ReadonlyMap<string, Reading>): DriftImpact[] {
  const shares = attributionShares(attributions);
  const impacts = attributions.features.map((feature, i): DriftImpact => {
    const [share, drift] = [shares[i]!, drifts.get(feature) ?? INSUFFICIENT_DATA];
    return { feature, share, drift, impact: productOf(share, drift) };
  });
  return impacts.sort((a, b) => heightOf(b.impact) - heightOf(a.impact));
}

function productOf(share: Reading, drift: Reading): Reading {
  if (share.kind === 'undetermined') return share;
  return drift.kind === 'undetermined' ? drift : { kind: 'measured', value: share.value * drift.value };
}

function heightOf(impact: Reading): number {
  return impact.kind === 'measured' ? impact.value : -1;
}
