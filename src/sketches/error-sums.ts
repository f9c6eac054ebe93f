import type { EstimatedTruth, Sketch } from '../contracts/sketch.js';
import { assertWeight, assertWeights } from './weight.js';

export interface ErrorSumsJSON {
  readonly count: number;
  readonly over: number;
  readonly under: number;
  readonly squared: number;
  readonly logLoss: number;
  readonly probabilities: number;
  readonly missing: number;
}

/**
 * Probabilities are kept this far from 0 and 1 in log loss, so that one confident mistake costs 36.04 nats and not infinity. The same as
 * scikit-learn's for doubles.
 */
export const LOG_LOSS_CLIP = Number.EPSILON;
/** Beyond it the square of an error could not be summed. */
export const ERROR_MAX = 1e150;

/**
 * Sums of errors, each of which only grows, so that each can be a counter: overestimates, underestimates, squares, and the log loss of
 * estimates that are probabilities. MAE (over + under), bias (over - under), RMSE, Brier score and log loss read them, each over a count.
 *
 * A pair with a value that is not finite, or with an error beyond 1e150, counts as missing. A pair is one of a probability where truth is 0
 * or 1 and the estimate lies in 0..1: `probabilities` counts those, and `logLoss` sums them alone.
 *
 * Merging adds, so it is commutative exactly, and associative to rounding.
 */
export class ErrorSums implements Sketch<EstimatedTruth, ErrorSums> {
  count = 0;
  /** Sum of estimate - truth where positive, in the unit of the prediction. */
  over = 0;
  /** Sum of truth - estimate where positive. */
  under = 0;
  /** Sum of squared errors. */
  squared = 0;
  /** Sum of -ln of the probability given to what came true, in nats. */
  logLoss = 0;
  probabilities = 0;
  missing = 0;

  static fromJSON(json: ErrorSumsJSON): ErrorSums {
    const { count, over, under, squared, logLoss, probabilities, missing } = json;
    const sums = { count, over, under, squared, logLoss, probabilities, missing };
    assertWeights('error sums', Object.values(sums));
    return Object.assign(new ErrorSums(), sums);
  }

  update({ estimate, truth }: EstimatedTruth, weight = 1): void {
    assertWeight(weight);
    const error = estimate - truth;
    if (!(Math.abs(error) <= ERROR_MAX)) {
      this.missing += weight;
      return;
    }
    this.count += weight;
    if (error > 0) this.over += weight * error;
    else this.under += weight * -error;
    this.squared += weight * error * error;
    if ((truth !== 0 && truth !== 1) || estimate < 0 || estimate > 1) return;
    const ofTruth = truth === 1 ? estimate : 1 - estimate;
    this.logLoss += weight * -Math.log(Math.min(Math.max(ofTruth, LOG_LOSS_CLIP), 1 - LOG_LOSS_CLIP));
    this.probabilities += weight;
  }

  merge(other: ErrorSums): void {
    this.count += other.count;
    this.over += other.over;
    this.under += other.under;
    this.squared += other.squared;
    this.logLoss += other.logLoss;
    this.probabilities += other.probabilities;
    this.missing += other.missing;
  }

  clone(): ErrorSums {
    return ErrorSums.fromJSON(this);
  }

  toJSON(): ErrorSumsJSON {
    const { count, over, under, squared, logLoss, probabilities, missing } = this;
    return { count, over, under, squared, logLoss, probabilities, missing };
  }
}
