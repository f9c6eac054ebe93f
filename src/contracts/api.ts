import type { OperationalEvent } from './operational-event.js';
import type { Role } from './prediction.js';
import type { Stage } from './registry.js';

/** Raised where what an answer means changes, or where something is taken out of one. What is added leaves it as it is. */
export const API_VERSION = 1;

/** The answer of `GET /v1`. */
export interface ApiAbout {
  readonly name: 'modelwatch';
  /** Of the exporter. */
  readonly version: string;
  readonly apiVersion: number;
}

/** A challenger of a configured model. */
export interface ChallengerSummary {
  readonly version: string;
  readonly ready: boolean;
  /** Absent where the registry does not hold the version. */
  readonly stage?: Stage;
}

/** A configured model, as `GET /v1/models` tells of it. */
export interface ModelSummary {
  readonly name: string;
  readonly team: string;
  readonly role: Role;
  /** The version at work. */
  readonly version: string;
  readonly ready: boolean;
  /** Absent where the registry does not hold the version. */
  readonly stage?: Stage;
  readonly outputKind: 'probability' | 'regression';
  /** Since the baseline was made; absent where there is none. */
  readonly baselineAgeSeconds?: number;
  /** From which age a baseline is stale, as configured. */
  readonly baselineAgeSecondsMax: number;
  /** Names of the slices. */
  readonly slices: readonly string[];
  /** Names of the baseline's features; none where there is no baseline. */
  readonly features: readonly string[];
  readonly challengers: readonly ChallengerSummary[];
}

/** The answer of `GET /v1/models`. */
export interface ModelsAnswer {
  readonly models: readonly ModelSummary[];
}

/** The answer of `GET /v1/events`, the earliest first. */
export interface EventsAnswer {
  readonly events: readonly OperationalEvent[];
  /** Where the next page begins, as `after`; absent where this one is the last. */
  readonly next?: string;
}

/** The body of every refusal. */
export interface ApiRefusal {
  readonly error: string;
  readonly code: string;
  readonly request_id: string;
}
