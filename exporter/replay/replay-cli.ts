import { InvalidArgumentError, Option, type Command } from 'commander';
import { sendsToSidecar } from '../ask-sidecar.js';
import { BaselineError } from '../baseline/baseline-error.js';
import { openRows } from '../baseline/open-rows.js';
import type { Output } from '../config/check-command.js';
import { callerHeaders, CallerTokenError } from '../security/caller-token.js';
import { parseFileTime } from './file-time.js';
import type { InputMetadata } from './input-plan.js';
import { progressLine } from './progress-line.js';
import { createProgress, errorCount } from './progress.js';
import { createReplayClient, type ReplayClient } from './replay-client.js';
import { ReplayError } from './replay-error.js';
import { replay, type ReplayOptions } from './replay.js';
import { reportProgress } from './report-progress.js';
import { systemTimer, type Timer } from './timer.js';

/** How long a server that is just starting is waited for. */
const READY_SECONDS_MAX = 30;
const READY_PAUSE_SECONDS = 0.5;
/** After a signal, what is under way has so long to be answered. */
const GRACE_SECONDS = 2;

interface Flags {
  readonly url: string;
  readonly tokenFile?: string;
  readonly model: string;
  readonly speed: number;
  readonly rateMax?: number;
  readonly idColumn: string;
  readonly idSuffix: string;
  readonly timeColumn: string;
  readonly groundTruthColumn?: string;
  readonly groundTruthTimeColumn?: string;
  readonly input?: ReadonlyMap<string, readonly string[]>;
  readonly concurrency: number;
  readonly loop: boolean;
  readonly from?: number;
  readonly to?: number;
}

/** Adds `modelwatch replay` to the program. */
export function addReplayCommand(program: Command, output: Output, exit: (code: number) => void): void {
  const replay = program
    .command('replay')
    .summary('send recorded rows to a model as its clients would')
    .description(
      'Sends the rows of a file in time order as v2 inference requests, one a row, at a chosen speed, and posts the ground truth of each after its delay.\n' +
        'Predictions and ground truth are timed by the server when they arrive: a delay of an hour takes a second at --speed 3600, and\n' +
        "is a second in the server's delay histogram. A model's ground-truth horizon is not sped up.\n" +
        'Exit code: 0; 1 where requests failed; 2 where options or file are at fault, or no model answers.',
    )
    .argument('<file>', '.csv, .tsv, .jsonl, .ndjson (each also with .gz) or .parquet, sorted by time')
    .requiredOption('--model <name>', 'model to send to');
  sendsToSidecar(replay)
    .option('--speed <factor>', 'seconds of the file that pass in one second', asPositive, 3600)
    .option('--rate-max <rows>', 'most rows sent in a second', asPositive)
    .option('--id-column <column>', 'what identifies a row', 'id')
    .option('--id-suffix <text>', 'appended to each id: a second replay into one store counts anew only under new ids', '')
    .option('--time-column <column>', 'when a row happened: RFC 3339 (UTC without a zone) or seconds since the epoch', 'time')
    .option('--ground-truth-column <column>', 'what came true; none is posted without it')
    .option('--ground-truth-time-column <column>', 'when that became known')
    .addOption(
      new Option('--input <name=column,...>', 'columns of an input that is not named as its one column; repeatable').argParser(asInput),
    )
    .option('--concurrency <requests>', 'requests under way at once', asConcurrency, 8)
    .option('--loop', 'start again at the end, with new ids, until interrupted', false)
    .option('--from <time>', 'rows from this time on', asTime)
    .option('--to <time>', 'rows before this time', asTime)
    .action(async (file: string, flags: Flags) => {
      exit(await replayCommand(file, flags, output, systemTimer));
    });
}

async function replayCommand(file: string, flags: Flags, output: Output, timer: Timer): Promise<0 | 1 | 2> {
  const { stdout, stderr } = output;
  const headers = await callerHeaders(flags.tokenFile, process.env).catch((error: unknown) => {
    if (error instanceof CallerTokenError) stderr.write(`modelwatch replay: ${error.message}\n`);
    else throw error;
  });
  if (headers === undefined) return 2;
  const stop = new AbortController();
  const client = createReplayClient(flags.url, flags.concurrency, headers);
  const onSignal = (): void => {
    stop.abort();
    setTimeout(() => void client.destroy(), GRACE_SECONDS * 1000).unref();
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  // Once: a second signal ends the process at once.
  for (const name of signals) process.once(name, onSignal);
  const progress = createProgress();
  const reporting = new AbortController();
  let report: Promise<void> | undefined;
  try {
    const options = optionsOf(flags);
    const inputs = await waitForInputs(client, flags, stderr, timer, stop.signal);
    const start = timer.monotonicSeconds();
    report = reportProgress(progress, stderr, timer, reporting.signal);
    const rows = () => openRows(file, { isWanted: () => true, rowsMax: Infinity }).rows;
    await replay(options, { inputs, rows, client, timer, signal: stop.signal, progress });
    reporting.abort();
    await report;
    stdout.write(`${progressLine(progress, progress.rows / Math.max(timer.monotonicSeconds() - start, 0.001))}\n`);
    return errorCount(progress) === 0 ? 0 : 1;
  } catch (error) {
    reporting.abort();
    await report;
    if (!isFault(error)) throw error;
    stderr.write(`modelwatch replay: ${(error as Error).message}\n`);
    return 2;
  } finally {
    for (const name of signals) process.removeListener(name, onSignal);
    await client.close();
  }
}

function isFault(error: unknown): boolean {
  return error instanceof ReplayError || error instanceof BaselineError;
}

function optionsOf(flags: Flags): ReplayOptions {
  const { groundTruthColumn: valueColumn, groundTruthTimeColumn: timeColumn, from, to } = flags;
  if ((valueColumn === undefined) !== (timeColumn === undefined))
    throw new ReplayError('--ground-truth-column and --ground-truth-time-column go together');
  return {
    ...flags,
    inputColumns: flags.input ?? new Map(),
    groundTruth: valueColumn === undefined || timeColumn === undefined ? undefined : { valueColumn, timeColumn },
    fromSeconds: from,
    toSeconds: to,
  };
}

async function waitForInputs(
  client: ReplayClient,
  { url, model }: Flags,
  stderr: Output['stderr'],
  timer: Timer,
  signal: AbortSignal,
): Promise<readonly InputMetadata[]> {
  const deadline = timer.monotonicSeconds() + READY_SECONDS_MAX;
  for (let attempt = 1; ; attempt++) {
    const inputs = await client.inputs(model);
    if (typeof inputs !== 'string') return inputs;
    if (signal.aborted || timer.monotonicSeconds() >= deadline) throw new ReplayError(inputs);
    if (attempt === 1) stderr.write(`waiting for ${model} at ${url}: ${inputs}\n`);
    await timer.wait(READY_PAUSE_SECONDS, signal);
  }
}

function asPositive(text: string): number {
  const number = Number(text);
  if (!(number > 0 && number < Infinity)) throw new InvalidArgumentError('It must be a number above 0.');
  return number;
}

function asConcurrency(text: string): number {
  const number = Number(text);
  if (!(Number.isInteger(number) && number >= 1 && number <= 1000))
    throw new InvalidArgumentError('It must be a whole number from 1 to 1000.');
  return number;
}

function asTime(text: string): number {
  const seconds = parseFileTime(text);
  if (seconds === undefined) throw new InvalidArgumentError('It is no time such as 2013-04-01 or 2013-04-01T09:51:00Z.');
  return seconds;
}

function asInput(text: string, earlier: ReadonlyMap<string, readonly string[]> = new Map()): ReadonlyMap<string, readonly string[]> {
  const at = text.indexOf('=');
  const columns = text.slice(at + 1).split(',');
  if (at < 1 || columns.includes('')) throw new InvalidArgumentError('It must be name=column,column,...');
  return new Map([...earlier, [text.slice(0, at), columns]]);
}
