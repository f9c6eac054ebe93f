import { configSchema } from '../contracts/index.js';
import { ROLLOUT_CRITERIA } from '../rollout/index.js';
import type { RolloutRules } from './recordings/index.js';
import type { AlertBars } from './recordings/recording-family.js';

const { alerts, rollout } = configSchema.properties.models.items.properties;

/** The bars of a model whose configuration says nothing of alerts. Every bar has a default in the schema. */
export const DEFAULT_BARS = Object.fromEntries(
  Object.entries(alerts.properties).map(([bar, schema]) => [bar, schema.default]),
) as unknown as AlertBars;

/** The rollout of a model whose configuration says nothing of it. */
export const DEFAULT_ROLLOUT: RolloutRules = { window: rollout.properties.window.default, criteria: ROLLOUT_CRITERIA };
