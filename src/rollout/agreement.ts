import type { Sketch } from '../contracts/sketch.js';
import { DifferenceSums, type DifferenceSumsJSON } from './difference-sums.js';
import { checkedRule, described, isOutput, sameRule, type OutputRule } from './output-rule.js';
import { addTo, assertSums, assertWeight, fillFrom } from './sums.js';

/** The outputs of both versions for one prediction; NaN where one gave none. */
export interface OutputPair {
  readonly champion: number;
  readonly challenger: number;
}

/** What a pair of outputs counts as, by kind of output; in the order of `Agreement.outcomes`, and as it stands in the label `outcome`. */
export const AGREEMENT_OUTCOMES = {
  probability: ['both_positive', 'champion_only_positive', 'challenger_only_positive', 'both_negative'],
  regression: ['within_tolerance', 'beyond_tolerance'],
} as const;

export type AgreementOutcome = (typeof AGREEMENT_OUTCOMES)[OutputRule['kind']][number];

/** Ascending magnitudes, finer where probabilities differ, by decades where estimates do; the first holds what rounding alone makes. */
const MAGNITUDES = [0.000001, 0.001, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 10, 100, 1000];
/**
 * Upper bounds of the bins of challenger less champion, in the unit of the output: the bounds of a Prometheus histogram too. They are signed
 * and symmetric, and 0 lies within a bin, so that outputs that differ by rounding are one bin.
 */
export const OUTPUT_DIFFERENCE_EDGES: readonly number[] = [...MAGNITUDES.toReversed().map((magnitude) => -magnitude), ...MAGNITUDES];

export interface AgreementJSON {
  readonly rule: OutputRule;
  readonly outcomes: readonly number[];
  readonly differences: DifferenceSumsJSON;
  readonly championMissing: number;
  readonly challengerMissing: number;
  readonly bothMissing: number;
}

/**
 * Challenger against champion on the same predictions, before ground truth: do they say the same, and how far apart are their outputs.
 *
 * Counted: of classes, the 2x2 table of positive and negative, each version at its own threshold; of estimates, those within the tolerance and
 * beyond; the difference of outputs, challenger less champion, by bin and as sums; and where an output was missing, on which side. A pair
 * counts where both outputs are there: `count` is of those, and so is every ratio. An output that is not finite, or beyond 1e70 in magnitude,
 * is missing.
 *
 * Merging adds: exactly for counts that are whole numbers below 2^53, to rounding for sums. Sketches of other rules do not merge.
 * Size: 32 counts and 3 sums, whatever the traffic. Cost of an update: a search among 24 edges.
 */
export class Agreement implements Sketch<OutputPair, Agreement> {
  readonly rule: OutputRule;
  /** Counts in the order of `AGREEMENT_OUTCOMES`; read-only for callers. */
  readonly outcomes: Float64Array;
  /** Challenger less champion. */
  differences = new DifferenceSums(OUTPUT_DIFFERENCE_EDGES);
  /** Predictions to which the challenger alone gave an output. */
  championMissing = 0;
  /** Predictions to which the champion alone gave an output. */
  challengerMissing = 0;
  bothMissing = 0;

  constructor(rule: OutputRule) {
    this.rule = checkedRule(rule);
    this.outcomes = new Float64Array(AGREEMENT_OUTCOMES[rule.kind].length);
  }

  static fromJSON(json: AgreementJSON): Agreement {
    const agreement = new Agreement(json.rule);
    const { championMissing, challengerMissing, bothMissing } = json;
    fillFrom('agreements', agreement.outcomes, json.outcomes);
    agreement.differences = DifferenceSums.fromJSON(OUTPUT_DIFFERENCE_EDGES, json.differences);
    const { count } = agreement.differences;
    // Weights that are no whole numbers are added up in two orders.
    if (Math.abs(count - agreement.count) > 1e-9 * count)
      throw new RangeError(`agreements need as many differences as outcomes, got ${count} and ${agreement.count}`);
    assertSums('agreements', [championMissing, challengerMissing, bothMissing]);
    return Object.assign(agreement, { championMissing, challengerMissing, bothMissing });
  }

  /** Pairs of outputs that were compared. */
  get count(): number {
    let count = 0;
    for (const counted of this.outcomes) count += counted;
    return count;
  }

  /** Pairs of outputs that say otherwise: another class, or beyond the tolerance. */
  get disagreed(): number {
    return this.rule.kind === 'regression' ? this.outcomes[1]! : this.outcomes[1]! + this.outcomes[2]!;
  }

  update({ champion, challenger }: OutputPair, weight = 1): void {
    assertWeight(weight);
    const [championThere, challengerThere] = [isOutput(champion), isOutput(challenger)];
    if (!championThere || !challengerThere) {
      if (championThere) this.challengerMissing += weight;
      else if (challengerThere) this.championMissing += weight;
      else this.bothMissing += weight;
      return;
    }
    this.outcomes[outcomeOf(this.rule, champion, challenger)]! += weight;
    this.differences.update(challenger - champion, weight);
  }

  merge(other: Agreement): void {
    if (!sameRule(this.rule, other.rule))
      throw new RangeError(`agreements need equal rules, got ${described(this.rule)} and ${described(other.rule)}`);
    addTo(this.outcomes, other.outcomes);
    this.differences.merge(other.differences);
    this.championMissing += other.championMissing;
    this.challengerMissing += other.challengerMissing;
    this.bothMissing += other.bothMissing;
  }

  clone(): Agreement {
    return Agreement.fromJSON(this.toJSON());
  }

  toJSON(): AgreementJSON {
    const { rule, championMissing, challengerMissing, bothMissing } = this;
    const [outcomes, differences] = [[...this.outcomes], this.differences.toJSON()];
    return { rule, outcomes, differences, championMissing, challengerMissing, bothMissing };
  }
}

function outcomeOf(rule: OutputRule, champion: number, challenger: number): number {
  if (rule.kind === 'regression') return Math.abs(challenger - champion) <= rule.toleranceAbsolute ? 0 : 1;
  return (champion >= rule.championThreshold ? 0 : 2) + (challenger >= rule.challengerThreshold ? 0 : 1);
}
