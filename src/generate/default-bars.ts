import { configSchema } from '../contracts/index.js';
import { ROLLOUT_CRITERIA } from '../rollout/index.js';
import type { FairSlice } from './recordings/fairness.js';
import type { RolloutRules } from './recordings/index.js';
import type { AlertBars } from './recordings/recording-family.js';

const { alerts, rollout } = configSchema.properties.models.items.properties;

/** The bars of a model whose configuration says nothing of alerts. Every bar but a few that are not set has a default in the schema. */
export const DEFAULT_BARS = Object.fromEntries(
  Object.entries(alerts.properties).map(([bar, schema]) => [bar, 'default' in schema ? schema.default : undefined]),
) as unknown as AlertBars;

/** A slice of groups, as the metrics page shows what comes of one. */
export const DEFAULT_FAIR: readonly FairSlice[] = [{ slice: 'group', reference: undefined }];

/** The rollout of a model whose configuration says nothing of it. */
export const DEFAULT_ROLLOUT: RolloutRules = { window: rollout.properties.window.default, criteria: ROLLOUT_CRITERIA };
