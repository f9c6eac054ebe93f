import {
  BINARY_TRUTH,
  calibrationEdges,
  CALIBRATION_COUNT_MIN,
  Frequencies,
  quantileBinning,
  ScoreCalibration,
  type BaselineEvaluation,
} from '@modelwatch/core';
import { BaselineError } from './baseline-error.js';
import { collectColumns, type CollectOptions } from './collect-columns.js';
import { edgesBetween } from './edges-between.js';
import { qualityOf, judgeRows, type JudgedRows, type RecordedQualityOptions } from './recorded-quality.js';
import type { Row, SourceFile } from './row.js';

/** Labelled rows that the model was not fitted on. */
export interface EvaluationRows {
  readonly rows: AsyncIterable<Row>;
  /** Asked once all rows were read. */
  sources(): readonly SourceFile[];
}

/** What a baseline keeps of them: sums that merge, and the quality by metric. */
export interface BuiltEvaluation {
  readonly evaluation: BaselineEvaluation;
  readonly quality: Record<string, number>;
}

/**
 * Judges the model on evaluation rows, of which the columns of output and ground truth alone are read. The result depends on the rows and options
 * alone. Throws `BaselineError`. Memory: 16 bytes a row.
 */
export async function buildEvaluation(
  { rows, sources }: EvaluationRows,
  options: RecordedQualityOptions,
  collect: Omit<CollectOptions, 'isWanted' | 'kinds'>,
): Promise<BuiltEvaluation> {
  const { outputColumn, groundTruthColumn } = options;
  if (groundTruthColumn === undefined) throw new BaselineError('option_invalid', 'evaluation rows need a column of ground truth');
  const names = [outputColumn, groundTruthColumn];
  const { columns } = await collectColumns(rows, {
    ...collect,
    isWanted: (name) => names.includes(name),
    kinds: new Map(names.map((name) => [name, 'numeric'] as const)),
  });
  const [outputs, truths] = names.map((name) => {
    const column = columns.get(name);
    if (column?.kind !== 'numeric') throw new BaselineError('column_missing', `the evaluation rows have no column ${JSON.stringify(name)}`);
    return column.values;
  });
  const judged = judgeRows(outputs!, truths!, options)!;
  return { evaluation: evaluationOf(judged, sources()), quality: qualityOf(judged) };
}

function evaluationOf({ kind, threshold, outputs, truths, sketches }: JudgedRows, files: readonly SourceFile[]): BaselineEvaluation {
  const { over, under, squared } = sketches.errors;
  const common = {
    kind,
    rows: outputs.length,
    files: files.map((file) => ({ ...file })),
    errors: { over, under, squared },
    groundTruth: groundTruthOf(kind, truths),
  };
  if (kind === 'regression') return common;
  const calibration = new ScoreCalibration(calibrationEdges(outputs));
  outputs.forEach((score, row) => {
    calibration.update({ score, truth: truths[row] === 1 ? 1 : 0 });
  });
  const { edges, counts, scores, positives } = calibration;
  return {
    ...common,
    threshold,
    confusion: sketches.confusion.toJSON(),
    scores: { positive: [...sketches.scores.positive], negative: [...sketches.scores.negative] },
    calibration: { edges: [...edges], counts: [...counts], scores: [...scores], positives: [...positives] },
  };
}

function groundTruthOf(kind: JudgedRows['kind'], truths: Float64Array): BaselineEvaluation['groundTruth'] {
  const edges = kind === 'probability' ? BINARY_TRUTH.edges : edgesBetween(quantileBinning(truths).edges, truths);
  const frequencies = new Frequencies({ ...BINARY_TRUTH, edges });
  frequencies.updateColumn(truths, truths.length);
  return { edges: [...edges], counts: [...frequencies.counts] };
}

/** What the command says of an evaluation, or of its absence: one line. */
export function evaluationLine(evaluation: BaselineEvaluation | undefined, judged: boolean, sameRows: boolean): string {
  if (evaluation === undefined) {
    const quality = judged ? 'the quality is that of the rows given, and ' : '';
    return `no evaluation rows: ${quality}there will be no estimate before ground truth, no prediction skew and no drift of ground truth; give rows that the model was not fitted on by --evaluation\n`;
  }
  const { kind, rows } = evaluation;
  const few = kind === 'probability' && rows < CALIBRATION_COUNT_MIN;
  const line = `evaluated on ${rows} rows`;
  if (few) return `${line}; a calibration needs ${CALIBRATION_COUNT_MIN}, so there will be no estimate before ground truth\n`;
  return sameRows ? `${line}, which are rows of the baseline: where the model was fitted on them, estimates are too high\n` : `${line}\n`;
}
