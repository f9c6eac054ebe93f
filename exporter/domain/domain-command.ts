import { domainReport, seededRandom, type DomainReport, type FeatureRows, type MultivariateFeature } from '@modelwatch/core';
import { BaselineError } from '../baseline/baseline-error.js';
import { formatBaselineFaults } from '../baseline/baseline-fault.js';
import { collectColumns, type Collected } from '../baseline/collect-columns.js';
import type { ColumnKind } from '../baseline/column.js';
import { MISSING_TOKENS } from '../baseline/number-token.js';
import { openRows, type RowFormat } from '../baseline/open-rows.js';
import { loadBaseline } from '../baseline/read-baseline.js';
import type { Row } from '../baseline/row.js';
import type { Output } from '../config/check-command.js';
import { printable, textTable } from '../text-table.js';
import { columnRows } from './column-rows.js';

export interface DomainCommandOptions {
  readonly current: readonly string[];
  readonly reference: readonly string[];
  readonly format?: RowFormat | undefined;
  /** Whose features are looked at; without one all columns that are not ignored. */
  readonly baseline?: string | undefined;
  readonly ignore: readonly string[];
  /** Of either side; further ones are drawn from. */
  readonly rowsMax: number;
  readonly seed: number;
  readonly significance: number;
  /** From this area on, and beyond chance, rows count as drifted. */
  readonly areaMax?: number | undefined;
  readonly json: boolean;
}

const READ_ROWS_MAX = 2_000_000;
const READ_CELLS_MAX = 100_000_000;
const FEATURES_SHOWN = 10;

/**
 * `modelwatch domain`: how well current rows can be told from reference rows. Returns the exit code: 0; 1 where an area is given as too much and is
 * passed beyond chance; 2 where it cannot tell, for faulty or too little data.
 */
export async function domainCommand(options: DomainCommandOptions, { stdout, stderr }: Output): Promise<0 | 1 | 2> {
  try {
    const report = await reportOf(options);
    stdout.write(options.json ? `${JSON.stringify({ seed: options.seed, ...report }, null, 2)}\n` : asText(report, options));
    if (report.reading.kind === 'undetermined') {
      stderr.write(
        `modelwatch domain: at least 100 rows of either side are needed, got ${report.referenceRows} and ${report.currentRows}\n`,
      );
      return 2;
    }
    const { value, criticalValue = 1 } = report.reading;
    return options.areaMax !== undefined && value >= options.areaMax && value > criticalValue ? 1 : 0;
  } catch (error) {
    // RangeError: more columns than the classifier takes.
    if (!(error instanceof BaselineError || error instanceof RangeError)) throw error;
    stderr.write(`modelwatch domain: ${error.message}\n`);
    return 2;
  }
}

async function reportOf(options: DomainCommandOptions): Promise<DomainReport> {
  const { ignore, baseline, seed, rowsMax, significance } = options;
  const given = baseline === undefined ? undefined : await featuresOf(baseline);
  const wanted = new Set(given?.map(({ name }) => name));
  const isWanted = (column: string) => !ignore.includes(column) && (given === undefined || wanted.has(column));
  const kinds = new Map<string, ColumnKind>(given?.map(({ name, kind }) => [name, kind]));
  const reference = await collect(options.reference, options, isWanted, kinds);
  const features: MultivariateFeature[] = [...reference.columns.values()].map(({ name, kind }) => ({ name, kind }));
  if (features.length === 0) throw new BaselineError('column_missing', 'the reference has no columns to look at');
  const names = new Set(features.map(({ name }) => name));
  const current = await collect(
    options.current,
    options,
    (name) => names.has(name),
    new Map(features.map(({ name, kind }) => [name, kind])),
  );
  const missing = features.find(({ name }) => !current.columns.has(name));
  if (missing !== undefined) {
    throw new BaselineError('column_missing', `the current rows have no column ${JSON.stringify(missing.name)}; ignore it, or add it`);
  }
  const draw = seededRandom(seed);
  const rowsOf = ({ columns, rows }: Collected): FeatureRows =>
    columnRows(
      features.map(({ name }) => columns.get(name)),
      rows,
      rowsMax,
      draw,
    );
  return domainReport({
    features,
    reference: rowsOf(reference),
    current: rowsOf(current),
    significance,
    randomAnew: () => seededRandom(seed),
  });
}

async function featuresOf(file: string): Promise<readonly MultivariateFeature[]> {
  const loaded = await loadBaseline(file);
  if (!loaded.ok) throw new BaselineError('option_invalid', formatBaselineFaults(loaded.faults).trimEnd());
  return loaded.value.features;
}

function collect(
  files: readonly string[],
  { format }: DomainCommandOptions,
  isWanted: (column: string) => boolean,
  kinds: ReadonlyMap<string, ColumnKind>,
): Promise<Collected> {
  async function* rows(): AsyncGenerator<Row, void, undefined> {
    for (const file of files) {
      yield* openRows(file, { isWanted, rowsMax: READ_ROWS_MAX, ...(format === undefined ? {} : { format }) }).rows;
    }
  }
  return collectColumns(rows(), {
    isWanted,
    kinds,
    missingTokens: new Set(MISSING_TOKENS),
    rowsMax: READ_ROWS_MAX,
    cellsMax: READ_CELLS_MAX,
  });
}

function asText({ reading, interval, features, referenceRows, currentRows }: DomainReport, { significance }: DomainCommandOptions): string {
  if (reading.kind === 'undetermined') return '';
  const { value, criticalValue } = reading;
  const verdict = value > criticalValue! ? 'the rows can be told apart' : 'no more than chance may do';
  const shown = features.slice(0, FEATURES_SHOWN).map(({ name, reading: alone }) => {
    const area = alone.kind === 'measured' ? alone.value.toFixed(3) : '-';
    return [printable(name), area, alone.kind === 'measured' && alone.value > alone.criticalValue! ? 'beyond chance' : ''];
  });
  const more = features.length > FEATURES_SHOWN ? `  and ${features.length - FEATURES_SHOWN} more\n` : '';
  return (
    `AUC ${value.toFixed(3)} (${interval!.lower.toFixed(3)} to ${interval!.upper.toFixed(3)} at 95 %): ${verdict}; ` +
    `${criticalValue!.toFixed(3)} is passed by chance at ${significance}\n` +
    `${referenceRows} reference rows, ${currentRows} current rows\n\n` +
    `What each feature tells alone:\n${textTable([['feature', 'AUC', ''], ...shown], '  ')}${more}`
  );
}
