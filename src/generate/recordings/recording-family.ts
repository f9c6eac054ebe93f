import type { ModelConfig } from '../../contracts/index.js';
import type { RecordingRule } from '../rule-file.js';
import type { Select } from '../selector.js';
import type { FairSlice } from './fairness.js';
import type { RolloutRules } from './rollout-rules.js';

/** The bars of a model's alerts, as configured. */
export type AlertBars = ModelConfig['alerts'];

/**
 * Recording rules that belong together, one file each. The rules are written for one window and one selector; the generator asks for every
 * window a model needs and shares what comes out equal. They read metrics of the table, their own rules above them, and what another family has
 * recorded at its last evaluation.
 *
 * Every rule sums counters over replicas first and computes afterwards; leaves out what would be NaN (no traffic, no baseline), so that "no
 * answer yet" is an absent series; and never compares with a bar, which is what alerts are for, unless the verdict is what is recorded.
 */
export interface RecordingFamily {
  /** Kebab-case, as the file; the rule group's name starts with it. */
  readonly name: string;
  /** What is recorded, one sentence for the metrics page. */
  readonly help: string;
  readonly windows: (bars: AlertBars, rollout: RolloutRules | undefined) => readonly string[];
  /** Recorded at every so many evaluations at most, where a value may be that old: see `evaluatedEvery`. Every one, where left out. */
  readonly evaluations?: number;
  readonly rules: (input: {
    readonly window: string;
    readonly bars: AlertBars;
    /** Undefined where no verdict on a challenger is to be had. */
    readonly rollout: RolloutRules | undefined;
    /** Slices whose values are groups to be compared. */
    readonly fair: readonly FairSlice[];
    readonly select: Select;
  }) => readonly RecordingRule[];
}

/** Windows of traffic and latency: a short one that clears quickly, a long one that does not fire on a blip. */
export const SERVING_WINDOWS = ['5m', '1h'] as const;

export const servingWindows = (): readonly string[] => SERVING_WINDOWS;
export const driftWindows = (bars: AlertBars): readonly string[] => bars.driftWindows;
