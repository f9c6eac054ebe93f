/** Where a version stands. One version of a model at most is in production; an archived one may be promoted again. */
export const STAGES = ['none', 'staging', 'shadow', 'production', 'archived'] as const;
export type Stage = (typeof STAGES)[number];

/** Where a version came from, in the words of whoever made it. */
export interface Lineage {
  readonly dataSet?: string;
  readonly features?: string;
  readonly code?: string;
  /** The run that trained it. */
  readonly run?: string;
}

/** What is said of a version when it is registered. None of it changes afterwards. */
export interface NewVersion {
  readonly model: string;
  readonly version: string;
  /** SHA-256 of the model file, in hexadecimal: a version is its content. */
  readonly digest: string;
  /** SHA-256 of its baseline file. */
  readonly baselineDigest?: string;
  readonly owner?: string;
  readonly notes?: string;
  readonly lineage: Lineage;
  /** As recorded at evaluation, by name. */
  readonly metrics: Readonly<Record<string, number>>;
}

export interface RegistryVersion extends NewVersion {
  readonly stage: Stage;
  readonly registeredSeconds: number;
  /** When it came to its stage. */
  readonly stagedSeconds: number;
}

/**
 * `intended`: written down, nothing has changed yet. `committed`: the version is the one in production, and the one before is archived; the
 * sidecar exchanges them. `done`: the one before has answered its last request. `aborted`: nothing has changed, and nothing will.
 */
export type PromotionState = 'intended' | 'committed' | 'done' | 'aborted';

/** One exchange of the version in production. A rollback is one whose version was in production before. */
export interface Promotion {
  /** Given by whoever asks, so that asking again does not promote again. */
  readonly id: string;
  readonly model: string;
  readonly version: string;
  /** The version in production until then. */
  readonly previous?: string;
  readonly state: PromotionState;
  /** Why it was aborted. */
  readonly reason?: string;
  readonly intendedSeconds: number;
  /** When it came to its state. */
  readonly stateSeconds: number;
}
