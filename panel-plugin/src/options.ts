/** Saved with the dashboard. `view` stays a string: a board saved by a newer version may name a view unknown here. */
export interface PanelOptions {
  readonly view: string;
  /** The rows in words in place of the picture. */
  readonly asTable?: boolean;
  readonly sliceQuality?: { readonly columns?: 'auto' | 'metric' | 'time'; readonly countMin?: number };
  readonly shadowVerdict?: { readonly countMin?: number };
  readonly distribution?: { readonly countMin?: number };
  readonly driftImpact?: { readonly namedMax?: number };
  readonly calibration?: { readonly countMin?: number };
}

export const COUNT_MIN_DEFAULT = 100;
