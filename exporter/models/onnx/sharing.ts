import type { Logger } from 'pino';
import type { InferResponse } from '../open-inference/messages.js';
import type { LoadedModel } from './messages.js';
import { sameAnswer } from './pack.js';

/**
 * Whether and how far requests may share a call of the model. A free first dimension does not prove that rows are answered one by one: a
 * model may sort, filter or normalise over its batch. So the first shared calls are made again one by one and compared, and a model that
 * answers otherwise in company runs alone for good.
 */
export interface Sharing {
  readonly allowed: boolean;
  readonly rowsMax: number;
  /** Whether the answers of shared calls may be given out; until then they are compared with answers given alone. */
  readonly believed: boolean;
  compare(shared: InferResponse, alone: InferResponse): void;
  /** A call of so many rows had more output than may leave a child at once. */
  narrow(rows: number): void;
  giveUp(why: string): void;
}

/** Requests that must have been answered alike before shared answers are believed. */
const COMPARED_REQUESTS_MIN = 32;

export function createSharing(model: LoadedModel, batchRowsMax: number, logger: Logger): Sharing {
  let allowed = model.batchable;
  let rowsMax = batchRowsMax;
  let compared = 0;

  const giveUp = (why: string) => {
    if (allowed) logger.warn(`requests no longer share calls of the model: ${why}`);
    allowed = false;
  };
  return {
    get allowed() {
      return allowed;
    },
    get rowsMax() {
      return rowsMax;
    },
    get believed() {
      return allowed && compared >= COMPARED_REQUESTS_MIN;
    },
    compare(shared, alone) {
      compared++;
      if (!sameAnswer(shared, alone)) giveUp('it answers otherwise in company than alone');
    },
    narrow(rows) {
      rowsMax = Math.max(1, Math.floor(rows / 2));
    },
    giveUp,
  };
}
