import { InvalidArgumentError, Option, type Command } from 'commander';
import { DOMAIN_ROWS_MAX } from '@modelwatch/core';
import type { RowFormat } from '../baseline/open-rows.js';
import type { Output } from '../config/check-command.js';
import { domainCommand } from './domain-command.js';

const EXAMPLE = `
Examples:
  modelwatch domain april.csv --reference training.csv --baseline baseline.json
  modelwatch domain today.parquet --reference last-week.parquet --ignore id,time --auc-max 0.65

Exit code: 0; 1 where --auc-max is reached, and not by chance; 2 for bad input or fewer than 100 rows of either side.
`;
const ROWS_DEFAULT = 5000;

interface Flags {
  readonly reference: readonly string[];
  readonly baseline?: string;
  readonly format?: RowFormat;
  readonly ignore?: readonly string[];
  readonly rowsMax: number;
  readonly seed: number;
  readonly significance: number;
  readonly aucMax?: number;
  readonly json: boolean;
}

/** Adds `modelwatch domain`. */
export function addDomainCommand(program: Command, output: Output, exit: (code: number) => void): void {
  program
    .command('domain')
    .summary('tell current rows from reference rows: drift of all features together')
    .description(
      'Trains a classifier to tell current rows from reference rows and judges it on rows that it has not seen. An area under its ROC curve of 0.5\n' +
        'says that nothing tells them apart. Beside it stands what each feature tells alone. The same seed gives the same answer.',
    )
    .argument('<current...>', 'current rows: .csv, .tsv, .jsonl, .ndjson (each also with .gz) or .parquet')
    .requiredOption(
      '--reference <file>',
      'rows to compare with, such as the training data; repeatable',
      (file: string, files?: readonly string[]) => [...(files ?? []), file],
    )
    .option('--baseline <file>', 'looks at the features of this baseline, and at no other column')
    .addOption(new Option('--format <format>', 'found from the names of the files').choices(['csv', 'tsv', 'jsonl', 'parquet']))
    .option(
      '--ignore <columns>',
      'columns that are no features, comma-separated; repeatable',
      (text: string, earlier?: readonly string[]) => [...(earlier ?? []), ...text.split(',')],
    )
    .option('--rows-max <count>', 'rows of either side; of more, so many are drawn', whole(100, DOMAIN_ROWS_MAX / 2), ROWS_DEFAULT)
    .option('--seed <number>', 'what rows are drawn and dealt into folds by', whole(0, 4_294_967_295), 1)
    .option('--significance <share>', 'chance of passing the critical value without drift', between(0, 0.5), 0.001)
    .option('--auc-max <area>', 'end with 1 where the area reaches it, and passes the critical value', between(0.5, 1))
    .option('--json', 'the report as JSON', false)
    .addHelpText('after', EXAMPLE)
    .action(async (current: readonly string[], { aucMax, ignore = [], ...flags }: Flags) => {
      exit(await domainCommand({ ...flags, current, ignore, areaMax: aucMax }, output));
    });
}

function whole(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
    if (!(value >= min && value <= max)) throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    return value;
  };
}

function between(above: number, max: number): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? NaN : Number(text);
    if (!(value > above && value <= max)) throw new InvalidArgumentError(`It must be a number above ${above} and at most ${max}.`);
    return value;
  };
}
