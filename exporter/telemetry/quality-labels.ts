import { CALIBRATION_BINS, SCORE_BINS } from '@modelwatch/core';
import { labelText, withLabel } from './label-text.js';

/** What a classification came to, as the label `outcome` says it and as the sketch names it. */
export const OUTCOMES = [
  ['true_positive', 'truePositive'],
  ['false_positive', 'falsePositive'],
  ['true_negative', 'trueNegative'],
  ['false_negative', 'falseNegative'],
] as const;

/** The labels of one series of quality as text, made once: a scrape of 250 lines a series only joins strings. */
export interface QualityLabels {
  /** model, version, role. */
  readonly own: string;
  /** In the order of {@link OUTCOMES}. */
  readonly outcomes: readonly string[];
  readonly positiveBins: readonly string[];
  readonly negativeBins: readonly string[];
  readonly calibrationBins: readonly string[];
}

const SCORE_BIN_LABELS = unitBinLabels(SCORE_BINS);
const CALIBRATION_BIN_LABELS = unitBinLabels(CALIBRATION_BINS);

export function qualityLabels(model: string, version: string, role: string): QualityLabels {
  const own = labelText(['model', 'version', 'role'], [model, version, role]);
  const binsOf = (labels: string, bins: readonly string[]) => bins.map((bin) => withLabel(labels, 'bin', bin));
  return {
    own,
    outcomes: OUTCOMES.map(([outcome]) => withLabel(own, 'outcome', outcome)),
    positiveBins: binsOf(withLabel(own, 'truth', '1'), SCORE_BIN_LABELS),
    negativeBins: binsOf(withLabel(own, 'truth', '0'), SCORE_BIN_LABELS),
    calibrationBins: binsOf(own, CALIBRATION_BIN_LABELS),
  };
}

/**
 * Bins of equal width over 0..1 as they stand in the label `bin`.
 *
 * @example unitBinLabels(2) // ['[0,0.5]', '(0.5,1]']
 */
export function unitBinLabels(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${i === 0 ? '[' : '('}${i / count},${(i + 1) / count}]`);
}
