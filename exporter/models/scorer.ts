import type { Result } from '../errors.js';
import type { InferRequest, InferResponse, TensorMetadata } from './open-inference/messages.js';

/**
 * What runs a model. A scorer never throws and never waits for ever: each call ends with a response or a typed error by its deadline.
 * `ready` is true once the model is loaded and warm. `close` may be called twice.
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

export type RestartReason = 'crash' | 'deadline' | 'memory';

export interface ScorerStats {
  readonly restarts: Readonly<Record<RestartReason, number>>;
  /** Rows of each call of the model since the last `stats`. */
  readonly batchRows: readonly number[];
  readonly quarantined: number;
  readonly queued: number;
  readonly queueCapacity: number;
  readonly processIds: readonly number[];
}
