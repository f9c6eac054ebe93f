import { CalibrationBins, Confusion, ErrorSums, exactAuc, QUALITY_METRICS, ScoreBins } from '@modelwatch/core';
import type { AnyQualityMetric, Reading, SketchByKind } from '@modelwatch/core';
import { quote } from '../config/fault.js';
import { BaselineError } from './baseline-error.js';

/** What outputs are: probabilities of the positive class, or estimates of a number. */
export type OutputKind = 'probability' | 'regression';

export interface RecordedQualityOptions {
  readonly outputColumn: string;
  readonly groundTruthColumn?: string | undefined;
  /** Found from the values unless given: probabilities where all outputs lie in 0..1 and all ground truth is 0 or 1. */
  readonly outputKind?: OutputKind | undefined;
  /** Outputs at or above it predict the positive class; 0.5 unless given. */
  readonly threshold?: number | undefined;
}

/** Estimates have errors alone, and of those the two scores of probabilities mean nothing. */
const OF_PROBABILITIES_ALONE: ReadonlySet<string> = new Set(['brier', 'log-loss']);

/** Rows with an output and ground truth, and what they come to. */
export interface JudgedRows {
  readonly kind: OutputKind;
  readonly threshold: number;
  readonly outputs: Float64Array;
  readonly truths: Float64Array;
  readonly sketches: QualitySketches;
}

/**
 * Quality of the outputs against ground truth, by the name of the metric, row-aligned. The AUC is exact. A metric that has too little data, or no
 * value, is left out. Undefined without ground truth. Throws as `judgeRows`.
 */
export function recordedQuality(
  outputs: Float64Array,
  truths: Float64Array | undefined,
  options: RecordedQualityOptions,
): Record<string, number> | undefined {
  const judged = judgeRows(outputs, truths, options);
  return judged && qualityOf(judged);
}

/**
 * Compares outputs with ground truth, row-aligned; NaN is missing, and a row with either missing is left out. Undefined without ground truth.
 *
 * Throws `BaselineError`: `output_invalid` and `ground_truth_invalid` where values are not of the kind given, or no row has both.
 */
export function judgeRows(
  outputs: Float64Array,
  truths: Float64Array | undefined,
  options: RecordedQualityOptions,
): JudgedRows | undefined {
  const { outputColumn: output, groundTruthColumn: truth = '', threshold = 0.5 } = options;
  if (!(threshold >= 0 && threshold <= 1)) throw new BaselineError('option_invalid', `the threshold lies in 0..1, got ${threshold}`);
  const kind = options.outputKind ?? (outputs.every(isProbability) && (truths?.every(isBinary) ?? true) ? 'probability' : 'regression');
  if (kind === 'probability') {
    refuse(outputs, isProbability, 'output_invalid', `column ${quote(output)}`, 'a probability lies in 0..1');
    if (truths !== undefined)
      refuse(truths, isBinary, 'ground_truth_invalid', `column ${quote(truth)}`, 'ground truth of probabilities is 0 or 1');
  }
  if (truths === undefined) return undefined;
  const pairs = pairsOf(outputs, truths);
  if (pairs.outputs.length === 0) {
    throw new BaselineError('ground_truth_invalid', `no row has both an output in ${quote(output)} and ground truth in ${quote(truth)}`);
  }
  return { ...pairs, kind, threshold, sketches: sketchesOf(pairs, kind, threshold) };
}

/** The metrics of rows that were judged. */
export function qualityOf(judged: JudgedRows): Record<string, number> {
  const measured: Record<string, number> = {};
  for (const metric of QUALITY_METRICS) {
    if (judged.kind === 'regression' && (metric.reads !== 'errors' || OF_PROBABILITIES_ALONE.has(metric.name))) continue;
    const reading = readingOf(metric, judged.sketches, judged);
    if (reading.kind === 'measured') measured[metric.name] = reading.value;
  }
  return measured;
}

interface Pairs {
  readonly outputs: Float64Array;
  readonly truths: Float64Array;
}

function pairsOf(outputs: Float64Array, truths: Float64Array): Pairs {
  const isPair = (_value: number, row: number): boolean => !Number.isNaN(outputs[row]) && !Number.isNaN(truths[row]);
  return { outputs: outputs.filter(isPair), truths: truths.filter(isPair) };
}

type QualitySketches = Pick<SketchByKind, AnyQualityMetric['reads']>;

function sketchesOf({ outputs, truths }: Pairs, kind: OutputKind, threshold: number): QualitySketches {
  const sketches = { calibration: new CalibrationBins(), confusion: new Confusion(), errors: new ErrorSums(), scores: new ScoreBins() };
  outputs.forEach((output, row) => {
    const value = truths[row]!;
    sketches.errors.update({ estimate: output, truth: value });
    if (kind === 'regression') return;
    const truth = value === 1 ? 1 : 0;
    sketches.calibration.update({ score: output, truth });
    sketches.confusion.update({ predicted: output >= threshold ? 1 : 0, truth });
    sketches.scores.update({ score: output, truth });
  });
  return sketches;
}

function readingOf(metric: AnyQualityMetric, sketches: QualitySketches, { outputs, truths }: Pairs): Reading {
  switch (metric.reads) {
    case 'calibration':
      return metric.measure(sketches.calibration);
    case 'confusion':
      return metric.measure(sketches.confusion);
    case 'errors':
      return metric.measure(sketches.errors);
    case 'scores': {
      const binned = metric.measure(sketches.scores);
      // The bins say whether there is enough data; with all scores at hand nothing need be rounded to bins.
      return metric.name === 'auc' && binned.kind === 'measured' ? exactAuc(outputs, truths) : binned;
    }
  }
}

const isProbability = (value: number): boolean => Number.isNaN(value) || (value >= 0 && value <= 1);

const isBinary = (value: number): boolean => Number.isNaN(value) || value === 0 || value === 1;

function refuse(
  values: Float64Array,
  isRight: (value: number) => boolean,
  code: 'output_invalid' | 'ground_truth_invalid',
  column: string,
  rule: string,
): void {
  const row = values.findIndex((value) => !isRight(value));
  if (row !== -1) throw new BaselineError(code, `${column}, row ${row + 1}: ${rule}, got ${values[row]}`);
}
