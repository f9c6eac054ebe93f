import type { Sketch } from '../contracts/sketch.js';
import { assertWeight, assertWeights } from './weight.js';

/** One (predicted class, ground truth) pair of a binary classification: the score has met its threshold already. */
export interface ClassifiedTruth {
  readonly predicted: 0 | 1;
  readonly truth: 0 | 1;
}

export interface ConfusionJSON {
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly trueNegative: number;
  readonly falseNegative: number;
}

/**
 * The four outcomes of a binary classification, counted. What accuracy, precision, recall and F1 read. Merging adds counts, exactly while
 * they are whole numbers below 2^53.
 */
export class Confusion implements Sketch<ClassifiedTruth, Confusion> {
  truePositive = 0;
  falsePositive = 0;
  trueNegative = 0;
  falseNegative = 0;

  static fromJSON({ truePositive, falsePositive, trueNegative, falseNegative }: ConfusionJSON): Confusion {
    const outcomes = { truePositive, falsePositive, trueNegative, falseNegative };
    assertWeights('confusions', Object.values(outcomes));
    return Object.assign(new Confusion(), outcomes);
  }

  get count(): number {
    return this.truePositive + this.falsePositive + this.trueNegative + this.falseNegative;
  }

  update({ predicted, truth }: ClassifiedTruth, weight = 1): void {
    assertWeight(weight);
    if (predicted === 1) {
      if (truth === 1) this.truePositive += weight;
      else this.falsePositive += weight;
    } else if (truth === 1) this.falseNegative += weight;
    else this.trueNegative += weight;
  }

  merge(other: Confusion): void {
    this.truePositive += other.truePositive;
    this.falsePositive += other.falsePositive;
    this.trueNegative += other.trueNegative;
    this.falseNegative += other.falseNegative;
  }

  clone(): Confusion {
    return Confusion.fromJSON(this);
  }

  toJSON(): ConfusionJSON {
    const { truePositive, falsePositive, trueNegative, falseNegative } = this;
    return { truePositive, falsePositive, trueNegative, falseNegative };
  }
}
