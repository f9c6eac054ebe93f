import { runPlan, shapleyPlan, type Explanation } from '@modelwatch/core';
import type { ErrorCode, RequestError } from '../errors.js';
import type { Scorer } from '../models/scorer.js';
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
  /** Awaited before each batch: holds explaining back, or ends it by throwing. */
  readonly mayGoOn?: () => Promise<void>;
  readonly onBatch?: (rows: number) => void;
}

/** Explains rows of one model, batch by batch through its scorer. */
export interface RowExplainer {
  /** Rejects with `ScoringFailed`, or with what `mayGoOn` throws. The same random numbers give the same orders of features. */
  explain(row: InputRow, random: () => number): Promise<Explanation>;
}

/** Rows of one call: what a call costs vanishes, and mixing them holds the event loop for well under a millisecond. */
const BATCH_ROWS_MAX = 256;

export function createRowExplainer(options: RowExplainerOptions): RowExplainer {
  const { scorer, rows, features, rowsMax, output, mayGoOn, onBatch } = options;
  const background = rows.background(options.background);
  const wanted = options.outputTensor ?? scorer.outputs.at(-1)?.name;
  const outputs = wanted === undefined ? undefined : [{ name: wanted, binary: false }];
  const size = { features, backgroundRows: options.background.length, batchRowsMax: rows.rowsPerCall ?? BATCH_ROWS_MAX };
  return {
    explain: (row, random) =>
      runPlan(shapleyPlan({ ...size, rowsMax, random }), async (mixtures) => {
        await mayGoOn?.();
        const inputs = rows.mix(mixtures, row, background);
        return new Promise<Float64Array>((resolve, reject) => {
          scorer.score({ id: undefined, inputs, outputs, binaryOutputs: false }, (result) => {
            onBatch?.(mixtures.rows);
            if (!result.ok) return reject(new ScoringFailed(result.error));
            const column = output.read(result.value.outputs, mixtures.rows);
            if (column === undefined) return reject(new ScoringFailed({ code: 'model_failed', message: 'the outputs are not one a row' }));
            resolve(Float64Array.from({ length: mixtures.rows }, (_, at) => column.at(at)));
          });
        });
      }),
  };
}
