import { durationSeconds } from '../../contracts/index.js';
import type { ConfiguredSlo } from '../../slo/index.js';
import { promString } from '../selector.js';

/** Levels of the recorded series: by version, by model over all versions, by value of a slice. */
export const VERSION_LEVEL = 'model_version_slo';
export const MODEL_LEVEL = 'model_slo';
export const SLICE_LEVEL = 'model_version_slo_slice_slice_value';

/** A recorded series of objectives: `level:modelwatch_slo_<metric>:<operation>`. */
export const sloSeries = (level: string, metric: string, operation: string): string => `${level}:modelwatch_slo_${metric}:${operation}`;
export const byVersion = (metric: string, window: string): string => sloSeries(VERSION_LEVEL, metric, window);
export const byModel = (metric: string, operation: string): string => sloSeries(MODEL_LEVEL, metric, operation);

/** The objective itself, with what there is to know of it in labels. */
export const OBJECTIVE = byModel('objective_ratio', 'info');
/** Whether a minute is good, as the rules judge it at each evaluation: 1 or 0. */
export const MINUTE_GOOD = byVersion('minute_good', 'now');
/** Counts of a few evaluations, put down side by side: what windows of a day and more add up. */
export const TILE = 'tile';
export const EVALUATIONS_OF_A_TILE = 5;

/** Windows counted from what is exported, so that a short one shows at once what happened. */
export const COUNTED_WINDOWS = ['5m', '30m', '1h'] as const;
/** Windows added up from counts of five minutes, one an evaluation. */
export const ADDED_WINDOWS = ['2h', '6h'] as const;
/** Windows added up from tiles. */
export const TILED_WINDOWS = ['1d', '3d'] as const;
export const BURN_RATE_WINDOWS: readonly string[] = [...COUNTED_WINDOWS, ...ADDED_WINDOWS, ...TILED_WINDOWS];
/** The version of what is counted over several models. */
export const ALL_VERSIONS = '__all__';

export const ofSlo = (name: string): string => `slo=${promString(name)}`;

/** Labels of the series of an objective, beside model and version. */
export const labelsOf = ({ name, evidence }: ConfiguredSlo): Readonly<Record<string, string>> =>
  evidence === undefined ? { slo: name } : { slo: name, evidence };

/** Seconds as a Prometheus duration, in the largest unit that they are a whole number of. */
export function durationOf(seconds: number): string {
  for (const [unit, size] of Object.entries({ d: 86_400, h: 3600, m: 60, s: 1 }))
    if (seconds % size === 0) return `${seconds / size}${unit}`;
  return `${Math.round(seconds * 1000)}ms`;
}

export const tileSeconds = (interval: string): number => EVALUATIONS_OF_A_TILE * durationSeconds(interval);
