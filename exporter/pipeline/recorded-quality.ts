import {
  evaluationSketches,
  QUALITY_INTERVALS,
  rmse,
  type AnyQualityInterval,
  type Baseline,
  type IntervalReading,
  type ModelConfig,
  type Reading,
  type SketchByKind,
} from '@modelwatch/core';

/** Sketches of pairs, as a tally of the store and an evaluation have them. */
export type QualitySketches = Pick<SketchByKind, 'confusion' | 'scores' | 'errors'>;

/** A quality by its name, with its interval; of an RMSE the value alone, since no sketch keeps what its variance needs. */
export type NamedQuality = readonly [quality: string, reading: IntervalReading | Reading];

/** The qualities of a kind of output. Errors of a probability say little, so that they are left to log loss and Brier score. */
export function readQualities(sketches: QualitySketches, kind: ModelConfig['output']['kind'], confidence: number): readonly NamedQuality[] {
  const withInterval = QUALITY_INTERVALS.filter(({ reads }) => (reads === 'errors') === (kind === 'regression')).map(
    (interval): NamedQuality => [interval.name, read(interval, sketches, confidence)],
  );
  return kind === 'regression' ? [...withInterval, [rmse.name, rmse.measure(sketches.errors)]] : withInterval;
}

/** Of every interval that is told of a model. */
export const confidenceOf = ({ alerts }: Pick<ModelConfig, 'alerts'>): number => 1 - alerts.significance;

/** The quality of the baseline's evaluation; that of classes only where they were told apart by the threshold that is configured. */
export function recordedQuality(baseline: Baseline | undefined, { output, alerts }: ModelConfig): readonly NamedQuality[] {
  const evaluation = baseline?.evaluation;
  if (evaluation === undefined || evaluation.kind !== output.kind) return [];
  const read = readQualities(evaluationSketches(evaluation), output.kind, confidenceOf({ alerts }));
  const ofClasses = new Set(QUALITY_INTERVALS.filter(({ reads }) => reads === 'confusion').map(({ name }) => name));
  return evaluation.threshold === output.threshold ? read : read.filter(([name]) => !ofClasses.has(name));
}

function read(interval: AnyQualityInterval, sketches: QualitySketches, confidence: number): IntervalReading {
  switch (interval.reads) {
    case 'confusion':
      return interval.measure(sketches.confusion, confidence);
    case 'scores':
      return interval.measure(sketches.scores, confidence);
    case 'errors':
      return interval.measure(sketches.errors, confidence);
    case 'calibration':
      throw new Error(`${interval.name} has no interval from calibration bins`);
  }
}
