import { readFileSync } from 'node:fs';
import { fitCalibrator, type Calibrator } from './calibrator.js';
import { calibrationEdges, ScoreCalibration } from './score-calibration.js';

/** The cases of `<unit>.golden.json`. */
export function goldenCases<Case>(unit: string): readonly Case[] {
  const golden = JSON.parse(readFileSync(new URL(`./${unit}.golden.json`, import.meta.url), 'utf8')) as { cases: readonly Case[] };
  return golden.cases;
}

/** Rows of a binary classification with their ground truth. */
export interface Rows {
  readonly scores: readonly number[];
  readonly truths: readonly number[];
}

/** What a baseline makes of its rows. */
export function calibrationOf({ scores, truths }: Rows): ScoreCalibration {
  const sketch = new ScoreCalibration(calibrationEdges(scores));
  scores.forEach((score, row) => {
    sketch.update({ score, truth: truths[row] === 1 ? 1 : 0 });
  });
  return sketch;
}

export function calibratorOf(rows: Rows): Calibrator {
  const fitted = fitCalibrator(calibrationOf(rows));
  if (fitted.kind === 'undetermined') throw new Error(fitted.reason);
  return fitted.calibrator;
}

/** Draws from a seeded generator of numbers from 0 on and below 1. */
export function draws(random: () => number) {
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
  return {
    normal,
    /** Rows whose log odds are normal, of a model whose scores are a function of the log odds. */
    rows(count: number, { mean, scoreOf }: { readonly mean: number; readonly scoreOf: (logit: number) => number }) {
      const logits = Array.from({ length: count }, () => mean + 1.5 * normal());
      const chances = logits.map(logistic);
      return { scores: logits.map(scoreOf), chances, truths: chances.map((chance) => (random() < chance ? 1 : 0)) };
    },
    logistic,
  };
}
