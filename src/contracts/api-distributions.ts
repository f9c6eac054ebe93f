import type { Reading } from './reading.js';

/** Counts in the bins of a baseline. Numeric: bin i ends at edge i, which belongs to it, and the first and the last are open. Categorical: one bin a category, then `__other__`, then `__unseen__`. */
export type ApiCounts = {
  /** Without the missing. */
  readonly count: number;
  readonly missing: number;
  readonly outOfRange: number;
  readonly unseen: number;
  readonly counts: readonly number[];
  readonly shares: readonly number[];
} & (
  { readonly kind: 'numeric'; readonly edges: readonly number[] } | { readonly kind: 'categorical'; readonly categories: readonly string[] }
);

/** What windows that were put together tell of. */
export interface ApiExtent {
  readonly version: string;
  readonly role: string;
  /** How many windows. */
  readonly snapshots: number;
  readonly startSeconds: number;
  readonly endSeconds: number;
}

export type ApiReference = ApiCounts &
  (
    | { readonly against: 'baseline' }
    | ({ readonly against: 'window'; readonly fromSeconds: number; readonly toSeconds: number } & ApiExtent)
  );

/** What was counted of one version; all but the counts null where there is nothing to compare with in the same bins. */
export type ApiDistribution = ApiExtent &
  ApiCounts & {
    readonly reference: ApiReference | null;
    /** By name of the statistic. */
    readonly statistics: Readonly<Record<string, Reading>> | null;
    /** What each bin adds to PSI. */
    readonly contributions: readonly number[] | null;
    /** What the alert of drift would say of this window alone. */
    readonly verdict: 'drift' | 'quiet' | 'insufficient_data' | null;
  };

/** The bars of the alert of drift. */
export interface ApiDriftBars {
  readonly driftPsiMin: number;
  readonly driftCountMin: number;
  /** Chance of a false alarm behind the critical values. */
  readonly significance: number;
}

/** The answer of `GET /v1/models/:model/distributions`. */
export interface DistributionsAnswer {
  readonly model: string;
  /** Null: the output. */
  readonly feature: string | null;
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly bars: ApiDriftBars;
  /** Of the version at work, whether or not anything was counted; null without a baseline, or where that does not know the feature. */
  readonly baseline: ApiCounts | null;
  readonly distributions: readonly ApiDistribution[];
}
