import { CALIBRATION_BINS, wilsonInterval } from '@modelwatch/core';
import { normalShare } from './draws.js';
import { SIGNIFICANCE } from './feature-world.js';
import { mixtureQuantiles, seasonShift, trainingHours } from './seasons.js';
import type { SimulatedModel } from './simulated-model.js';

/** Scores are drawn in twentieths of the baseline; two of them are one bin of the output. */
export const CELLS = 20;
export const CELLS_OF_A_BIN = 2;
/** The score is the logistic function of these: right in four of five cases at the threshold 0.5. */
const INTERCEPT = -0.4;
export const SLOPE = 2;
const THRESHOLD = 0.5;
/** What the features' shifts, on average, do to the mean of scores. */
const PULL = 0.25;
const EVALUATION_ROWS = 5000;

export const OUTCOMES = ['true_positive', 'false_positive', 'true_negative', 'false_negative'] as const;

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/** The model's scores: how they are distributed, and what they are worth. */
export interface ScoreWorld {
  /** Edges of the output's bins, in units of the score. */
  readonly binEdges: readonly number[];
  readonly scores: readonly number[];
  /** Share of cases that come true, where truth has moved by so many logits. */
  readonly truthShare: (cell: number, logits: number) => number;
  readonly isPositive: readonly boolean[];
  readonly calibrationBin: readonly number[];
  readonly sharesAt: (mean: number) => readonly number[];
  readonly trainingShares: readonly number[];
}

export const scoreMean = (shifts: readonly number[]): number => (PULL * shifts.reduce((sum, shift) => sum + shift, 0)) / shifts.length;

export function scoreWorld(model: SimulatedModel): ScoreWorld {
  const { hours, weights } = trainingHours(model);
  const atHours = hours.map((hour) => scoreMean(model.features.map((feature) => seasonShift(feature, hour))));
  // Each hour has the scores of each slice.
  const means = atHours.flatMap((mean) => model.slices.map(({ offset }) => mean + offset));
  const parts = weights.flatMap((weight) => model.slices.map(({ share }) => weight * share));
  const quantiles = (shares: readonly number[]) => mixtureQuantiles(shares, means, parts);
  const edges = quantiles(Array.from({ length: CELLS - 1 }, (_, i) => (i + 1) / CELLS));
  const middles = quantiles(Array.from({ length: CELLS }, (_, i) => (i + 0.5) / CELLS));
  const scores = middles.map((u) => logistic(INTERCEPT + SLOPE * u));
  const sharesAt = (mean: number): readonly number[] => {
    const below = edges.map((edge) => normalShare(edge - mean));
    return [...below, 1].map((share, i) => share - (i === 0 ? 0 : below[i - 1]!));
  };
  return {
    binEdges: edges
      .filter((_, i) => i % CELLS_OF_A_BIN === CELLS_OF_A_BIN - 1)
      .map((u) => Number(logistic(INTERCEPT + SLOPE * u).toFixed(4))),
    scores,
    truthShare: (cell, logits) => logistic(INTERCEPT + SLOPE * middles[cell]! + logits),
    isPositive: scores.map((score) => score >= THRESHOLD),
    calibrationBin: scores.map((score) => Math.min(CALIBRATION_BINS - 1, Math.floor(score * CALIBRATION_BINS))),
    sharesAt,
    trainingShares: Array.from({ length: CELLS }, () => 1 / CELLS),
  };
}

/** Quality that the evaluation of a baseline recorded: what the scores are worth over the weeks of training, with the bounds of its rows. */
export function evaluatedQuality({ scores, isPositive }: ScoreWorld) {
  const sum = (of: (score: number, positive: boolean) => number) =>
    scores.reduce((total, score, i) => total + of(score, isPositive[i]!), 0) / scores.length;
  const truePositive = sum((score, positive) => (positive ? score : 0));
  const predicted = sum((_, positive) => Number(positive));
  const actual = sum((score) => score);
  const accuracy = sum((score, positive) => (positive ? score : 1 - score));
  const either = predicted + actual - truePositive;
  const bounded = (share: number, cases: number, carried = (bound: number) => bound) => {
    const { lower, upper } = wilsonInterval(share, Math.round(cases * EVALUATION_ROWS), 1 - SIGNIFICANCE);
    return { value: carried(share), lower: carried(lower), upper: carried(upper) };
  };
  return {
    accuracy: bounded(accuracy, 1),
    precision: bounded(truePositive / predicted, predicted),
    recall: bounded(truePositive / actual, actual),
    f1: bounded(truePositive / either, either, (share) => (2 * share) / (1 + share)),
  };
}
