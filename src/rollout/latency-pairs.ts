import type { Sketch } from '../contracts/sketch.js';
import { DifferenceSums, type DifferenceSumsJSON } from './difference-sums.js';
import { assertSums, assertWeight } from './sums.js';

/** How long both versions took for one prediction, in seconds. */
export interface LatencyPair {
  readonly championSeconds: number;
  readonly challengerSeconds: number;
}

const MAGNITUDES_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Upper bounds of the bins of challenger less champion, in seconds: signed, symmetric, and the bounds of a Prometheus histogram too. */
export const LATENCY_DIFFERENCE_SECONDS_EDGES: readonly number[] = [
  ...MAGNITUDES_SECONDS.toReversed().map((magnitude) => -magnitude),
  ...MAGNITUDES_SECONDS,
];
/** Longer ones are missing: no deadline is that long, and squares of them could not be summed. */
export const LATENCY_SECONDS_MAX = 1e9;

export interface LatencyPairsJSON {
  readonly differences: DifferenceSumsJSON;
  readonly champion: number;
  readonly challenger: number;
  readonly championSquared: number;
  readonly challengerSquared: number;
  readonly missing: number;
}

/**
 * How long challenger and champion took for the same predictions: their sums and sums of squares, and the difference, challenger less champion,
 * by bin and as sums. The sum of products follows from them: 2xy = x^2 + y^2 - (y - x)^2.
 *
 * A latency that is not a number from 0 to 1e9 seconds makes its pair missing: that of a call that failed, say.
 *
 * Merging adds: exactly for counts that are whole numbers below 2^53, to rounding for sums. Size: 30 counts and 7 sums. Cost of an update: a
 * search among 28 edges.
 */
export class LatencyPairs implements Sketch<LatencyPair, LatencyPairs> {
  /** Challenger less champion, in seconds. */
  differences = new DifferenceSums(LATENCY_DIFFERENCE_SECONDS_EDGES);
  /** Sum of the champion's seconds. */
  champion = 0;
  /** Sum of the challenger's seconds. */
  challenger = 0;
  championSquared = 0;
  challengerSquared = 0;
  missing = 0;

  static fromJSON(json: LatencyPairsJSON): LatencyPairs {
    const { champion, challenger, championSquared, challengerSquared, missing } = json;
    const sums = { champion, challenger, championSquared, challengerSquared, missing };
    assertSums('latency pairs', Object.values(sums));
    const differences = DifferenceSums.fromJSON(LATENCY_DIFFERENCE_SECONDS_EDGES, json.differences);
    return Object.assign(new LatencyPairs(), { ...sums, differences });
  }

  get count(): number {
    return this.differences.count;
  }

  update({ championSeconds, challengerSeconds }: LatencyPair, weight = 1): void {
    assertWeight(weight);
    if (!(isLatency(championSeconds) && isLatency(challengerSeconds))) {
      this.missing += weight;
      return;
    }
    this.differences.update(challengerSeconds - championSeconds, weight);
    this.champion += weight * championSeconds;
    this.challenger += weight * challengerSeconds;
    this.championSquared += weight * championSeconds ** 2;
    this.challengerSquared += weight * challengerSeconds ** 2;
  }

  merge(other: LatencyPairs): void {
    this.differences.merge(other.differences);
    this.champion += other.champion;
    this.challenger += other.challenger;
    this.championSquared += other.championSquared;
    this.challengerSquared += other.challengerSquared;
    this.missing += other.missing;
  }

  clone(): LatencyPairs {
    return LatencyPairs.fromJSON(this.toJSON());
  }

  toJSON(): LatencyPairsJSON {
    const { champion, challenger, championSquared, challengerSquared, missing } = this;
    return { differences: this.differences.toJSON(), champion, challenger, championSquared, challengerSquared, missing };
  }
}

function isLatency(seconds: number): boolean {
  return seconds >= 0 && seconds <= LATENCY_SECONDS_MAX;
}
