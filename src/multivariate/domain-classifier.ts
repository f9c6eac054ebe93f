import type { Reading, Scale } from '../contracts/reading.js';
import { logisticRegression, logOdds, normalQuantile, rankArea } from '../math/index.js';
import { domainColumns } from './domain-columns.js';
import { learnTerms } from './domain-terms.js';
import type { FeatureRows, MultivariateFeature } from './feature.js';

export interface DomainInput {
  readonly features: readonly MultivariateFeature[];
  readonly reference: FeatureRows;
  readonly current: FeatureRows;
  /** Numbers from 0 on and below 1, such as those of `seededRandom`: what rows are dealt into folds by. */
  readonly random: () => number;
  /** Chance of passing the critical value without drift, above 0 and at most 0.5. Without it no critical value is computed. */
  readonly significance?: number | undefined;
}

/** Rows are dealt into so many folds, each judged by a classifier that saw the others. */
export const DOMAIN_FOLDS = 5;
/** Beyond it a fit takes minutes: leave features out. */
export const DOMAIN_COLUMNS_MAX = 100;
/** Both sets together: beyond it, draw from them. */
export const DOMAIN_ROWS_MAX = 50_000;
/** scikit-learn's C = 1. */
const PENALTY = 1;

/**
 * Domain classifier: how well a classifier tells current rows from reference rows it has not seen, as the area under its ROC curve.
 *
 * A logistic regression on standardised features, their magnitudes and squares, and ten products, with a ridge penalty of 1; five folds, drawn at
 * random in each class. The answer is the mean of the areas of the folds.
 *
 * Use it for: drift of features together, in one number; whether a second look at single features is worth it. Not for: what only three features
 * tell together; nor for which features it is: `domainReport` says what each tells alone.
 * Range 0..1. 0.5: no row can be told from the others. 1: all can. Without drift it is 0.5 on average.
 * With a significance the critical value is 0.5 + z sqrt((1 / folds + 1 / (folds - 1)) v), v the mean over folds of (n + m + 1) / (12 n m), the
 * variance of the area of n and m rows that nothing tells apart. The second fraction stands for what folds have in common, since each row teaches
 * four of the classifiers; with it the chance is at most the significance. Undetermined below 100 rows in either.
 * Cost: of each fold, some eight times rows x terms^2 / 2: a second or two for 4,000 rows of 12 numbers, half a minute for 20,000 of 40.
 * Source: Lopez-Paz and Oquab, "Revisiting classifier two-sample tests", 2017; variances: Mann and Whitney, 1947; Nadeau and Bengio, "Inference for
 * the generalization error", 2003, section 3.
 */
export const domainClassifier = {
  name: 'domain-classifier',
  scale: { unit: 'ratio', min: 0, max: 1, worse: 'higher' } satisfies Scale as Scale,
  countMin: 100,
  source: 'Lopez-Paz and Oquab, "Revisiting classifier two-sample tests", 2017',
  measure(input: DomainInput): Reading {
    const { significance } = input;
    if (significance !== undefined && !(significance > 0 && significance <= 0.5)) {
      throw new RangeError(`domain-classifier needs a significance above 0 and at most 0.5, got ${significance}`);
    }
    const areas = judgeFolds(input);
    return areas === undefined ? { kind: 'undetermined', reason: 'insufficient_data' } : readFolds(areas, significance);
  },
};

/** Deals the rows into folds and judges each by the others; undefined below 100 rows in either. */
export function judgeFolds(input: DomainInput): readonly FoldArea[] | undefined {
  const { reference, current } = input;
  const { countMin } = domainClassifier;
  if (reference.rows + current.rows > DOMAIN_ROWS_MAX) {
    throw new RangeError(`domain-classifier takes ${DOMAIN_ROWS_MAX} rows at most, got ${reference.rows + current.rows}: draw from them`);
  }
  if (reference.rows < countMin || current.rows < countMin) return undefined;
  const classes = Uint8Array.from({ length: reference.rows + current.rows }, (_, row) => (row < reference.rows ? 0 : 1));
  return foldAreas(input, classes, dealFolds(classes, input.random));
}

/** The mean of the areas, with its critical value where a significance is given. */
export function readFolds(areas: readonly FoldArea[], significance: number | undefined): Extract<Reading, { kind: 'measured' }> {
  const value = meanOf(areas, ({ area }) => area);
  if (significance === undefined) return { kind: 'measured', value };
  const variance = foldsVariance(
    areas.length,
    meanOf(areas, ({ variance: ofFold }) => ofFold),
  );
  return { kind: 'measured', value, criticalValue: Math.min(1, 0.5 + normalQuantile(1 - significance) * Math.sqrt(variance)) };
}

/** Variance of the mean of so many folds from that of one: each row teaches all but one of the classifiers (Nadeau and Bengio). */
export const foldsVariance = (folds: number, ofFold: number): number => (1 / folds + 1 / (folds - 1)) * ofFold;

const meanOf = (areas: readonly FoldArea[], of: (fold: FoldArea) => number): number =>
  areas.reduce((sum, fold) => sum + of(fold), 0) / areas.length;

/** The fold of each row: both classes are shuffled, and dealt out one by one. */
export function dealFolds(classes: Uint8Array, random: () => number, folds: number = DOMAIN_FOLDS): Uint8Array {
  const dealt = new Uint8Array(classes.length);
  for (const side of [0, 1]) {
    const rows = Array.from(classes.keys()).filter((row) => classes[row] === side);
    for (let left = rows.length; left > 0; left--) {
      const drawn = Math.floor(random() * left);
      dealt[rows[drawn]!] = left % folds;
      rows[drawn] = rows[left - 1]!;
    }
  }
  return dealt;
}

export interface FoldArea {
  readonly area: number;
  /** Of the area where nothing tells the rows apart. */
  readonly variance: number;
}

/** The area under the ROC curve of each fold, judged by the others. */
export function foldAreas({ features, reference, current }: DomainInput, classes: Uint8Array, folds: Uint8Array): FoldArea[] {
  const columns = domainColumns(features, reference, current);
  if (columns.length > DOMAIN_COLUMNS_MAX) {
    throw new RangeError(`domain-classifier takes ${DOMAIN_COLUMNS_MAX} columns at most, got ${columns.length}: leave features out`);
  }
  const rows = Int32Array.from(classes.keys());
  return [...new Set(folds)].sort().map((fold) => {
    const [training, judged] = [rows.filter((row) => folds[row] !== fold), rows.filter((row) => folds[row] === fold)];
    const terms = learnTerms(columns, classes, training);
    const model = logisticRegression(
      terms.columnsOf(training),
      training.map((row) => classes[row]!),
      { penalty: PENALTY },
    );
    const ofJudged = judged.map((row) => classes[row]!);
    const ones = ofJudged.reduce((sum, side) => sum + side, 0);
    const zeros = judged.length - ones;
    const area = rankArea(logOdds(model, terms.columnsOf(judged), judged.length), ofJudged);
    return { area, variance: (ones + zeros + 1) / (12 * ones * zeros) };
  });
}
