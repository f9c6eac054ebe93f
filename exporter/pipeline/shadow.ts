import { Agreement, LatencyPairs, type ChallengerConfig, type ModelConfig, type OutputRule } from '@modelwatch/core';
import { ERRORS, type RequestError } from '../errors.js';
import type { InferResponse } from '../models/open-inference/index.js';
import type { Scorer } from '../models/scorer.js';
import { createOutputReader, type OutputColumn } from './feature-reader.js';
import { isSampled } from './is-sampled.js';
import type { AnsweredRequest, WatchedModel } from './watched-model.js';

/** What becomes of a copy. `dropped` is for want of room, `skipped` for a request that is not one the challenger takes. */
export const SHADOW_OUTCOMES = ['scored', 'dropped', 'failed', 'timed_out', 'skipped'] as const;
export type ShadowOutcome = (typeof SHADOW_OUTCOMES)[number];

/** A challenger beside its champion: copies of what the champion answered, scored and compared, off the path of every answer. */
export interface Shadow {
  /** Copies meant for the challenger: the sum of the outcomes and of what is under way, exactly. */
  readonly sent: number;
  readonly inFlight: number;
  readonly outcomes: Readonly<Record<ShadowOutcome, number>>;
  readonly agreement: Agreement;
  readonly latency: LatencyPairs;
  /** Takes a copy of an answered request, should its id be among the sampled. Never throws, never waits. */
  offer(answered: AnsweredRequest): void;
}

export interface ShadowOptions {
  readonly model: ModelConfig;
  readonly challenger: ChallengerConfig;
  /** The champion's: says how many rows a request has. */
  readonly watched: Pick<WatchedModel, 'features' | 'output'>;
  /** Undefined while it is not loaded. */
  readonly scorer: () => Scorer | undefined;
  readonly monotonicSeconds: () => number;
  /** Told how long the challenger took for a copy that it scored. */
  readonly onScored: (seconds: number) => void;
  /** A fault of our own in reading or comparing: it cost one copy. */
  readonly onFault: (fault: unknown) => void;
}

/** Comparing more rows in one go would hold the event loop: about 0.2 us each. */
export const SHADOW_ROWS_MAX = 4096;

export function createShadow({ model, challenger, watched, scorer, monotonicSeconds, onScored, onFault }: ShadowOptions): Shadow {
  const agreement = new Agreement(outputRule(model, challenger));
  const latency = new LatencyPairs();
  const outcomes: Record<ShadowOutcome, number> = { scored: 0, dropped: 0, failed: 0, timed_out: 0, skipped: 0 };
  const output = createOutputReader(model.output.tensor, model.output.column);
  let sent = 0;
  let inFlight = 0;

  const compare = (champion: OutputColumn, response: InferResponse, rows: number): ShadowOutcome => {
    const own = output.read(response.outputs, rows);
    if (own === undefined) return 'failed';
    for (let row = 0; row < rows; row++) agreement.update({ champion: champion.at(row), challenger: own.at(row) });
    return 'scored';
  };
  const send = (to: Scorer, { inputs, scoringSeconds }: AnsweredRequest, champion: OutputColumn, rows: number) => {
    const startSeconds = monotonicSeconds();
    inFlight++;
    to.score({ id: undefined, inputs, outputs: undefined, binaryOutputs: false }, (result) => {
      const seconds = monotonicSeconds() - startSeconds;
      inFlight--;
      let outcome: ShadowOutcome = 'failed';
      try {
        outcome = result.ok ? compare(champion, result.value, rows) : outcomeOf(result.error);
      } catch (fault) {
        onFault(fault);
      }
      outcomes[outcome]++;
      if (outcome !== 'scored') return;
      latency.update({ championSeconds: scoringSeconds ?? NaN, challengerSeconds: seconds });
      onScored(seconds);
    });
  };
  return {
    get sent() {
      return sent;
    },
    get inFlight() {
      return inFlight;
    },
    outcomes,
    agreement,
    latency,
    offer(answered) {
      if (!isSampled(answered.id, challenger.share)) return;
      sent++;
      const to = scorer();
      const rows = watched.features.rowsOf(answered.inputs);
      const champion = rows === undefined ? undefined : watched.output.read(answered.outputs, rows);
      if (to === undefined || rows === undefined || champion === undefined || rows > SHADOW_ROWS_MAX) outcomes.skipped++;
      else if (inFlight >= challenger.inFlightMax) outcomes.dropped++;
      else send(to, answered, champion, rows);
    },
  };
}

/** How outputs of both are read as classes, each at its own threshold, or as estimates. */
function outputRule({ output }: ModelConfig, { threshold, toleranceAbsolute }: ChallengerConfig): OutputRule {
  return output.kind === 'regression'
    ? { kind: 'regression', toleranceAbsolute }
    : { kind: 'probability', championThreshold: output.threshold, challengerThreshold: threshold ?? output.threshold };
}

function outcomeOf({ code }: RequestError): ShadowOutcome {
  if (code === 'deadline_exceeded') return 'timed_out';
  if (code === 'overloaded' || code === 'draining') return 'dropped';
  // Refused as no request for this model; one that has killed a child is the challenger's own failure.
  return ERRORS[code] < 500 && code !== 'quarantined' ? 'skipped' : 'failed';
}
