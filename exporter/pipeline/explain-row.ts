import { shapleyPlan, type Explanation, type Mixtures } from '@modelwatch/core';
import { fail, type ErrorCode, type RequestError, type Result } from '../errors.js';
import type { InferResponse } from '../models/open-inference/index.js';
import type { Scorer } from '../models/scorer.js';
import { watchedOutputAlone } from '../models/watched-output.js';
import type { OutputReader } from './feature-reader.js';
import type { InputRow, InputRows } from './input-rows.js';

/** Why rows of an explanation could not be scored. */
export class ScoringFailed extends Error {
  override readonly name = 'ScoringFailed';
  readonly code: ErrorCode;

  constructor({ code, message }: RequestError) {
    super(message);
    this.code = code;
  }
}

/** A call of the model that has ended. */
export interface ScoredBatch {
  readonly rows: number;
  /** Time of this thread that it took to mix the rows and to take their outputs. */
  readonly mixingSeconds: number;
  /** From sending to answer. */
  readonly callSeconds: number;
  readonly failed: boolean;
}

export interface RowExplainerOptions {
  readonly scorer: Scorer;
  readonly rows: InputRows;
  readonly features: number;
  /** At least one. */
  readonly background: readonly InputRow[];
  /** Rows to score for one explanation at most; a round at least must fit. */
  readonly rowsMax: number;
  readonly output: OutputReader;
  /** The tensor that the output is read from; the last one where undefined. */
  readonly outputTensor: string | undefined;
  readonly monotonicSeconds: () => number;
  /** Awaited before each batch: holds explaining back, or ends it by throwing. */
  readonly mayGoOn?: () => Promise<void>;
  readonly onBatch?: (batch: ScoredBatch) => void;
}

/** Explains rows of one model, batch by batch through its scorer. */
export interface RowExplainer {
  /** Rejects with `ScoringFailed`, or with what `mayGoOn` throws. The same random numbers give the same orders of features. */
  explain(row: InputRow, random: () => number): Promise<Explanation>;
}

/** Rows of one call: what a call costs vanishes, and mixing them holds the event loop for well under a millisecond. */
const BATCH_ROWS_MAX = 256;

export function createRowExplainer(options: RowExplainerOptions): RowExplainer {
  const { scorer, rows, features, rowsMax, output, monotonicSeconds, mayGoOn, onBatch } = options;
  const background = rows.background(options.background);
  const outputs = watchedOutputAlone(scorer, options.outputTensor);
  const size = { features, backgroundRows: options.background.length, batchRowsMax: rows.rowsPerCall ?? BATCH_ROWS_MAX };

  const call = (mixtures: Mixtures, row: InputRow): Promise<Result<InferResponse>> =>
    new Promise((resolve) => {
      scorer.score({ id: undefined, inputs: rows.mix(mixtures, row, background), outputs, binaryOutputs: false }, resolve);
    });
  const column = (result: Result<InferResponse>, count: number): Result<Float64Array> => {
    if (!result.ok) return result;
    const found = output.read(result.value.outputs, count);
    if (found === undefined) return fail('model_failed', 'the outputs are not one a row');
    return { ok: true, value: Float64Array.from({ length: count }, (_, at) => found.at(at)) };
  };
  return {
    async explain(row, random) {
      const plan = shapleyPlan({ ...size, rowsMax, random });
      // What this thread does between two waits is timed: it is part of what an explanation costs.
      let startSeconds = monotonicSeconds();
      let mixingSeconds = 0;
      for (let mixtures = plan.next(); mixtures !== undefined; mixtures = plan.next()) {
        mixingSeconds += monotonicSeconds() - startSeconds;
        await mayGoOn?.();
        startSeconds = monotonicSeconds();
        const answered = call(mixtures, row);
        const sentSeconds = monotonicSeconds();
        mixingSeconds += sentSeconds - startSeconds;
        const result = await answered;
        startSeconds = monotonicSeconds();
        const values = column(result, mixtures.rows);
        onBatch?.({ rows: mixtures.rows, mixingSeconds, callSeconds: startSeconds - sentSeconds, failed: !values.ok });
        mixingSeconds = 0;
        if (!values.ok) throw new ScoringFailed(values.error);
        plan.take(values.value);
      }
      return plan.explanation();
    },
  };
}
