import type { Explanation, ExplanationPlan } from './explanation.js';
import type { Mixtures } from './mixtures.js';

/** Over what values are computed, and how many rows the model may be asked for at once. */
export interface ExplanationSize {
  readonly features: number;
  readonly backgroundRows: number;
  /** Rows of one batch at most. */
  readonly batchRowsMax: number;
}

/** The rows of a round, by number: how each is mixed, and what its output is for. They are described, and taken, in their order. */
export interface Round {
  readonly rows: number;
  /** Sets the features of the explained row to 1, from `offset` on, where all are 0; gives the background row. */
  describe(row: number, fromExplained: Uint8Array, offset: number): number;
  take(row: number, output: number): void;
  /** After the last row. */
  complete(): void;
}

/** What makes a plan of rounds: the next one, or none, and what is known from those that are complete. */
export interface Explainer {
  begin(rounds: number): Round | undefined;
  read(progress: { readonly rounds: number; readonly rowsScored: number }): Explanation;
}

/** Cuts the rounds of an explainer into batches. */
export class BatchedPlan implements ExplanationPlan {
  rounds = 0;
  readonly #size: ExplanationSize;
  readonly #explainer: Explainer;
  #round: Round | undefined;
  /** Rows of the round that are taken. */
  #rowsTaken = 0;
  #rowsScored = 0;
  #asked: Mixtures | undefined;

  constructor(size: ExplanationSize, explainer: Explainer) {
    for (const [name, value] of Object.entries(size) as [keyof ExplanationSize, number][]) {
      if (!Number.isInteger(value) || value < 1) throw new RangeError(`an explanation needs ${NAMES[name]} from 1, got ${value}`);
    }
    this.#size = size;
    this.#explainer = explainer;
  }

  get settled(): boolean {
    return this.#rowsTaken === 0;
  }

  next(): Mixtures | undefined {
    this.#round ??= this.#explainer.begin(this.rounds);
    if (this.#round !== undefined) this.#asked ??= this.#describe(this.#round);
    return this.#asked;
  }

  take(outputs: ArrayLike<number>): void {
    const [round, asked] = [this.#round, this.#asked];
    if (round === undefined || asked === undefined)
      throw new RangeError('an explanation takes outputs of rows it asked for, got some unasked');
    if (outputs.length !== asked.rows) throw new RangeError(`an explanation needs ${asked.rows} outputs, got ${outputs.length}`);
    for (let i = 0; i < asked.rows; i++) round.take(this.#rowsTaken + i, outputs[i]!);
    this.#rowsTaken += asked.rows;
    this.#rowsScored += asked.rows;
    this.#asked = undefined;
    if (this.#rowsTaken < round.rows) return;
    round.complete();
    this.rounds++;
    this.#rowsTaken = 0;
    this.#round = undefined;
  }

  explanation(): Explanation {
    if (this.rounds === 0) return { kind: 'undetermined', reason: 'insufficient_data' };
    return this.#explainer.read({ rounds: this.rounds, rowsScored: this.#rowsScored });
  }

  #describe(round: Round): Mixtures {
    const { features, batchRowsMax } = this.#size;
    const rows = Math.min(batchRowsMax, round.rows - this.#rowsTaken);
    const fromExplained = new Uint8Array(rows * features);
    const background = new Uint32Array(rows);
    for (let i = 0; i < rows; i++) background[i] = round.describe(this.#rowsTaken + i, fromExplained, i * features);
    return { rows, features, fromExplained, background };
  }
}

const NAMES: Readonly<Record<keyof ExplanationSize, string>> = {
  features: 'features',
  backgroundRows: 'background rows',
  batchRowsMax: 'rows in a batch',
};
