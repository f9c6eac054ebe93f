import type { Result } from '../../errors.js';
import type { ColumnCut, InferResponse } from '../open-inference/messages.js';
import type { Tensor } from '../open-inference/tensor.js';

/**
 * How a request may travel. `together`: with others in one call of the model. `single`: in a call of its own. `probation`: in a call of its own
 * and with no other call under way in its child, because it may be what killed one.
 */
export type Travel = 'together' | 'single' | 'probation';

/** A request on its way through the scorer. */
export interface Job {
  /** In the order of the metadata. */
  readonly inputs: readonly Tensor[];
  /** Positions of the outputs asked for, in the order asked for; undefined for all. */
  readonly outputs: readonly number[] | undefined;
  readonly cut?: ColumnCut | undefined;
  /** First dimension of the inputs where the model is batchable, else 1. */
  readonly rows: number;
  readonly startSeconds: number;
  readonly done: (result: Result<InferResponse>) => void;
  travel: Travel;
  /** Answered already; what its child still says of it is not wanted. */
  settled: boolean;
  /** What a shared call gave, while shared calls are still being compared with single ones. */
  shared: InferResponse | undefined;
}

export function settle(job: Job, result: Result<InferResponse>): void {
  if (job.settled) return;
  job.settled = true;
  job.done(result);
}
