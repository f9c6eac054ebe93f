import { configSchema } from '../contracts/index.js';
import type { AlertBars } from './recordings/recording-family.js';

const { properties } = configSchema.properties.models.items.properties.alerts;

/** The bars of a model whose configuration says nothing of alerts. Every bar has a default in the schema. */
export const DEFAULT_BARS = Object.fromEntries(
  Object.entries(properties).map(([bar, schema]) => [bar, schema.default]),
) as unknown as AlertBars;
