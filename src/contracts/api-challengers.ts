import type { ApiBins } from './api-bins.js';
import type { IntervalReading, Reading } from './reading.js';

/** What a criterion of the verdict reads, against its bar. */
export interface ApiCriterion {
  readonly criterion: string;
  readonly state: 'met' | 'breached' | 'open' | 'insufficient_data';
  readonly reading: IntervalReading;
  /** The greatest value of a ratio, the least gain of quality. */
  readonly bar: number;
  readonly count: number;
}

/** How the outputs of champion and challenger for the same predictions agree. */
export interface ApiAgreement {
  /** Predictions to which both gave an output. */
  readonly compared: number;
  /** Of classes the table of positive and negative, of estimates those within the tolerance and beyond. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly disagreementRatio: IntervalReading;
}

/** How both compare once there is ground truth. */
export interface ApiPairedQuality {
  readonly judged: number;
  readonly outcomes: Readonly<Record<string, number>>;
  /** Challenger less champion. */
  readonly accuracyDifference: IntervalReading;
  readonly mcnemar: {
    readonly discordant: number;
    readonly method: 'exact' | 'chi_square';
    readonly chiSquare: Reading;
    readonly pValue: Reading;
  };
}

export interface ApiChallengerSlice {
  readonly slice: string;
  readonly valuesLeftOut: number;
  /** The most frequent first. */
  readonly values: readonly { readonly value: string; readonly agreement: ApiAgreement; readonly quality: ApiPairedQuality | null }[];
}

/** One challenger against its champion, as far as this sidecar knows. */
export interface ApiChallenger {
  readonly version: string;
  readonly ready: boolean;
  /** Null where the configuration says too little to judge by. */
  readonly verdict: string | null;
  /** The criterion that decided; `all_met` for a promotion. */
  readonly reason?: string;
  readonly criteria?: readonly ApiCriterion[];
  /** Verdict and reason as one sentence. */
  readonly text?: string;
  readonly confidence: number | null;
  readonly copies: Readonly<Record<string, number>>;
  readonly agreement: ApiAgreement & {
    readonly missing: { readonly champion: number; readonly challenger: number; readonly both: number };
    readonly missingRatio: IntervalReading;
    /** Challenger less champion, in the unit of the output. */
    readonly outputDifference: IntervalReading;
    readonly differences: ApiBins;
  };
  readonly latency: {
    readonly compared: number;
    readonly missing: number;
    readonly ratio: IntervalReading;
    readonly differenceSeconds: IntervalReading;
  };
  /** The difference of loss, challenger less champion: of Brier scores, or of squared errors. */
  readonly quality: ApiPairedQuality & { readonly missing: number; readonly lossDifference: IntervalReading };
  readonly outputs: { readonly received: number; readonly unmatched: number; readonly duplicates: number; readonly full: number };
  readonly slices: readonly ApiChallengerSlice[];
}

/** The answer of `GET /v1/models/:model/challengers`. */
export interface ChallengersAnswer {
  readonly model: string;
  readonly championVersion: string;
  readonly outputKind: 'probability' | 'regression';
  readonly challengers: readonly ApiChallenger[];
}
