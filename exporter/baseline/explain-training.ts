import {
  Attributions,
  sampledShapleyRows,
  seededRandom,
  type Baseline,
  type BaselineExplanations,
  type MeasuredExplanation,
  type ModelConfig,
  type OnnxConfig,
} from '@modelwatch/core';
import type { Scorer } from '../models/scorer.js';
import { createRowExplainer, ScoringFailed, type RowExplainer } from '../pipeline/explain-row.js';
import { createFeatureReader, createOutputReader } from '../pipeline/feature-reader.js';
import { createInputRows, type InputRow, type InputRows } from '../pipeline/input-rows.js';
import { BaselineError } from './baseline-error.js';
import type { FeatureRow } from './draw-rows.js';

/** How the model is read, as its configuration says; what it leaves out is found from names and order. */
export interface ModelReading {
  readonly inputs?: ModelConfig['inputs'];
  readonly output?: Pick<ModelConfig['output'], 'tensor' | 'column'>;
  readonly onnx?: Omit<OnnxConfig, 'path'>;
}

export interface ExplainTrainingOptions {
  readonly reading: ModelReading;
  /** Rows of training data whose attributions are summed up; 300 unless given. */
  readonly trainingRows?: number | undefined;
  /** 50 unless given; fewer where the features are many. */
  readonly backgroundRows?: number | undefined;
  readonly monotonicSeconds: () => number;
}

/** Rows in a random order, each once. */
export type DrawRows = (random: () => number) => Iterable<FeatureRow>;

const SEED = 1;
/** Golden row i is explained with seed + i, and there are at most 1,000 of them. */
const SEED_TRAINING = SEED + 1_000_000;
const TRAINING_ROWS = 300;
const BACKGROUND_ROWS = 50;
/** The mean over them is what a value left open stands for: fewer would be one flight, or one customer. */
const BACKGROUND_ROWS_MIN = 10;
const TRAINING_ROWS_MAX = 100_000;
const BACKGROUND_ROWS_MAX = 1000;
const GOLDEN_ROWS_MAX = 20;
const ROWS_MAX = 2048;
const ROWS_MAX_MAX = 1_000_000;
const DIGITS = 9;

/**
 * Explains rows of training data by the model itself: background rows to compare with, the attributions of a seeded choice of rows, and those of
 * golden rows, to be made again where the model is served. Throws `BaselineError` where the model cannot be explained, or does not give the
 * outputs of the data: then the baseline would be of another model.
 *
 * Cost: (training rows + golden rows) x up to 2,048 rows to score: at most 650,000 unless said otherwise or the features are many.
 */
export async function explainTraining(
  baseline: Baseline,
  drawRows: DrawRows,
  scorer: Scorer,
  { reading, trainingRows = TRAINING_ROWS, backgroundRows = BACKGROUND_ROWS, monotonicSeconds }: ExplainTrainingOptions,
): Promise<BaselineExplanations> {
  checkCount('explained rows', trainingRows, 1, TRAINING_ROWS_MAX);
  checkCount('background rows', backgroundRows, BACKGROUND_ROWS_MIN, BACKGROUND_ROWS_MAX);
  const { features } = baseline;
  const names = features.map(({ name }) => name);
  const reader = createFeatureReader({ features, inputs: reading.inputs, sliceFeatures: [] });
  const missing = reader.missingFrom(scorer.inputs.map(({ name }) => name));
  const rows = missing.length > 0 ? undefined : createInputRows(scorer.inputs, reader);
  if (rows === undefined) throw unexplainable('its inputs are not tables of the features alone');
  const found = take(drawRows(seededRandom(SEED)), rows, backgroundRows);
  const { background, rowsMax } = fitting(found, names.length);
  const explainer = createRowExplainer({
    scorer,
    rows,
    features: names.length,
    background: background.map(({ inputs }) => inputs),
    rowsMax,
    output: createOutputReader(reading.output?.tensor, reading.output?.column),
    outputTensor: reading.output?.tensor,
    monotonicSeconds,
  });
  const golden = await explainGolden(baseline, rows, explainer);
  const random = seededRandom(SEED_TRAINING);
  const attributions = new Attributions(names);
  let base = golden.base;
  for (const { inputs } of take(drawRows(random), rows, trainingRows)) {
    const explanation = await measured(explainer, inputs, random);
    base ??= explanation.base;
    attributions.update(explanation.values);
  }
  const { count, positive, negative, squared } = attributions.toJSON();
  if (base === undefined || count === 0) throw unexplainable('none of its outputs could be explained');
  return {
    seed: SEED,
    rowsMax,
    base: round(base),
    background: background.map(({ row }) => row),
    attributions: { count, positive: positive.map(round), negative: negative.map(round), squared: squared.map(round), missing: 0 },
    golden: { rows: golden.rows, values: golden.values },
  };
}

function checkCount(what: string, count: number, min: number, max: number): void {
  if (Number.isInteger(count) && count >= min && count <= max) return;
  throw new BaselineError('option_invalid', `${what}: a whole number from ${min} to ${max} is needed, got ${count}`);
}

interface DrawnRow {
  readonly row: FeatureRow;
  readonly inputs: InputRow;
}

/** The first rows that a client could send. */
function take(drawn: Iterable<FeatureRow>, rows: InputRows, wanted: number): DrawnRow[] {
  const taken: DrawnRow[] = [];
  for (const row of drawn) {
    if (taken.length === wanted) break;
    const inputs = rows.ofBaseline(row);
    if (inputs !== undefined) taken.push({ row, inputs });
  }
  if (taken.length === 0) throw unexplainable('no row of the data is one that it takes');
  return taken;
}

/** As many background rows as leave room for a round of sampling, and the rows that one explanation may take. */
function fitting(found: readonly DrawnRow[], features: number): { readonly background: readonly DrawnRow[]; readonly rowsMax: number } {
  const room = Math.floor((ROWS_MAX - 1) / (1 + 2 * (features - 1)));
  const background = found.slice(0, Math.max(BACKGROUND_ROWS_MIN, room));
  const rowsMax = Math.max(ROWS_MAX, sampledShapleyRows(features, background.length));
  if (rowsMax > ROWS_MAX_MAX) throw unexplainable(`${features} features take ${rowsMax} rows to score for one explanation`);
  return { background, rowsMax };
}

/** Golden rows at equal distances, explained as they will be where the model is served. */
async function explainGolden({ goldenRows }: Baseline, rows: InputRows, explainer: RowExplainer) {
  const { features, outputs, toleranceAbsolute } = goldenRows;
  const explained = { rows: [] as number[], values: [] as number[][], base: undefined as number | undefined };
  const wanted = Math.min(GOLDEN_ROWS_MAX, features.length);
  for (let i = 0; i < wanted; i += 1) {
    const place = Math.floor((i * features.length) / wanted);
    const inputs = rows.ofBaseline(features[place]!);
    if (inputs === undefined) continue;
    const { output, base, values } = await measured(explainer, inputs, seededRandom(SEED + place));
    if (!(Math.abs(output - outputs[place]!) <= toleranceAbsolute)) {
      throw unexplainable(
        `it gives ${output} where the data say ${outputs[place]}; if another output is meant, --config names the configuration that says which`,
      );
    }
    explained.rows.push(place);
    explained.values.push(Array.from(values, round));
    explained.base ??= base;
  }
  return explained;
}

async function measured(explainer: RowExplainer, inputs: InputRow, random: () => number): Promise<MeasuredExplanation> {
  const explanation = await explainer.explain(inputs, random).catch((error: unknown) => {
    throw error instanceof ScoringFailed ? unexplainable(`it does not score rows of the data: ${error.message}`) : error;
  });
  if (explanation.kind !== 'measured') throw unexplainable('it gives outputs that are no finite numbers');
  return explanation;
}

const unexplainable = (why: string): BaselineError => new BaselineError('model_unexplainable', `the model cannot be explained: ${why}`);

/** Enough to find a difference of the tolerance, and few enough to be read. */
const round = (value: number): number => Number(value.toPrecision(DIGITS));
