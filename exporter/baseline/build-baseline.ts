import { categoricalBinning, Frequencies, Moments, NAME_PATTERN, quantileBinning } from '@modelwatch/core';
import type { Baseline, BaselineExplanations, BaselineFeature, NumericBaselineFeature } from '@modelwatch/core';
import { quote } from '../config/fault.js';
import { nearestWord } from '../nearest-word.js';
import { BaselineError } from './baseline-error.js';
import { buildEvaluation, type EvaluationRows } from './build-evaluation.js';
import { buildReconstruction } from './build-reconstruction.js';
import { collectColumns } from './collect-columns.js';
import type { Collected } from './collect-columns.js';
import type { Column, ColumnKind } from './column.js';
import { drawRows } from './draw-rows.js';
import { edgesBetween } from './edges-between.js';
import type { DrawRows } from './explain-training.js';
import { pickGoldenRows } from './golden-rows.js';
import { MISSING_TOKENS } from './number-token.js';
import { leavesRowsOut, withoutPrivateValues, type PrivateOptions } from './private-features.js';
import { recordedQuality } from './recorded-quality.js';
import type { OutputKind } from './recorded-quality.js';
import type { Row, SourceFile } from './row.js';

export interface BaselineOptions extends PrivateOptions {
  readonly model: string;
  readonly version: string;
  /** The column of the model's outputs: probabilities of the positive class, or estimates. */
  readonly outputColumn: string;
  /** What came true, to record quality: 0 or 1 (or true, false) beside probabilities, a number beside estimates. */
  readonly groundTruthColumn?: string | undefined;
  /** Columns that are no features: ids, times. */
  readonly ignoredColumns?: readonly string[] | undefined;
  /** The features in the model's order; all columns that are nothing else, in the order of the file, unless given. */
  readonly features?: readonly string[] | undefined;
  /** Kinds that the values do not tell, such as numeric codes that are categories. */
  readonly kinds?: ReadonlyMap<string, ColumnKind> | undefined;
  /** Texts that mean missing, beside the empty text, NaN, nan and null. */
  readonly missingTokens?: readonly string[] | undefined;
  /** Probabilities where all outputs lie in 0..1 and all ground truth is 0 or 1, unless given. */
  readonly outputKind?: OutputKind | undefined;
  /** Outputs at or above it predict the positive class; 0.5 unless given. */
  readonly threshold?: number | undefined;
  readonly goldenRows?: number | undefined;
  readonly toleranceAbsolute?: number | undefined;
  /** RFC 3339, in UTC: `2026-01-31T00:00:00Z`. */
  readonly createdAt: string;
  readonly tool: string;
  readonly modelDigest?: string | undefined;
  /** Labelled rows that the model was not fitted on; the quality is theirs then. Without them nothing is held out in secret: there is no evaluation. */
  readonly evaluation?: EvaluationRows | undefined;
  /** Asked once all rows were read. */
  sources(): readonly SourceFile[];
  /** Adds explanations to what is there already, from rows of the data. */
  readonly explain?: ((baseline: Baseline, drawRows: DrawRows) => Promise<BaselineExplanations>) | undefined;
  readonly rowsMax?: number | undefined;
  readonly cellsMax?: number | undefined;
}

export const ROWS_MAX = 5_000_000;
/** 200 million values take 1.6 to 2.4 GB. */
const CELLS_MAX = 200_000_000;
const GOLDEN_ROWS = 100;
const GOLDEN_ROWS_MAX = 1000;
const TOLERANCE_ABSOLUTE = 1e-5;

/** Whether a column is read at all. */
export function isWantedColumn(options: BaselineOptions): (column: string) => boolean {
  const ignored = new Set(options.ignoredColumns);
  const features = options.features === undefined ? undefined : new Set(options.features);
  return (column) => {
    if (column === options.outputColumn || column === options.groundTruthColumn) return true;
    return !ignored.has(column) && (features === undefined || features.has(column));
  };
}

/**
 * Makes a baseline from rows of training or evaluation data with the model's outputs: bins at quantiles, counts, moments, golden rows, quality
 * and where it all came from. The result depends on rows and options alone. Throws `BaselineError`.
 *
 * Memory: 8 to 12 bytes a value, for quantiles need all values at once; at most 5,000,000 rows and 200,000,000 values.
 */
export async function buildBaseline(rows: AsyncIterable<Row>, options: BaselineOptions): Promise<Baseline> {
  checkOptions(options);
  const { outputColumn, groundTruthColumn } = options;
  const roles = [outputColumn, ...(groundTruthColumn === undefined ? [] : [groundTruthColumn])];
  const limits = {
    missingTokens: new Set([...MISSING_TOKENS, ...(options.missingTokens ?? [])]),
    rowsMax: options.rowsMax ?? ROWS_MAX,
    cellsMax: options.cellsMax ?? CELLS_MAX,
  };
  const built = options.evaluation && (await buildEvaluation(options.evaluation, options, limits));
  const collected = await collectColumns(rows, {
    ...limits,
    isWanted: isWantedColumn(options),
    kinds: new Map([...(options.kinds ?? []), ...roles.map((name) => [name, 'numeric'] as const)]),
  });
  const features = featuresOf(collected, roles, options);
  const output = numbersOf(collected, outputColumn);
  const truth = groundTruthColumn === undefined ? undefined : numbersOf(collected, groundTruthColumn);
  const quality = recordedQuality(output, truth, { ...options, outputKind: built?.evaluation.kind ?? options.outputKind });
  const reconstruction = buildReconstruction(features, collected.rows);
  const whole: Baseline = {
    schemaVersion: 1,
    model: options.model,
    version: options.version,
    provenance: {
      createdAt: options.createdAt,
      rows: collected.rows,
      files: options.sources().map((source) => ({ ...source })),
      ...(options.modelDigest === undefined ? {} : { modelDigest: options.modelDigest }),
      tool: options.tool,
    },
    features: features.map(describeFeature),
    output: describeNumbers(outputColumn, output),
    ...(quality === undefined ? {} : { quality: built?.quality ?? quality }),
    ...(built === undefined ? {} : { evaluation: built.evaluation }),
    ...(reconstruction === undefined ? {} : { reconstruction }),
    goldenRows: pickGoldenRows(features, output, {
      rows: collected.rows,
      rowsWanted: leavesRowsOut(options) ? 0 : (options.goldenRows ?? GOLDEN_ROWS),
      toleranceAbsolute: options.toleranceAbsolute ?? TOLERANCE_ABSOLUTE,
    }),
  };
  const baseline = withoutPrivateValues(whole, options);
  if (options.explain === undefined) return baseline;
  return { ...baseline, explanations: await options.explain(baseline, (random) => drawRows(features, collected.rows, random)) };
}

function checkOptions(options: BaselineOptions): void {
  const { model, version, createdAt, goldenRows, toleranceAbsolute, outputColumn, groundTruthColumn } = options;
  for (const [what, name] of Object.entries({ model, version })) {
    if (!new RegExp(NAME_PATTERN).test(name))
      throw new BaselineError('option_invalid', `the ${what} ${quote(name)} is not a name that a label can hold`);
  }
  if (!isUtcTime(createdAt)) {
    throw new BaselineError('option_invalid', `the time of creation is one in UTC such as 2026-01-31T00:00:00Z, got ${quote(createdAt)}`);
  }
  if (goldenRows !== undefined && !(Number.isInteger(goldenRows) && goldenRows >= 0 && goldenRows <= GOLDEN_ROWS_MAX)) {
    throw new BaselineError('option_invalid', `golden rows: 0 to ${GOLDEN_ROWS_MAX} are kept, got ${goldenRows}`);
  }
  if (toleranceAbsolute !== undefined && !(toleranceAbsolute > 0 && toleranceAbsolute < Infinity)) {
    throw new BaselineError('option_invalid', `the tolerance of golden rows lies above 0, got ${toleranceAbsolute}`);
  }
  if (leavesRowsOut(options) && ((goldenRows ?? 0) > 0 || options.explain !== undefined)) {
    const what = options.explain === undefined ? 'golden rows hold' : 'explanations need background rows, which hold';
    throw new BaselineError('option_invalid', `${what} values of private features; --keep-private-rows keeps them in the file`);
  }
  if (outputColumn === groundTruthColumn) throw new BaselineError('option_invalid', 'output and ground truth are one column');
}

function isUtcTime(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/.test(text)) return false;
  const milliseconds = Date.parse(text);
  // A day that its month does not have is taken for one of the next month.
  return !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString().slice(0, 19) === text.slice(0, 19);
}

/** The feature columns, in the order wanted. Names that no column has are refused: a typo would watch the wrong thing. */
function featuresOf({ columns, names: known }: Collected, roles: readonly string[], options: BaselineOptions): Column[] {
  for (const name of [...roles, ...(options.features ?? []), ...(options.kinds?.keys() ?? [])]) {
    if (!columns.has(name)) throw absent(name, known);
  }
  // One that is mistyped would become a feature; one that only other files have does no harm.
  const mistyped = options.ignoredColumns?.find((name) => !known.includes(name) && nearestWord(name, known) !== undefined);
  if (mistyped !== undefined) throw absent(mistyped, known);
  const names = options.features ?? [...columns.keys()].filter((name) => !roles.includes(name));
  if (names.length === 0) throw new BaselineError('column_missing', 'no column is left as a feature');
  const role = options.features?.find((name, index) => roles.includes(name) || options.features?.indexOf(name) !== index);
  if (role !== undefined) throw new BaselineError('option_invalid', `the column ${quote(role)} is named for two things`);
  return names.flatMap((name) => columns.get(name) ?? []);
}

function absent(name: string, known: readonly string[]): BaselineError {
  const near = nearestWord(name, known);
  const hint = near === undefined ? `the columns are ${known.slice(0, 20).map(quote).join(', ')}` : `did you mean ${quote(near)}?`;
  return new BaselineError('column_missing', `there is no column ${quote(name)}; ${hint}`);
}

function numbersOf({ columns }: Collected, name: string): Float64Array {
  const column = columns.get(name);
  if (column?.kind !== 'numeric') throw new Error(`column ${name} was read as numeric`);
  return column.values;
}

function describeFeature(column: Column): BaselineFeature {
  return column.kind === 'numeric' ? describeNumbers(column.name, column.values) : describeCategories(column);
}

function describeNumbers(name: string, values: Float64Array): NumericBaselineFeature {
  const moments = new Moments();
  for (const value of values) moments.update(value);
  if (moments.count === 0) throw new BaselineError('column_without_values', `column ${quote(name)} has no values; ignore it`);
  const binning = quantileBinning(values);
  const frequencies = new Frequencies({ ...binning, edges: edgesBetween(binning.edges, values) });
  frequencies.updateColumn(values, values.length);
  return {
    name,
    kind: 'numeric',
    edges: frequencies.binning.kind === 'numeric' ? [...frequencies.binning.edges] : [],
    counts: [...frequencies.counts],
    missing: frequencies.missing,
    moments: moments.toJSON(),
  };
}

function describeCategories({ name, categories, codes }: Extract<Column, { kind: 'categorical' }>): BaselineFeature {
  const values = Array.from(codes, (code) => categories[code] ?? null);
  if (categories.length === 0) throw new BaselineError('column_without_values', `column ${quote(name)} has no values; ignore it`);
  const binning = categoricalBinning(values);
  const frequencies = new Frequencies(binning);
  frequencies.updateColumn(values, values.length);
  return {
    name,
    kind: 'categorical',
    categories: [...binning.categories],
    known: [...binning.known],
    counts: [...frequencies.counts],
    missing: frequencies.missing,
  };
}
