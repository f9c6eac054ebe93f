import { createHash } from 'node:crypto';
import type { EventBins } from '../series-tally.js';
import type { StoreModel } from '../store.js';

/** The bins of a version's baseline as the store counts by them; undefined without a baseline. */
export function eventBins(model: StoreModel, version: string): EventBins | undefined {
  const baseline = model.baselines.find((entry) => entry.version === version);
  if (baseline === undefined) return undefined;
  const { features, output, groundTruth } = baseline;
  return {
    features,
    output,
    groundTruth,
    digest: createHash('sha256')
      .update(JSON.stringify([features, output]))
      .digest('hex'),
  };
}
