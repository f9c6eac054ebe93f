import type { Sketch } from '../contracts/sketch.js';
import { checkedRule, described, isOutput, sameRule, type OutputRule } from './output-rule.js';
import { addTo, assertSums, assertWeight, fillFrom } from './sums.js';

/** The outputs of both versions for one prediction, and what came true: 0 or 1 where outputs are probabilities. */
export interface JudgedPair {
  readonly champion: number;
  readonly challenger: number;
  readonly truth: number;
}

/** Who was right; in the order of `PairedQuality.outcomes`, and as it stands in the label `outcome`. */
export const PAIRED_OUTCOMES = ['both_right', 'champion_only_right', 'challenger_only_right', 'both_wrong'] as const;

export type PairedOutcome = (typeof PAIRED_OUTCOMES)[number];

export interface PairedQualityJSON {
  readonly rule: OutputRule;
  readonly outcomes: readonly number[];
  readonly losses: number;
  readonly moreLoss: number;
  readonly lessLoss: number;
  readonly squared: number;
  readonly missing: number;
}

/**
 * Challenger against champion on the same predictions, with their ground truth: who was right, and whose loss was greater.
 *
 * Right is a class that came true, each version at its own threshold, or an estimate within the tolerance of the truth. The loss is the
 * squared error of the output: of a probability the Brier score. Its difference is the challenger's less the champion's, so above 0 the
 * challenger is worse, and is summed in two parts, each of which only grows and can be a counter.
 *
 * A pair with a value that is not finite, or beyond 1e70 in magnitude, is missing; so is one of probabilities whose truth is neither 0 nor 1. An
 * output outside 0..1 that is to be a probability has a class and no loss: `losses` counts the pairs that have one.
 *
 * Merging adds: exactly for counts that are whole numbers below 2^53, to rounding for sums. Sketches of other rules do not merge. The variance
 * of loss differences comes from a sum of squares, as rules compute it from counters: off by at most 1e-15 of the mean square for each
 * update or merge. Size: 9 numbers. Cost of an update: constant.
 */
export class PairedQuality implements Sketch<JudgedPair, PairedQuality> {
  readonly rule: OutputRule;
  /** Counts in the order of `PAIRED_OUTCOMES`; read-only for callers. */
  readonly outcomes = new Float64Array(PAIRED_OUTCOMES.length);
  /** Pairs that have a loss. */
  losses = 0;
  /** Sum of the loss differences above 0: by how much the challenger was worse, where it was. */
  moreLoss = 0;
  /** Sum of the magnitudes of the loss differences below 0: by how much it was better, where it was. */
  lessLoss = 0;
  /** Sum of the squares of the loss differences. */
  squared = 0;
  missing = 0;

  constructor(rule: OutputRule) {
    this.rule = checkedRule(rule);
  }

  static fromJSON(json: PairedQualityJSON): PairedQuality {
    const quality = new PairedQuality(json.rule);
    const { losses, moreLoss, lessLoss, squared, missing } = json;
    const sums = { losses, moreLoss, lessLoss, squared, missing };
    fillFrom('paired qualities', quality.outcomes, json.outcomes);
    assertSums('paired qualities', Object.values(sums));
    return Object.assign(quality, sums);
  }

  get count(): number {
    let count = 0;
    for (const counted of this.outcomes) count += counted;
    return count;
  }

  update({ champion, challenger, truth }: JudgedPair, weight = 1): void {
    assertWeight(weight);
    const judged = this.rule.kind === 'regression' ? isOutput(truth) : truth === 0 || truth === 1;
    if (!judged || !isOutput(champion) || !isOutput(challenger)) {
      this.missing += weight;
      return;
    }
    const [championRight, challengerRight] = areRight(this.rule, { champion, challenger, truth });
    this.outcomes[(championRight ? 0 : 2) + (challengerRight ? 0 : 1)]! += weight;
    if (this.rule.kind === 'probability' && !(isProbability(champion) && isProbability(challenger))) return;
    const difference = (challenger - truth) ** 2 - (champion - truth) ** 2;
    this.losses += weight;
    if (difference > 0) this.moreLoss += weight * difference;
    else this.lessLoss += weight * -difference;
    this.squared += weight * difference * difference;
  }

  merge(other: PairedQuality): void {
    if (!sameRule(this.rule, other.rule))
      throw new RangeError(`paired qualities need equal rules, got ${described(this.rule)} and ${described(other.rule)}`);
    addTo(this.outcomes, other.outcomes);
    this.losses += other.losses;
    this.moreLoss += other.moreLoss;
    this.lessLoss += other.lessLoss;
    this.squared += other.squared;
    this.missing += other.missing;
  }

  clone(): PairedQuality {
    return PairedQuality.fromJSON(this.toJSON());
  }

  toJSON(): PairedQualityJSON {
    const { rule, losses, moreLoss, lessLoss, squared, missing } = this;
    return { rule, outcomes: [...this.outcomes], losses, moreLoss, lessLoss, squared, missing };
  }
}

function areRight(rule: OutputRule, { champion, challenger, truth }: JudgedPair): readonly [champion: boolean, challenger: boolean] {
  if (rule.kind === 'regression') {
    const within = (output: number) => Math.abs(output - truth) <= rule.toleranceAbsolute;
    return [within(champion), within(challenger)];
  }
  const positive = truth === 1;
  return [champion >= rule.championThreshold === positive, challenger >= rule.challengerThreshold === positive];
}

function isProbability(output: number): boolean {
  return output >= 0 && output <= 1;
}
