import { Agreement, LatencyPairs, type ChallengerConfig, type ModelConfig, type OutputRule } from '@modelwatch/core';
import { ERRORS, type RequestError } from '../errors.js';
import type { InferResponse } from '../models/open-inference/index.js';
import type { Scorer } from '../models/scorer.js';
import type { Tensor } from '../models/open-inference/tensor.js';
import { createOutputReader } from './feature-reader.js';
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
  let inFlightBytes = 0;

  const compare = (champion: Float64Array, response: InferResponse): ShadowOutcome => {
    const own = output.read(response.outputs, champion.length);
    if (own === undefined) return 'failed';
    for (let row = 0; row < champion.length; row++) agreement.update({ champion: champion[row]!, challenger: own.at(row) });
    return 'scored';
  };
  const send = (to: Scorer, { inputs, scoringSeconds }: AnsweredRequest, champion: Float64Array, bytes: number) => {
    const startSeconds = monotonicSeconds();
    let ended = false;
    const end = (outcomeOfCall: () => ShadowOutcome) => {
      if (ended) return;
      ended = true;
      const seconds = monotonicSeconds() - startSeconds;
      inFlight--;
      inFlightBytes -= bytes;
      let outcome: ShadowOutcome = 'failed';
      try {
        outcome = outcomeOfCall();
      } catch (fault) {
        onFault(fault);
      }
      outcomes[outcome]++;
      if (outcome !== 'scored') return;
      latency.update({ championSeconds: scoringSeconds ?? NaN, challengerSeconds: seconds });
      onScored(seconds);
    };
    inFlight++;
    inFlightBytes += bytes;
    try {
      to.score({ id: undefined, inputs, outputs: wanted(to), binaryOutputs: false }, (result) => {
        end(() => (result.ok ? compare(champion, result.value) : outcomeOf(result.error)));
      });
    } catch (fault) {
      end(() => {
        throw fault;
      });
    }
  };
  /** Only what is compared: other outputs may be large. */
  const wanted = ({ outputs }: Scorer) => {
    const name = model.output.tensor ?? outputs.at(-1)?.name;
    return name === undefined ? undefined : [{ name, binary: false }];
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
      else {
        const bytes = bytesOf(answered.inputs);
        const isFull = inFlight >= challenger.inFlightMax || (inFlight > 0 && inFlightBytes + bytes > challenger.inFlightBytesMax);
        if (isFull) outcomes.dropped++;
        // A copy: the champion's output may be a view of what it gave to many requests at once.
        else
          send(
            to,
            answered,
            Float64Array.from({ length: rows }, (_, row) => champion.at(row)),
            bytes,
          );
      }
    },
  };
}

/** What tensors keep in memory, about: text by its characters. */
function bytesOf(tensors: readonly Tensor[]): number {
  let bytes = 0;
  for (const { data } of tensors) {
    if (Array.isArray(data)) for (const text of data) bytes += 2 * text.length + 16;
    else bytes += data.byteLength;
  }
  return bytes;
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
