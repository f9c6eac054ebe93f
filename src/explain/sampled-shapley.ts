import { BatchedPlan, type Explainer, type ExplanationSize, type Round } from './batched-plan.js';
import { explanationOf, type ExplanationPlan } from './explanation.js';

export interface SamplingOptions extends ExplanationSize {
  /** Numbers from 0 on and below 1, as `seededRandom` makes them. */
  random(): number;
  /** From 1; more rounds are not asked for. */
  readonly roundsMax: number;
}

/** Rows that so many rounds of `sampledShapley` score: the steps between both ends of two walks over each background row, and the ends once. */
export function sampledShapleyRows(features: number, backgroundRows: number, rounds = 1): number {
  return 1 + backgroundRows + roundsNeeded(features, rounds) * 2 * backgroundRows * (features - 1);
}

/** One or two features have no more orders than a round walks. */
function roundsNeeded(features: number, rounds: number): number {
  return features <= 2 ? 1 : rounds;
}

/**
 * Shapley values of one prediction by random orders of the features: unbiased, for any number of features.
 *
 * Formula: from a background row to the explained one, features change over one by one in a random order, and each is credited with the change
 * of the output; then in the reverse of the order. A round does so over every background row, with an order of its own. Values are means.
 *
 * Use it for: more features than can be enumerated, within a budget of rows or of time. Not for: correlated features, where a mixture may be a
 * row that cannot be; a mean of |value| over predictions, where few rounds make unimportant features look more important than they are.
 * In the unit of the output. The values sum to output - base after each round, to 1e-12 of the greatest output in magnitude for each feature,
 * over at most a thousand background rows and a thousand rounds.
 * Exact where at most two features interact at a time, and for at most two features. Else the error falls as 1/sqrt(rounds); the standard
 * error is that of independent background rows, from what differs between rounds, and absent after a single one.
 * Cost: 2 x background rows x (features - 1) rows to score a round, and both ends once (`sampledShapleyRows`); three numbers of memory for each
 * feature of each background row.
 * Source: Castro, Gomez and Tejada, "Polynomial calculation of the Shapley value based on sampling", 2009, section 3; reversed orders: Mitchell,
 * Cooper, Frank and Holmes, "Sampling permutations for Shapley value estimation", 2022. An order to each background row is ours.
 */
export function sampledShapley({ random, roundsMax, ...size }: SamplingOptions): ExplanationPlan {
  if (!(roundsMax >= 1)) throw new RangeError(`sampled Shapley values need a round at least, got ${roundsMax}`);
  return new BatchedPlan(size, new Walks(size, random, roundsNeeded(size.features, roundsMax)));
}

/** Rows of a round: in the first the explained row and the background rows, then two walks over each background row, step by step. */
class Walks implements Explainer, Round {
  rows = 0;
  readonly #features: number;
  readonly #backgroundRows: number;
  readonly #random: () => number;
  readonly #roundsMax: number;
  #endRows = 0;
  #completeRounds = 0;

  #output = NaN;
  readonly #backgroundOutputs: Float64Array;
  /** Of the step before. */
  #outputBefore = NaN;

  /** Each by background row, then by place or feature. */
  readonly #orders: Uint32Array;
  readonly #ofRound: Float64Array;
  readonly #means: Float64Array;
  readonly #squaredDeviations: Float64Array;

  constructor({ features, backgroundRows }: ExplanationSize, random: () => number, roundsMax: number) {
    this.#features = features;
    this.#backgroundRows = backgroundRows;
    this.#random = random;
    this.#roundsMax = roundsMax;
    this.#backgroundOutputs = new Float64Array(backgroundRows);
    const size = backgroundRows * features;
    this.#orders = Uint32Array.from({ length: size }, (_, i) => i % features);
    this.#ofRound = new Float64Array(size);
    this.#means = new Float64Array(size);
    this.#squaredDeviations = new Float64Array(size);
  }

  begin(rounds: number): Round | undefined {
    if (rounds >= this.#roundsMax) return undefined;
    this.#endRows = rounds === 0 ? 1 + this.#backgroundRows : 0;
    this.rows = this.#endRows + 2 * this.#backgroundRows * (this.#features - 1);
    for (let row = 0; row < this.#backgroundRows; row++) this.#shuffle(row * this.#features);
    return this;
  }

  describe(row: number, fromExplained: Uint8Array, offset: number): number {
    if (row === 0 && this.#endRows > 0) {
      fromExplained.fill(1, offset, offset + this.#features);
      return 0;
    }
    if (row < this.#endRows) return row - 1;
    const { background, reversed, step } = this.#stepOf(row);
    for (let place = 0; place <= step; place++) fromExplained[offset + this.#featureAt(background, place, reversed)] = 1;
    return background;
  }

  take(row: number, output: number): void {
    if (row === 0 && this.#endRows > 0) this.#output = output;
    else if (row < this.#endRows) this.#backgroundOutputs[row - 1] = output;
    else this.#takeStep(row, output);
  }

  complete(): void {
    // With one feature there is no step between the ends.
    if (this.#features === 1) this.#backgroundOutputs.forEach((base, row) => (this.#ofRound[row] = this.#output - base));
    this.#completeRounds++;
    for (let i = 0; i < this.#ofRound.length; i++) {
      const apart = this.#ofRound[i]! - this.#means[i]!;
      this.#means[i]! += apart / this.#completeRounds;
      this.#squaredDeviations[i]! += apart * (this.#ofRound[i]! - this.#means[i]!);
    }
    this.#ofRound.fill(0);
  }

  read({ rounds, rowsScored }: { readonly rounds: number; readonly rowsScored: number }) {
    const standardErrors = this.#standardErrors(rounds);
    return explanationOf({
      output: this.#output,
      base: this.#backgroundOutputs.reduce((sum, output) => sum + output, 0) / this.#backgroundRows,
      values: this.#meansOverBackground(this.#means),
      ...(standardErrors && { standardErrors }),
      samples: 2 * this.#backgroundRows * rounds,
      rowsScored,
    });
  }

  #stepOf(row: number): { readonly background: number; readonly reversed: boolean; readonly step: number } {
    const steps = this.#features - 1;
    const walk = Math.floor((row - this.#endRows) / steps);
    return { background: walk >> 1, reversed: (walk & 1) === 1, step: (row - this.#endRows) % steps };
  }

  #featureAt(background: number, place: number, reversed: boolean): number {
    return this.#orders[background * this.#features + (reversed ? this.#features - 1 - place : place)]!;
  }

  #takeStep(row: number, output: number): void {
    const { background, reversed, step } = this.#stepOf(row);
    const before = step === 0 ? this.#backgroundOutputs[background]! : this.#outputBefore;
    this.#credit(background, this.#featureAt(background, step, reversed), output - before);
    this.#outputBefore = output;
    const last = this.#features - 1;
    if (step === last - 1) this.#credit(background, this.#featureAt(background, last, reversed), this.#output - output);
  }

  /** A change of one of the two walks. */
  #credit(background: number, feature: number, change: number): void {
    this.#ofRound[background * this.#features + feature]! += change / 2;
  }

  /** Fisher and Yates: every order is as likely, whatever the order before. */
  #shuffle(start: number): void {
    for (let i = this.#features - 1; i > 0; i--) {
      const j = start + Math.floor(this.#random() * (i + 1));
      const last = start + i;
      [this.#orders[last], this.#orders[j]] = [this.#orders[j]!, this.#orders[last]!];
    }
  }

  #meansOverBackground(values: Float64Array): Float64Array {
    const means = new Float64Array(this.#features);
    for (let i = 0; i < values.length; i++) means[i % this.#features]! += values[i]! / this.#backgroundRows;
    return means;
  }

  #standardErrors(rounds: number): Float64Array | undefined {
    if (this.#features <= 2) return new Float64Array(this.#features);
    if (rounds < 2) return undefined;
    const divisor = (rounds - 1) * rounds * this.#backgroundRows;
    return this.#meansOverBackground(this.#squaredDeviations).map((mean) => Math.sqrt(mean / divisor));
  }
}
