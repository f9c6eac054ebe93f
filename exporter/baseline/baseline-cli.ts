import { randomBytes } from 'node:crypto';
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import type { Clock } from '../clock.js';
import { systemClock } from '../clock.js';
import type { Output } from '../config/check-command.js';
import { quote } from '../config/fault.js';
import { packageVersion } from '../package-version.js';
import { baselineCommand, type BaselineCommandOptions } from './baseline-command.js';
import { BaselineError } from './baseline-error.js';
import type { ColumnKind } from './column.js';
import type { RowFormat } from './open-rows.js';
import type { OutputKind } from './recorded-quality.js';

const EXAMPLE = `
Example:
  modelwatch baseline training.csv --model flights-late --version-name 1 --output-column score \\
    --ground-truth-column late --evaluation held-out.csv --ignore id,time --model-file champion.onnx --out baseline.json

Every column that is not named otherwise is a feature. Kinds are found from the values: --categorical is for codes written as numbers.
Exit code: 0, or 2 with a sentence where data, options or files are at fault; then nothing is written.
`;

interface BaselineFlags {
  readonly model: string;
  readonly versionName: string;
  readonly outputColumn: string;
  readonly groundTruthColumn?: string;
  readonly evaluation?: readonly string[];
  readonly ignore?: readonly string[];
  readonly features?: readonly string[];
  readonly categorical?: readonly string[];
  readonly numeric?: readonly string[];
  readonly private?: readonly string[];
  readonly keepPrivateRows?: boolean;
  readonly missing?: readonly string[];
  readonly outputKind?: OutputKind;
  readonly threshold?: number;
  readonly goldenRows?: number;
  readonly tolerance?: number;
  readonly format?: RowFormat;
  readonly modelFile?: string;
  readonly explain?: boolean;
  readonly explainedRows?: number;
  readonly backgroundRows?: number;
  readonly config?: string;
  readonly createdAt?: string;
  readonly out: string;
}

/** Adds `modelwatch baseline`. The code to end with goes to `exit`; faults of usage are left to the program's own handler. */
export function addBaselineCommand(program: Command, output: Output, exit: (code: number) => void, clock: Clock = systemClock): void {
  program
    .command('baseline')
    .summary("make a baseline from training or evaluation data with the model's outputs")
    .description(
      "Makes a baseline from rows of training or evaluation data with the model's outputs: bins frozen at quantiles, counts, moments, golden " +
        'rows and quality. Reads CSV, TSV and JSON lines, each also with .gz, and Parquet.',
    )
    .argument('<files...>', 'data files, in order')
    .requiredOption('--model <name>', 'name of the model, as in the configuration')
    .requiredOption('--version-name <version>', 'version of the model, as in the configuration')
    .requiredOption(
      '--output-column <column>',
      "column of the data with the model's outputs: probabilities of the positive class, or estimates",
    )
    .option('--ground-truth-column <column>', 'column of what came true, to record quality')
    .option(
      '--evaluation <files>',
      'labelled rows that the model was not fitted on, comma-separated, with the same columns of output and ground truth: what live quality is compared with, and estimates are calibrated by',
      list,
    )
    .option('--ignore <columns>', 'columns that are no features, comma-separated; may be repeated', list)
    .option('--features <columns>', "the features in the model's order; all other columns are ignored", list)
    .option('--categorical <columns>', 'columns that are categories although they look like numbers', list)
    .option('--numeric <columns>', 'columns that must be numbers; a value that is none is refused', list)
    .option(
      '--private <columns>',
      'features whose values the baseline does not hold: digests of categories, no least and greatest number',
      list,
    )
    .option('--keep-private-rows', 'keep golden rows and background rows all the same, with the values of private features')
    .option('--missing <tokens>', 'texts that mean missing, beside the empty text, NaN, nan and null', list)
    .addOption(
      new Option('--output-kind <kind>', 'what outputs are; found from the values unless given').choices(['probability', 'regression']),
    )
    .option('--threshold <probability>', 'outputs at or above it predict the positive class (default: 0.5)', number)
    .option('--golden-rows <count>', 'rows kept to be replayed (default: 100)', number)
    .option('--tolerance <difference>', 'how far a replayed output may lie from the recorded one (default: 1e-5)', number)
    .addOption(
      new Option('--format <format>', 'format of the files; found from their names unless given').choices([
        'csv',
        'tsv',
        'jsonl',
        'parquet',
      ]),
    )
    .option('--model-file <file>', 'file of the model, whose digest is recorded')
    .option('--explain', 'record what the model looks at in training; the model file scores up to 650,000 rows for it')
    .option('--explained-rows <count>', 'rows of the data that are explained (default: 300)', number)
    .option('--background-rows <count>', 'rows that stand for features left open (default: 50)', number)
    .option('--config <file>', 'configuration that says which tensors of the model hold features and output, where names do not')
    .option('--created-at <time>', 'time to record, in UTC, such as 2026-01-31T00:00:00Z; for files that are made again byte for byte')
    .requiredOption('--out <file>', 'where the baseline is written')
    .addHelpText('after', EXAMPLE)
    .action(async (files: readonly string[], flags: BaselineFlags) => {
      exit(await run(files, flags, output, clock));
    });
}

async function run(inputs: readonly string[], flags: BaselineFlags, output: Output, clock: Clock): Promise<number> {
  const kinds = kindsOf(flags);
  if (kinds instanceof BaselineError) {
    output.stderr.write(`modelwatch baseline: ${kinds.message}\n`);
    return 2;
  }
  return baselineCommand(
    {
      inputs,
      out: flags.out,
      format: flags.format,
      modelFile: flags.modelFile,
      explained: explainedOf(flags),
      model: flags.model,
      version: flags.versionName,
      outputColumn: flags.outputColumn,
      groundTruthColumn: flags.groundTruthColumn,
      evaluationInputs: flags.evaluation,
      ignoredColumns: flags.ignore,
      features: flags.features,
      kinds,
      privateFeatures: flags.private,
      keepPrivateRows: flags.keepPrivateRows,
      salt: flags.private === undefined ? undefined : randomBytes(16).toString('hex'),
      missingTokens: flags.missing,
      outputKind: flags.outputKind,
      threshold: flags.threshold,
      goldenRows: flags.goldenRows,
      toleranceAbsolute: flags.tolerance,
      createdAt: flags.createdAt ?? new Date(clock.nowSeconds() * 1000).toISOString(),
      tool: `modelwatch ${packageVersion()}`,
    },
    output,
    clock,
  );
}

function kindsOf({ categorical = [], numeric = [] }: BaselineFlags): ReadonlyMap<string, ColumnKind> | BaselineError {
  const both = categorical.find((name) => numeric.includes(name));
  if (both !== undefined) return new BaselineError('option_invalid', `the column ${quote(both)} is named as categorical and as numeric`);
  return new Map<string, ColumnKind>([
    ...categorical.map((name) => [name, 'categorical'] as const),
    ...numeric.map((name) => [name, 'numeric'] as const),
  ]);
}

function explainedOf({ explain, config, explainedRows, backgroundRows }: BaselineFlags): BaselineCommandOptions['explained'] {
  return explain === true ? { configFile: config, trainingRows: explainedRows, backgroundRows } : undefined;
}

const list = (text: string, earlier: readonly string[] = []): readonly string[] => [...earlier, ...text.split(',')];

function number(text: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (!Number.isFinite(value)) throw new InvalidArgumentError('a number is needed.');
  return value;
}
