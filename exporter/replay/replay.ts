import type { Row } from '../baseline/row.js';
import { quote } from '../config/fault.js';
import { parseFileTime } from './file-time.js';
import { createGroundTruthSender, TICK_SECONDS, type GroundTruthSender } from './ground-truth-sender.js';
import { inferenceBody, planInputs, type InputMetadata, type InputPlan } from './input-plan.js';
import { createPace } from './pace.js';
import { countError, type ReplayProgress } from './progress.js';
import type { ReplayClient } from './replay-client.js';
import { ReplayError } from './replay-error.js';
import type { Timer } from './timer.js';

export interface ReplayOptions {
  readonly model: string;
  /** Seconds of the file that pass in one second. */
  readonly speed: number;
  /** Most rows sent in a second, whatever the speed. */
  readonly rateMax?: number | undefined;
  readonly idColumn: string;
  readonly timeColumn: string;
  /** Where ground truth stands and when it became known; without it none is posted. */
  readonly groundTruth?: { readonly valueColumn: string; readonly timeColumn: string } | undefined;
  /** Input to the columns it holds; an input not named here holds the column of its name. */
  readonly inputColumns: ReadonlyMap<string, readonly string[]>;
  /** Appended to every id, so that a second replay of a file into the same store counts anew. */
  readonly idSuffix: string;
  /** Requests under way at once, as so many clients would have. */
  readonly concurrency: number;
  /** Starts again at the end of the file, with new ids, until the signal aborts. */
  readonly loop: boolean;
  /** Rows from this time on, and before that one; seconds since the epoch. */
  readonly fromSeconds?: number | undefined;
  readonly toSeconds?: number | undefined;
}

export interface ReplayDeps {
  readonly inputs: readonly InputMetadata[];
  /** The rows of the file in order of time, from the start at each call. */
  readonly rows: () => AsyncIterable<Row>;
  readonly client: Pick<ReplayClient, 'infer' | 'postGroundTruth'>;
  readonly timer: Timer;
  readonly signal: AbortSignal;
  readonly progress: ReplayProgress;
}

/** Indexes of the columns that a replay reads, for one array of column names. */
interface RowPlan {
  readonly inputs: readonly InputPlan[];
  readonly id: number;
  readonly time: number;
  readonly groundTruth: { readonly value: number; readonly time: number } | undefined;
}

/**
 * Sends rows in time order as v2 inference requests, one a row, and posts the ground truth of each answered row once its delay has passed, all
 * sped up alike. Rows that are late because the server is slow go as soon as it lets them, in their order; a row whose request fails is
 * counted and not sent again, and its ground truth is not posted. Throws `ReplayError` where the file is at fault.
 */
export async function replay(options: ReplayOptions, deps: ReplayDeps): Promise<void> {
  const ended = new AbortController();
  const truths = createGroundTruthSender({ ...deps, signal: AbortSignal.any([deps.signal, ended.signal]) });
  const pace = createPace({ ...options, ...deps });
  const underWay = new Set<Promise<void>>();
  try {
    for (let round = 1; !deps.signal.aborted && (round === 1 || options.loop); round++) {
      pace.restart();
      const suffix = round === 1 ? options.idSuffix : `${options.idSuffix}#${round}`;
      let sent = 0;
      for await (const next of rowsInRange(options, deps)) {
        await pace.until(next.timeSeconds);
        while (underWay.size >= options.concurrency) await Promise.race(underWay);
        while (truths.full && !deps.signal.aborted) await deps.timer.wait(TICK_SECONDS, deps.signal);
        if (deps.signal.aborted) break;
        const answered: Promise<void> = send(next, suffix, truths, options, deps).finally(() => underWay.delete(answered));
        underWay.add(answered);
        sent++;
      }
      if (sent === 0 && !deps.signal.aborted) throw new ReplayError('no row of the file lies in the range');
    }
    await Promise.all(underWay);
    await truths.finish();
  } finally {
    ended.abort();
    await Promise.all(underWay);
  }
}

interface TimedRow {
  readonly row: Row;
  readonly plan: RowPlan;
  readonly timeSeconds: number;
}

async function* rowsInRange(options: ReplayOptions, deps: ReplayDeps): AsyncGenerator<TimedRow, void, undefined> {
  const { timeColumn, fromSeconds = -Infinity, toSeconds = Infinity } = options;
  let columns: readonly string[] | undefined;
  let plan: RowPlan | undefined;
  let lastSeconds = -Infinity;
  for await (const row of deps.rows()) {
    if (plan === undefined || row.columns !== columns) {
      columns = row.columns;
      plan = planRow(columns, options, deps.inputs);
    }
    const timeSeconds = timeOf(row, plan.time);
    if (timeSeconds === undefined) throw new ReplayError(`row ${row.number} holds no time in the column ${quote(timeColumn)}`);
    if (timeSeconds < lastSeconds)
      throw new ReplayError(`row ${row.number} is earlier than the one before; sort the file by ${timeColumn}`);
    lastSeconds = timeSeconds;
    if (timeSeconds >= toSeconds) return;
    if (timeSeconds >= fromSeconds) yield { row, plan, timeSeconds };
  }
}

function planRow(columns: readonly string[], options: ReplayOptions, inputs: readonly InputMetadata[]): RowPlan {
  const indexOf = (name: string): number => {
    const index = columns.indexOf(name);
    if (index === -1)
      throw new ReplayError(`there is no column ${quote(name)}; the columns are ${columns.slice(0, 30).map(quote).join(', ')}`);
    return index;
  };
  const { groundTruth } = options;
  return {
    id: indexOf(options.idColumn),
    time: indexOf(options.timeColumn),
    groundTruth: groundTruth === undefined ? undefined : { value: indexOf(groundTruth.valueColumn), time: indexOf(groundTruth.timeColumn) },
    inputs: planInputs(inputs, columns, options.inputColumns),
  };
}

async function send(
  { row, plan, timeSeconds }: TimedRow,
  suffix: string,
  truths: GroundTruthSender,
  options: ReplayOptions,
  { client, progress }: ReplayDeps,
): Promise<void> {
  const id = textOf(row, plan.id);
  const body = id === '' ? undefined : inferenceBody(plan.inputs, row, id + suffix);
  progress.fileSeconds = timeSeconds;
  if (body === undefined) {
    countError(progress, 'bad_row');
    return;
  }
  progress.underWay++;
  const outcome = await client.infer(options.model, body);
  progress.underWay--;
  if (!outcome.ok) {
    countError(progress, outcome.kind);
    return;
  }
  progress.rows++;
  if (plan.groundTruth === undefined) return;
  const text = textOf(row, plan.groundTruth.value);
  if (text === '') return;
  const value = groundTruthValue(text);
  const knownSeconds = timeOf(row, plan.groundTruth.time);
  if (value === undefined || knownSeconds === undefined) countError(progress, 'bad_ground_truth');
  else truths.add({ model: options.model, id: id + suffix, value }, Math.max(0, knownSeconds - timeSeconds) / options.speed);
}

function textOf(row: Row, column: number): string {
  const cell = row.cells[column];
  return cell === null || cell === undefined || typeof cell === 'object' ? '' : String(cell);
}

/** Timestamps of Parquet arrive as seconds. */
function timeOf(row: Row, column: number): number | undefined {
  return parseFileTime(textOf(row, column));
}

function groundTruthValue(text: string): number | boolean | undefined {
  if (/^true$/i.test(text)) return true;
  if (/^false$/i.test(text)) return false;
  const number = Number(text);
  return text.trim() !== '' && Number.isFinite(number) ? number : undefined;
}
