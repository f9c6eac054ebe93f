import { failureRatio, type ShadowCounts } from '@modelwatch/core';
import type { Clock } from '../clock.js';
import type { Result } from '../errors.js';
import type { InferRequest } from '../models/open-inference/index.js';
import { mayBeNeighbours, type CalledModel } from './call-model.js';
import { GateError } from './gate-error.js';
import type { GatePlan } from './gate-plan.js';
import type { LabelledRow, LabelledRows } from './labelled-rows.js';
import { planRequests, type RequestOfRow } from './row-requests.js';
import { createSpreadSample } from './spread-sample.js';

/** Both models' requests for one row. */
export interface RequestPair {
  readonly champion: InferRequest;
  readonly challenger: InferRequest;
}

/** What became of the calls of a model. A refused call is a failed one: its row is one that production may bring. */
export interface CallCounts extends Pick<ShadowCounts, 'scored' | 'failed' | 'timedOut'> {
  /** The first failure, as the model's child told it. */
  readonly firstFailure: { readonly row: number; readonly message: string } | undefined;
}

/** Everything that rows told, by column and in their order. */
export interface ScoredRows {
  readonly ids: readonly string[];
  /** NaN where a model gave no output. */
  readonly champion: readonly number[];
  readonly challenger: readonly number[];
  /** NaN where a row has no ground truth. */
  readonly truth: readonly number[];
  /** By slice, then by row. */
  readonly sliceValues: readonly (readonly (string | undefined)[])[];
  readonly championCalls: CallCounts;
  readonly challengerCalls: CallCounts;
  /** Rows that both scored, spread evenly. */
  readonly sample: readonly RequestPair[];
  /** Why scoring ended before the last row. */
  readonly cutShort: 'champion_silent' | 'challenger_silent' | 'failures_certain' | undefined;
}

/** Rows that are under way together: they share calls of a model where it allows that. */
const CHUNK_ROWS = 64;
/** So many rows in a row that killed the child or had no answer in time: the next would cost a deadline each, and show nothing new. */
const SILENT_ROWS_MAX = 10;

export interface ScoringOptions {
  readonly plan: GatePlan;
  readonly champion: CalledModel;
  readonly challenger: CalledModel;
  readonly clock: Clock;
}

/**
 * Scores every row by both models. It ends early where more rows can change nothing: a model that answers no more, or failures that are certain to
 * be too many. The same file and models give the same result.
 */
export async function scoreRows(labelled: LabelledRows, { plan, champion, challenger, clock }: ScoringOptions): Promise<ScoredRows> {
  const deadlineSeconds = clock.monotonicSeconds() + plan.timeSecondsMax;
  const sample = createSpreadSample<RequestPair>(plan.latencyRows);
  const [championSide, challengerSide] = [createSide(champion), createSide(challenger)];
  const ids: string[] = [];
  const truth: number[] = [];
  const sliceValues: (string | undefined)[][] = [];
  let cutShort: ScoredRows['cutShort'];
  let planned: { readonly champion: RequestOfRow; readonly challenger: RequestOfRow } | undefined;

  const requestsOf = ({ row, number }: LabelledRow): RequestPair => {
    planned ??= bothPlans(plan, champion, challenger, row.columns);
    return { champion: planned.champion(row, number), challenger: planned.challenger(row, number) };
  };
  const scoreChunk = async (chunk: readonly LabelledRow[]) => {
    const pairs = chunk.map(requestsOf);
    await Promise.all([
      championSide.score(
        pairs.map((pair) => pair.champion),
        chunk,
      ),
      challengerSide.score(
        pairs.map((pair) => pair.challenger),
        chunk,
      ),
    ]);
    chunk.forEach((labelledRow, i) => {
      ids.push(labelledRow.id);
      truth.push(labelledRow.truth);
      labelledRow.sliceValues.forEach((value, slice) => (sliceValues[slice] ??= []).push(value));
      const at = ids.length - 1;
      if (!Number.isNaN(championSide.outputs[at]) && !Number.isNaN(challengerSide.outputs[at])) sample.offer(pairs[i]!);
    });
    cutShort = championSide.silent ? 'champion_silent' : challengerSide.silent ? 'challenger_silent' : undefined;
    if (cutShort === undefined && failuresAreCertain(challengerSide.calls(), plan)) cutShort = 'failures_certain';
    if (cutShort === undefined && clock.monotonicSeconds() > deadlineSeconds)
      throw new GateError(`the time is up after ${plan.timeSecondsMax} s and ${ids.length} rows; --time-max allows for more`);
  };
  for await (const chunk of chunksOf(labelled.rows)) {
    await scoreChunk(chunk);
    if (cutShort !== undefined) break;
  }
  return {
    ids,
    truth,
    sliceValues,
    champion: championSide.outputs,
    challenger: challengerSide.outputs,
    championCalls: championSide.calls(),
    challengerCalls: challengerSide.calls(),
    sample: sample.items,
    cutShort,
  };
}

/** The first chunk is small, so that a model that never answers is found out soon. */
async function* chunksOf(rows: AsyncIterable<LabelledRow>): AsyncGenerator<readonly LabelledRow[], void, undefined> {
  let chunk: LabelledRow[] = [];
  let size = SILENT_ROWS_MAX;
  for await (const row of rows) {
    chunk.push(row);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
    size = CHUNK_ROWS;
  }
  if (chunk.length > 0) yield chunk;
}

interface Side {
  readonly outputs: number[];
  readonly silent: boolean;
  calls(): CallCounts;
  score(requests: readonly InferRequest[], rows: readonly LabelledRow[]): Promise<void>;
}

function createSide(model: CalledModel): Side {
  const outputs: number[] = [];
  let [scored, failed, timedOut, silentRows] = [0, 0, 0, 0];
  let firstFailure: CallCounts['firstFailure'];
  const count = (result: Result<number>, row: number) => {
    if (result.ok) {
      scored++;
      outputs.push(result.value);
      return;
    }
    const { code, message } = result.error;
    if (code === 'deadline_exceeded') timedOut++;
    else failed++;
    firstFailure ??= { row, message };
    outputs.push(NaN);
  };
  return {
    outputs,
    get silent() {
      return silentRows >= SILENT_ROWS_MAX;
    },
    calls: () => ({ scored, failed, timedOut, firstFailure }),
    async score(requests, rows) {
      const results = await Promise.all(requests.map((request) => model.call(request)));
      for (const [i, together] of results.entries()) {
        if (silentRows >= SILENT_ROWS_MAX) {
          count(together, rows[i]!.number);
          continue;
        }
        // In company a row may fail for what another did; alone it fails for itself.
        const result = mayBeNeighbours(together) ? await model.call(requests[i]!) : together;
        silentRows = mayBeNeighbours(result) ? silentRows + 1 : 0;
        count(result, rows[i]!.number);
      }
    },
  };
}

function failuresAreCertain({ scored, failed, timedOut }: CallCounts, { bars: { criteria } }: GatePlan): boolean {
  const { failureRatioMax, pairsMin, confidence } = criteria;
  if (failureRatioMax === undefined || failed + timedOut === 0 || scored + failed + timedOut < pairsMin) return false;
  const ratio = failureRatio({ scored, failed, timedOut, dropped: 0, skipped: 0 }, confidence);
  return ratio.kind === 'measured' && ratio.lower > failureRatioMax;
}

function bothPlans(plan: GatePlan, champion: CalledModel, challenger: CalledModel, columns: readonly string[]) {
  const { inputColumns, championBaseline, challengerBaseline } = plan;
  const features = (championBaseline?.features ?? []).map(({ name }) => name);
  const own = challengerBaseline?.features.map(({ name }) => name) ?? features;
  const known = [...champion.scorer.inputs, ...challenger.scorer.inputs].map(({ name }) => name);
  const unknown = [...inputColumns.keys()].find((name) => !known.includes(name));
  if (unknown !== undefined) throw new GateError(`neither model has an input ${JSON.stringify(unknown)}`);
  return {
    champion: planRequests({ inputs: champion.scorer.inputs, columns, inputColumns, features }),
    challenger: planRequests({ inputs: challenger.scorer.inputs, columns, inputColumns, features: own }),
  };
}
