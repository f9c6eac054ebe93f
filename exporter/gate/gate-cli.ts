import { InvalidArgumentError, Option, type Command } from 'commander';
import { DURATION_PATTERN, durationSeconds, ROLLOUT_CRITERIA } from '@modelwatch/core';
import { systemClock } from '../clock.js';
import type { Output } from '../config/check-command.js';
import { createLogger } from '../telemetry/logger.js';
import { gateCommand } from './gate-command.js';
import type { GateFlags } from './gate-plan.js';

const EXAMPLE = `
Examples:
  modelwatch gate live.csv --champion champion.onnx --challenger challenger.onnx --ground-truth-column late --slice carrier
  modelwatch gate live.csv --config modelwatch.yaml --model flights-late --ground-truth-column late --markdown gate.md

Exit code: 0 where the challenger passes; 1 where it is rejected; 2 where the gate cannot tell, with a sentence: too little data, a criterion neither
shown to hold nor shown not to, bad input, a champion that fails. A bar of "none" leaves a criterion out. Criteria
under "rollout" of the model in the configuration go before the defaults, and options go before both.
`;

type Flags = Omit<GateFlags, 'criteria'> & {
  readonly pairsMin?: number;
  readonly quality?: 'accuracy' | 'loss';
  readonly qualityLossMax?: number;
  readonly qualityGainMin?: number;
  readonly disagreementRatioMax?: number | 'none';
  readonly latencyRatioMax?: number | 'none';
  readonly failureRatioMax?: number | 'none';
  readonly confidence?: number;
  readonly json?: string;
  readonly markdown?: string;
};

/** Adds `modelwatch gate`. The code to end with goes to `exit`; faults of usage are left to the program's own handler. */
export function addGateCommand(program: Command, output: Output, exit: (code: number) => void): void {
  const { pairsMin, qualityLossMax, qualityGainMin, disagreementRatioMax, latencyRatioMax, failureRatioMax, confidence } = ROLLOUT_CRITERIA;
  const command = program
    .command('gate')
    .summary('let a challenger pass or reject it, on labelled rows: for CI')
    .description(
      'Scores labelled rows with the ONNX files of a champion and a challenger, in child processes, and compares them: inputs, golden rows, outputs, ' +
        'quality over all and by slice, latency, size. Says whether the challenger may take the place of the champion.',
    )
    .argument('<files...>', 'labelled rows: .csv, .tsv, .jsonl, .ndjson (each also with .gz) or .parquet')
    .requiredOption('--ground-truth-column <column>', 'what came true: 0 or 1 beside probabilities, a number beside estimates')
    .option('--id-column <column>', 'what identifies a row; one that stands twice is refused')
    .addOption(new Option('--format <format>', 'found from the names of the files').choices(['csv', 'tsv', 'jsonl', 'parquet']))
    .option('--config <file>', 'configuration with the model, its challengers, output, slices and baseline')
    .option('--model <name>', 'model of the configuration, where it has several')
    .option('--challenger-version <version>', 'challenger of the configuration, where it has several')
    .option('--champion <file>', 'ONNX file of the champion')
    .option('--challenger <file>', 'ONNX file of the challenger')
    .option('--baseline <file>', "the champion's baseline, whose golden rows are replayed")
    .option('--challenger-baseline <file>', "the challenger's baseline, whose golden rows are replayed")
    .addOption(
      new Option('--input <name=column,...>', 'columns of an input that is not named as its one column; repeatable').argParser(asInput),
    )
    .option('--slice <columns>', 'columns by which quality is broken down, comma-separated; repeatable', asList)
    .addOption(new Option('--output-kind <kind>', 'what outputs are (default: probability)').choices(['probability', 'regression']))
    .option('--output-tensor <name>', 'the output compared; the last one unless given')
    .option(
      '--output-column <number>',
      "column of that output by its number, as the configuration's output.column; the last one unless given",
      asColumn,
    )
    .option('--threshold <probability>', 'outputs at or above it predict the positive class (default: 0.5)', asNumber)
    .option('--challenger-threshold <probability>', "the challenger's own threshold", asNumber)
    .option('--tolerance <distance>', 'estimates of a regression that lie no farther apart agree', asNumber);
  const bar = (flags: string, text: string, fallback: number | undefined, parse: (text: string) => number | 'none') =>
    command.option(flags, `${text} (default: ${fallback ?? 'not judged'})`, parse);
  command.addOption(
    new Option('--quality <meaning>', 'what is compared: accuracy, or loss (Brier score, squared error)').choices(['accuracy', 'loss']),
  );
  bar('--pairs-min <count>', 'fewest rows of which anything is said', pairsMin, asNumber);
  bar('--quality-loss-max <loss>', 'largest loss of quality tolerated', qualityLossMax, asNumber);
  bar('--quality-gain-min <gain>', 'gain to be exceeded; minus the tolerated loss: as good will do', qualityGainMin, asNumber);
  bar('--disagreement-ratio-max <ratio>', 'largest share of outputs that disagree', disagreementRatioMax, asBar);
  bar('--latency-ratio-max <ratio>', "largest mean scoring time, as a multiple of the champion's", latencyRatioMax, asBar);
  bar('--failure-ratio-max <ratio>', 'largest share of failed calls, and of missing outputs', failureRatioMax, asBar);
  bar('--slice-loss-max <loss>', 'largest loss of quality tolerated in a slice, all slices at once', undefined, asNumber);
  bar('--size-ratio-max <ratio>', "largest file, as a multiple of the champion's", undefined, asNumber);
  bar('--confidence <level>', 'of every interval, two-sided', confidence, asNumber);
  command
    .option('--inputs-may-differ', 'a challenger that takes other inputs is compared all the same', false)
    .option(
      '--latency-rows <count>',
      'most rows timed, in interleaved pairs; 0 leaves latency out (default: twice the fewest rows)',
      asWhole,
    )
    .option('--deadline <duration>', 'a call of a model that takes longer has failed (default: 5s)', asDuration)
    .addOption(new Option('--time-max <duration>', 'scoring that takes longer ends').argParser(asSeconds).default(1800, '30m'))
    .option('--json <file>', 'where the report is written as JSON')
    .option('--markdown <file>', 'where the report is written as a page')
    .addHelpText('after', EXAMPLE)
    .action(async (files: readonly string[], flags: Flags) => {
      exit(await run(files, flags, output));
    });
}

function run(files: readonly string[], flags: Flags, output: Output): Promise<0 | 1 | 2> {
  const {
    pairsMin,
    quality,
    qualityLossMax,
    qualityGainMin,
    disagreementRatioMax,
    latencyRatioMax,
    failureRatioMax,
    confidence,
    ...others
  } = flags;
  const given = { pairsMin, quality, qualityLossMax, qualityGainMin, disagreementRatioMax, latencyRatioMax, failureRatioMax, confidence };
  const criteria = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as GateFlags['criteria'];
  const logger = createLogger({ MODELWATCH_LOG_LEVEL: process.env['MODELWATCH_LOG_LEVEL'] ?? 'silent' });
  return gateCommand(
    { files, flags: { ...others, criteria }, json: flags.json, markdown: flags.markdown, clock: systemClock, logger },
    output,
  );
}

function asNumber(text: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (!Number.isFinite(value)) throw new InvalidArgumentError('It must be a number.');
  return value;
}

const asBar = (text: string): number | 'none' => (text === 'none' ? text : asNumber(text));

function asWhole(text: string): number {
  const value = asNumber(text);
  if (!Number.isInteger(value) || value < 0 || value > 1_000_000)
    throw new InvalidArgumentError('It must be a whole number from 0 to 1000000.');
  return value;
}

/** Of `modelwatch baseline` the option names a column of the data, for there the outputs stand in the file. */
function asColumn(text: string): number {
  if (/^\d+$/.test(text.trim())) return asWhole(text);
  throw new InvalidArgumentError(
    "It is the number of a column of the model's output, from 0, as output.column in the configuration: the gate scores the rows itself and reads no outputs from the file.",
  );
}

function asDuration(text: string): string {
  if (!new RegExp(DURATION_PATTERN).test(text) || durationSeconds(text) === 0)
    throw new InvalidArgumentError('It must be a duration such as 5s or 1m.');
  return text;
}

const asSeconds = (text: string): number => durationSeconds(asDuration(text));

const asList = (text: string, earlier: readonly string[] = []): readonly string[] => [...earlier, ...text.split(',')];

function asInput(text: string, earlier: ReadonlyMap<string, readonly string[]> = new Map()): ReadonlyMap<string, readonly string[]> {
  const at = text.indexOf('=');
  const columns = text.slice(at + 1).split(',');
  if (at < 1 || columns.includes('')) throw new InvalidArgumentError('It must be name=column,column,...');
  return new Map([...earlier, [text.slice(0, at), columns]]);
}
