import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse';
import { Pool } from 'undici';
import { createDueQueue } from './due-queue.js';

export interface ReplayOptions {
  readonly file: string;
  readonly url: string;
  readonly model: string;
  /** Seconds of the file that pass in one second. */
  readonly speed: number;
  readonly idColumn: string;
  readonly timeColumn: string;
  readonly truthColumn: string;
  readonly truthTimeColumn: string;
  /** Requests under way at once, as so many clients would have. */
  readonly concurrency: number;
  /** Starts again at the end of the file, with new ids, until the signal. */
  readonly loop: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ReplayProgress) => void;
}

export interface ReplayProgress {
  rows: number;
  errors: number;
  groundTruth: number;
  /** Time of the last row sent, as the file says it. */
  fileTime: string;
  lastError: string | undefined;
}

interface InputTensor {
  readonly name: string;
  readonly datatype: string;
}

type Row = Readonly<Record<string, string>>;

/** Most ground truth in one request, and how often it is posted. */
const GROUND_TRUTH_BATCH_MAX = 500;
const TICK_MILLISECONDS = 20;

/**
 * Sends the rows of a CSV file in time order as v2 inference requests, one a row, and posts the ground truth of each once its delay has
 * passed, both sped up alike. Rows that are late because the server is slow are sent as soon as it lets them: the order stays.
 */
export async function replay(options: ReplayOptions): Promise<ReplayProgress> {
  const pool = new Pool(options.url, { connections: options.concurrency, pipelining: 1 });
  const progress: ReplayProgress = { rows: 0, errors: 0, groundTruth: 0, fileTime: '', lastError: undefined };
  try {
    const inputs = await readInputs(pool, options.model);
    for (let round = 0; !options.signal.aborted && (round === 0 || options.loop); round++) {
      await replayOnce(pool, inputs, options, progress, round);
    }
  } finally {
    await pool.close();
  }
  return progress;
}

async function readInputs(pool: Pool, model: string): Promise<readonly InputTensor[]> {
  const response = await pool.request({ method: 'GET', path: `/v2/models/${encodeURIComponent(model)}` });
  const text = await response.body.text();
  if (response.statusCode !== 200) throw new Error(`the model's metadata answered ${response.statusCode}: ${text.slice(0, 200)}`);
  return (JSON.parse(text) as { readonly inputs: readonly InputTensor[] }).inputs;
}

async function replayOnce(
  pool: Pool,
  inputs: readonly InputTensor[],
  options: ReplayOptions,
  progress: ReplayProgress,
  round: number,
): Promise<void> {
  const truths = createDueQueue<{ readonly id: string; readonly value: number }>();
  const underWay = new Set<Promise<void>>();
  const startSeconds = performance.now() / 1000;
  let fileStartSeconds: number | undefined;
  let lastPost = Promise.resolve();

  const attempt = async (work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      progress.errors++;
      progress.lastError = error instanceof Error ? error.message : String(error);
    }
    options.onProgress(progress);
  };
  const fileNow = () => (fileStartSeconds ?? 0) + (performance.now() / 1000 - startSeconds) * options.speed;
  const postDue = () => {
    const due = truths.takeDue(fileNow());
    for (let i = 0; i < due.length; i += GROUND_TRUTH_BATCH_MAX) {
      const batch = due.slice(i, i + GROUND_TRUTH_BATCH_MAX);
      lastPost = lastPost.then(() => attempt(() => postGroundTruth(pool, options.model, batch, progress)));
    }
  };
  const waitUntil = async (fileSeconds: number) => {
    while (fileNow() < fileSeconds && !options.signal.aborted) {
      await pause(Math.min(TICK_MILLISECONDS, ((fileSeconds - fileNow()) / options.speed) * 1000));
      postDue();
    }
  };

  for await (const row of readRows(options.file)) {
    if (options.signal.aborted) break;
    const rowSeconds = Date.parse(row[options.timeColumn] ?? '') / 1000;
    if (Number.isNaN(rowSeconds)) throw new Error(`column ${options.timeColumn} holds no time in row ${progress.rows + 1}`);
    fileStartSeconds ??= rowSeconds;
    await waitUntil(rowSeconds);
    while (underWay.size >= options.concurrency) await Promise.race(underWay);
    const id = round === 0 ? row[options.idColumn]! : `${row[options.idColumn]!}-${round}`;
    const sent = attempt(async () => {
      await infer(pool, options.model, inputs, row, id);
      progress.rows++;
      progress.fileTime = row[options.timeColumn]!;
    }).finally(() => underWay.delete(sent));
    underWay.add(sent);
    const truth = row[options.truthColumn];
    const truthSeconds = Date.parse(row[options.truthTimeColumn] ?? '') / 1000;
    if (truth !== undefined && truth !== '' && !Number.isNaN(truthSeconds)) truths.add(truthSeconds, { id, value: Number(truth) });
    postDue();
  }
  await Promise.all(underWay);
  while (truths.length > 0 && !options.signal.aborted) {
    await pause(TICK_MILLISECONDS);
    postDue();
  }
  await lastPost;
}

async function* readRows(file: string): AsyncGenerator<Row> {
  const parser = createReadStream(file).pipe(parse({ columns: true, bom: true }));
  for await (const row of parser) yield row as Row;
}

async function infer(pool: Pool, model: string, inputs: readonly InputTensor[], row: Row, id: string): Promise<void> {
  const tensors = inputs.map(({ name, datatype }) => {
    const text = row[name] ?? '';
    return { name, datatype, shape: [1, 1], data: [datatype === 'BYTES' ? text : text === '' ? null : Number(text)] };
  });
  await post(pool, `/v2/models/${encodeURIComponent(model)}/infer`, { id, inputs: tensors });
}

async function postGroundTruth(
  pool: Pool,
  model: string,
  batch: readonly { readonly id: string; readonly value: number }[],
  progress: ReplayProgress,
): Promise<void> {
  const time = new Date().toISOString();
  await post(
    pool,
    '/v1/ground-truth',
    batch.map(({ id, value }) => ({ model, id, value, time })),
  );
  progress.groundTruth += batch.length;
}

async function post(pool: Pool, path: string, body: unknown): Promise<void> {
  const response = await pool.request({
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.body.text();
  if (response.statusCode >= 300) throw new Error(`${path} answered ${response.statusCode}: ${text.slice(0, 200)}`);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
