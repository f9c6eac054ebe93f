import { Agreement, LatencyPairs, type ChallengerConfig, type ModelConfig, type OutputRule, type PredictionBatch } from '@modelwatch/core';
import type { InferResponse } from '../models/open-inference/index.js';
import type { CopyScorer } from '../models/scorer.js';
import { watchedOutputAlone } from '../models/watched-output.js';
import { sliceCounts } from '../store/slice-values.js';
import type { SliceCounts } from './model-watch.js';
import { failedCopy } from './failed-copy.js';
import { createOutputReader, type OutputReader } from './feature-reader.js';
import { isSampled } from './is-sampled.js';
import { tensorBytes } from './tensor-bytes.js';
import { sliceColumns, type SliceColumns } from './slice-columns.js';
import { rowId, type AnsweredRequest, type WatchedModel } from './watched-model.js';

/** What becomes of a copy. `dropped` is for want of room, `skipped` for a request that is not one the challenger takes. */
export const SHADOW_OUTCOMES = ['scored', 'dropped', 'failed', 'timed_out', 'skipped'] as const;
export type ShadowOutcome = (typeof SHADOW_OUTCOMES)[number];

/** A challenger beside its champion: copies of what the champion answered, scored and compared, off the path of every answer. */
export interface Shadow {
  /** Copies meant for the challenger: the sum of the outcomes and of what is under way, exactly. */
  readonly sent: number;
  readonly inFlight: number;
  /** What the copies under way keep in memory. */
  readonly inFlightBytes: number;
  readonly outcomes: Readonly<Record<ShadowOutcome, number>>;
  readonly agreement: Agreement;
  /** By slice name, then by slice value, as the champion's predictions count under it. */
  readonly slices: ReadonlyMap<string, ReadonlyMap<string, Agreement>>;
  readonly latency: LatencyPairs;
  /** Takes a copy of an answered request, should its id be among the sampled. Never throws, never waits. */
  offer(answered: AnsweredRequest): void;
}

export interface ShadowOptions {
  readonly model: ModelConfig;
  readonly challenger: ChallengerConfig;
  /** The champion's: says how many rows a request has, and under which values its slices count. */
  readonly watched: Pick<WatchedModel, 'features' | 'output' | 'sliceHeaders'> & {
    readonly watch: { readonly slices: readonly Pick<SliceCounts, 'name' | 'gate'>[] };
  };
  /** Undefined while it is not loaded. */
  readonly scorer: () => CopyScorer | undefined;
  readonly monotonicSeconds: () => number;
  /** Takes the challenger's predictions of a copy that it scored, to be compared with ground truth. */
  readonly record: (batch: PredictionBatch) => void;
  readonly nowSeconds: () => number;
  /** Told how long the challenger took for a copy that it scored. */
  readonly onScored: (seconds: number) => void;
  /** A fault of our own in reading or comparing: it cost one copy. */
  readonly onFault: (fault: unknown) => void;
}

/** Comparing more rows in one go would hold the event loop: about 0.2 us each. */
export const SHADOW_ROWS_MAX = 4096;

export function createShadow(options: ShadowOptions): Shadow {
  const { model, challenger, watched, scorer, monotonicSeconds, record, nowSeconds, onScored, onFault } = options;
  const agreement = new Agreement(outputRule(model, challenger));
  const slices = new Map<string, Map<string, Agreement>>();
  const sliceNames = watched.watch.slices.map(({ name }) => name);
  const latency = new LatencyPairs();
  const outcomes: Record<ShadowOutcome, number> = { scored: 0, dropped: 0, failed: 0, timed_out: 0, skipped: 0 };
  const whole = createOutputReader(model.output.tensor, model.output.column);
  const cut = createOutputReader(undefined, 0);
  let sent = 0;
  let inFlight = 0;
  let inFlightBytes = 0;

  const compare = (answered: AnsweredRequest, champion: Float64Array, response: InferResponse, reader: OutputReader): ShadowOutcome => {
    const rows = champion.length;
    const own = reader.read(response.outputs, rows);
    if (own === undefined) return 'failed';
    const outputs = own.values(rows);
    for (let row = 0; row < rows; row++) agreement.update({ champion: champion[row]!, challenger: outputs[row]! });
    const columns = sliceColumns(watched, answered, rows);
    columns.forEach((column, i) => {
      compareSlice(watched.watch.slices[i]!, column, champion, outputs);
    });
    record({
      model: model.name,
      version: challenger.version,
      role: 'challenger',
      rows,
      ids: rowIds(answered, rows),
      timeSeconds: nowSeconds(),
      features: [],
      outputs,
      slices: columns,
      sliceNames,
    });
    return 'scored';
  };
  /** Values count under the name that the champion's gate has given them: it has seen them before. */
  const compareSlice = (
    { name, gate }: Pick<SliceCounts, 'name' | 'gate'>,
    column: SliceColumns[number],
    champion: Float64Array,
    outputs: Float64Array,
  ) => {
    const counts = sliceCounts(slices, name);
    for (let row = 0; row < champion.length; row++) {
      const value = column[row];
      if (value === undefined || value === '') continue;
      const admitted = gate.nameOf(value);
      let ofSlice = counts.get(admitted);
      if (ofSlice === undefined) counts.set(admitted, (ofSlice = new Agreement(agreement.rule)));
      ofSlice.update({ champion: champion[row]!, challenger: outputs[row]! });
    }
  };
  const send = (to: CopyScorer, answered: AnsweredRequest, champion: Float64Array, bytes: number) => {
    const { inputs, scoringSeconds } = answered;
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
      const wanted = { rows: champion.length, column: model.output.column };
      const outputs = watchedOutputAlone(to, model.output.tensor);
      to.score({ id: undefined, inputs, outputs, binaryOutputs: false, cut: wanted }, (result) => {
        const reader = to.cutsColumns === true ? cut : whole;
        end(() => (result.ok ? compare(answered, champion, result.value, reader) : failedCopy(result.error.code)));
      });
    } catch (fault) {
      end(() => {
        throw fault;
      });
    }
  };
  return {
    get sent() {
      return sent;
    },
    get inFlight() {
      return inFlight;
    },
    get inFlightBytes() {
      return inFlightBytes;
    },
    outcomes,
    agreement,
    slices,
    latency,
    offer(answered) {
      if (!isSampled(answered.id, challenger.share)) return;
      sent++;
      const to = scorer();
      const rows = watched.features.rowsOf(answered.inputs);
      const champion = rows === undefined ? undefined : watched.output.read(answered.outputs, rows);
      if (to === undefined || rows === undefined || champion === undefined || rows > SHADOW_ROWS_MAX) outcomes.skipped++;
      else {
        const bytes = tensorBytes(answered.inputs);
        const isFull = inFlight >= challenger.inFlightMax || (inFlight > 0 && inFlightBytes + bytes > challenger.inFlightBytesMax);
        if (isFull) outcomes.dropped++;
        // A copy: the champion's output may be a view of what it gave to many requests at once.
        else send(to, answered, champion.values(rows), bytes);
      }
    },
  };
}

function rowIds(answered: AnsweredRequest, rows: number): string[] {
  const ids = new Array<string>(rows);
  for (let row = 0; row < rows; row++) ids[row] = rowId(answered, row, rows);
  return ids;
}

/** How outputs of both are read as classes, each at its own threshold, or as estimates. */
function outputRule({ output }: ModelConfig, { threshold, toleranceAbsolute }: ChallengerConfig): OutputRule {
  return output.kind === 'regression'
    ? { kind: 'regression', toleranceAbsolute }
    : { kind: 'probability', championThreshold: output.threshold, challengerThreshold: threshold ?? output.threshold };
}
