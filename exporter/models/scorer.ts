import type { Result } from '../errors.js';
import type { InferRequest, InferResponse, TensorMetadata } from './open-inference/messages.js';

/**
 * What runs a model. A scorer never throws and never waits for ever: each call of `score` ends with one call of `done`, with a response or
 * a typed error, by the scorer's deadline; a request that is refused at once may have its answer before `score` returns. The request is
 * the scorer's until then and must not change. `ready` is true while the model is loaded and warm; requests that come while it is not wait
 * for it, within their deadline. `close` answers what is under way and may be called twice.
 */
export interface Scorer {
  readonly name: string;
  readonly inputs: readonly TensorMetadata[];
  readonly outputs: readonly TensorMetadata[];
  readonly ready: boolean;
  score(request: InferRequest, done: (result: Result<InferResponse>) => void): void;
  stats(): ScorerStats;
  close(): Promise<void>;
}

/** What scores copies: outputs that it tells of beforehand, none where it does not, and the promise of a scorer on every call. */
export type CopyScorer = Pick<Scorer, 'outputs' | 'score'> & {
  /** Whether it gives the column that `cut` asks for, as outputs of one dimension; else outputs are whole. */
  readonly cutsColumns?: boolean;
};

/** Why a child was started again: it ended by itself, a call passed the deadline, or it ran out of memory. */
export type RestartReason = 'crash' | 'deadline' | 'memory';

/** What a scorer has done since it was made. All counts only grow; the rest is as it is now. */
export interface ScorerStats {
  readonly restarts: Readonly<Record<RestartReason, number>>;
  /** Calls of the model by their rows: counts by the buckets of `modelwatch_scorer_batch_rows`, not cumulative, and the sum of rows. */
  readonly batchRows: { readonly counts: ArrayLike<number>; readonly sum: number };
  /** Requests remembered as deadly, and how many can be. */
  readonly quarantined: number;
  readonly quarantineCapacity: number;
  /** CPU time of its children once they were ready: of each that has answered. */
  readonly cpuSeconds: number;
  /** How long it took from the start to the first ready child. */
  readonly loadSeconds: number;
  /** How long the first request took; undefined before its answer. */
  readonly firstCallSeconds: number | undefined;
  readonly queued: number;
  readonly queueCapacity: number;
  readonly processIds: readonly number[];
}
