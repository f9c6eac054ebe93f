import type { ApiExtent } from './api-distributions.js';
import type { IntervalReading, Reading } from './reading.js';

/** Joined predictions and what they say; the four of a confusion only where there are classes. */
export interface ApiSliceCounts {
  readonly counts: { readonly joined: number; readonly outputMissing: number } & Readonly<Record<string, number>>;
  /** By name of the quality. */
  readonly readings: Readonly<Record<string, Reading>>;
}

export interface ApiSliceValue extends ApiSliceCounts {
  readonly value: string;
  /** From 1, the worst. */
  readonly rank: number;
  /** Whether it has series of its own in Prometheus. */
  readonly hasSeries: boolean;
  /** What the quality is a share or a mean of. */
  readonly cases: number;
  readonly quality: IntervalReading;
  /** How much worse than the whole; above 0 is worse. */
  readonly gap: IntervalReading;
}

export interface ApiSlice {
  readonly slice: string;
  /** The quality that slices are ranked by: `accuracy`, `recall` or `absolute-error`. */
  readonly by: string;
  /** Values that are kept. */
  readonly values: number;
  /** The offset of the next page; absent where this one is the last. */
  readonly next?: number;
  /** The worst first. */
  readonly worst: readonly ApiSliceValue[];
  /** What is beyond the values that are kept. */
  readonly other: ApiSliceCounts | null;
  /** Groups against the one of reference, where that is configured. */
  readonly fairness?: { readonly reference: string | null; readonly groups: readonly object[] };
}

/** The answer of `GET /v1/models/:model/slices`, of all that the store has joined. */
export interface SlicesAnswer {
  readonly model: string;
  readonly version: string;
  readonly role: string;
  readonly slices: readonly ApiSlice[];
}

/** In which of the steps asked for it begins; without steps, nothing. */
export interface ApiStep {
  readonly stepStartSeconds?: number;
}

/** Quality within the time, or within one step of it, of one version. */
export interface ApiQualityInTime extends ApiExtent, ApiStep {
  readonly joined: number;
  /** By name of the quality. */
  readonly quality: Readonly<Record<string, Reading>>;
}

/** The answer of `GET /v1/models/:model/slice-quality`: of each version and, where steps are asked for, of each step. */
export interface SliceQualityAnswer {
  readonly model: string;
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly stepSeconds?: number;
  readonly overall: readonly (ApiQualityInTime & { readonly expired: number })[];
  /** Those that have an interval, by name of the quality; joined ones have their ground truth within the time. */
  readonly slices: readonly (Omit<ApiQualityInTime, 'quality'> & {
    readonly slice: string;
    readonly value: string;
    readonly predictions: number;
    readonly quality: Readonly<Record<string, IntervalReading>>;
  })[];
}
