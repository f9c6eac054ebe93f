import type { BaselineFeature, Role } from '@modelwatch/core';
import type { SchemaWatch } from '../pipeline/schema-watch.js';
import type { Clock } from '../clock.js';
import type { ErrorCode } from '../errors.js';
import type { Store } from '../store/store.js';

/** What the ingest routes must know of a model. */
export interface IngestModel {
  readonly name: string;
  readonly kind: 'probability' | 'regression';
  /** The version of events that name none. */
  readonly version: string;
  readonly versions: ReadonlyMap<string, IngestVersion>;
  /** In the order of the configuration. A slice with a feature takes its value from there where an event has no value for it. */
  readonly slices: readonly { readonly name: string; readonly feature?: string | undefined }[];
  /** Whether values of some of its features may be stored nowhere. */
  readonly hasPrivate: boolean;
  /** Told of an event that was refused, once the answer has left; undefined where requests of the model are not sampled. */
  readonly onRefused?: ((code: ErrorCode, event: unknown) => void) | undefined;
}

export interface IngestVersion {
  readonly role: Role;
  /** In the order of the baseline; undefined without one: features are neither counted nor checked then. */
  readonly features: readonly Pick<BaselineFeature, 'name' | 'kind' | 'private'>[] | undefined;
  /** Counts what differs from the baseline's features, also of events that are refused for it. */
  readonly schema?: Pick<SchemaWatch, 'checkEvent'> | undefined;
}

export interface IngestDeps {
  readonly store: Pick<Store, 'ingestPredictions' | 'ingestGroundTruth' | 'ingestPayload'>;
  readonly models: ReadonlyMap<string, IngestModel>;
  readonly clock: Clock;
  /** Told of each request refused with 4xx, with the model where it is known, else ''. */
  readonly onRefused: (model: string, code: ErrorCode) => void;
}

/** Events of one request. */
export const EVENTS_MAX = 10_000;
