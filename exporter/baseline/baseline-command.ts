import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { Baseline } from '@modelwatch/core';
import { systemClock, type Clock } from '../clock.js';
import type { Output } from '../config/check-command.js';
import { fileDigest } from '../models/file-digest.js';
import { BaselineError } from './baseline-error.js';
import { formatBaselineFaults } from './baseline-fault.js';
import { evaluationLine } from './build-evaluation.js';
import { buildBaseline, isWantedColumn, ROWS_MAX } from './build-baseline.js';
import type { BaselineOptions } from './build-baseline.js';
import { explainWithModel, type ExplainWithModelOptions } from './explain-with-model.js';
import { unreadable } from './file-text.js';
import { formatBaseline } from './format-baseline.js';
import { openRows } from './open-rows.js';
import type { RowFormat, RowSource } from './open-rows.js';
import { readBaseline } from './read-baseline.js';
import type { Row } from './row.js';
import { summaryTable } from './summary-table.js';
import { writeFileAtomic } from './write-file-atomic.js';

/** What `modelwatch baseline` takes: the options of a baseline, and files instead of rows. */
export interface BaselineCommandOptions extends Omit<BaselineOptions, 'sources' | 'modelDigest' | 'evaluation' | 'explain'> {
  /** Training or evaluation data, in order; at least one. */
  readonly inputs: readonly string[];
  /** Labelled rows that the model was not fitted on, in order. */
  readonly evaluationInputs?: readonly string[] | undefined;
  readonly format?: RowFormat | undefined;
  /** Where the baseline is written; an existing file is replaced whole. */
  readonly out: string;
  /** Its digest is recorded, so that a baseline cannot be mistaken for that of another model. */
  readonly modelFile?: string | undefined;
  /** Whether the model explains rows of the data, and how. */
  readonly explained?: Pick<ExplainWithModelOptions, 'configFile' | 'trainingRows' | 'backgroundRows'> | undefined;
}

/**
 * `modelwatch baseline`: reads the data, writes the baseline, prints what it holds. Nothing is written unless all of it is right. Returns the
 * exit code: 0, or 2 with a sentence on stderr where data, options or files are at fault.
 */
export async function baselineCommand(
  options: BaselineCommandOptions,
  { stdout, stderr }: Output,
  clock: Clock = systemClock,
): Promise<0 | 2> {
  try {
    await refuseOverwritingInput(options);
    const baseline = await baselineOfFiles(options, clock);
    const text = formatBaseline(baseline);
    const again = readBaseline(text, options.out);
    // What is written here must be accepted where it is loaded.
    if (!again.ok)
      throw new BaselineError('value_unsupported', `the data make no valid baseline\n${formatBaselineFaults(again.faults).trimEnd()}`);
    await writeFileAtomic(options.out, text);
    stdout.write(summaryTable(baseline));
    stdout.write(summary(baseline, options.out));
    return 0;
  } catch (error) {
    if (!(error instanceof BaselineError)) throw error;
    stderr.write(`modelwatch baseline: ${error.message}\n`);
    return 2;
  }
}

async function baselineOfFiles(options: BaselineCommandOptions, clock: Clock): Promise<Baseline> {
  const { inputs, format, modelFile } = options;
  if (inputs.length === 0) throw new BaselineError('option_invalid', 'at least one data file is needed');
  const modelDigest = modelFile === undefined ? undefined : await digestOf(modelFile);
  const { evaluationInputs } = options;
  const buildOptions: BaselineOptions = {
    ...options,
    modelDigest,
    explain: explainerOf(options, clock),
    sources: () => sources.map((source) => source.source()),
  };
  const isWanted = isWantedColumn(buildOptions);
  const rowsMax = options.rowsMax ?? ROWS_MAX;
  const open = (file: string) => openRows(file, { isWanted, rowsMax, ...(format === undefined ? {} : { format }) });
  const [sources, evaluated] = [inputs.map(open), (evaluationInputs ?? []).map(open)];
  if (evaluationInputs === undefined) return buildBaseline(rowsOf(sources), buildOptions);
  return buildBaseline(rowsOf(sources), {
    ...buildOptions,
    evaluation: { rows: rowsOf(evaluated), sources: () => evaluated.map((source) => source.source()) },
  });
}

function explainerOf({ model, modelFile, explained }: BaselineCommandOptions, clock: Clock): BaselineOptions['explain'] {
  if (explained === undefined) return undefined;
  if (modelFile === undefined) throw new BaselineError('option_invalid', 'explaining takes the model: --model-file names its file');
  return (baseline, drawRows) => explainWithModel({ ...explained, model, modelFile, clock }, baseline, drawRows);
}

async function* rowsOf(sources: readonly RowSource[]): AsyncGenerator<Row, void, undefined> {
  for (const { rows } of sources) yield* rows;
}

async function digestOf(file: string): Promise<string> {
  const digest = await fileDigest(file).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  return `sha256:${digest}`;
}

/** Training data are worth more than a baseline: a mistyped name must not replace them. */
async function refuseOverwritingInput({ inputs, evaluationInputs = [], modelFile, out }: BaselineCommandOptions): Promise<void> {
  const target = await realOf(out);
  for (const file of [...inputs, ...evaluationInputs, ...(modelFile === undefined ? [] : [modelFile])]) {
    if ((await realOf(file)) === target) throw new BaselineError('option_invalid', `${out} is an input; the baseline would replace it`);
  }
}

const realOf = (file: string): Promise<string> => realpath(file).catch(() => path.resolve(file));

function summary({ provenance, goldenRows, quality, evaluation, explanations }: Baseline, out: string): string {
  const measured = Object.entries(quality ?? {}).map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`);
  const qualityLine = measured.length === 0 ? '' : `quality: ${measured.join(', ')}\n`;
  const digests = new Set(provenance.files.map(({ digest }) => digest));
  const sameRows = evaluation?.files.some(({ digest }) => digests.has(digest)) ?? false;
  const evaluated = evaluationLine(evaluation, quality !== undefined, sameRows);
  const explained =
    explanations === undefined
      ? ''
      : `explained: ${explanations.attributions.count} rows over ${explanations.background.length} background rows, ${explanations.golden.rows.length} golden rows\n`;
  return `${qualityLine}${evaluated}${explained}${provenance.rows} rows, ${goldenRows.outputs.length} golden rows; written to ${out}\n`;
}
