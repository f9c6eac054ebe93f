import type { Reading } from '../contracts/reading.js';
import {
  DOMAIN_FOLDS,
  domainClassifier,
  foldsVariance,
  judgeFolds,
  readFolds,
  type DomainInput,
  type FoldArea,
} from './domain-classifier.js';

/** Of the interval of the area. */
export const DOMAIN_CONFIDENCE = 0.95;

export interface DomainReportInput extends Omit<DomainInput, 'random'> {
  /** Begins the same random numbers anew at each call, so that every feature is judged in the same folds. */
  readonly randomAnew: () => () => number;
}

export interface DomainReport {
  readonly referenceRows: number;
  readonly currentRows: number;
  /** Of all features together, with its critical value. */
  readonly reading: Reading;
  /** Of that area, at a confidence of 0.95; undefined where there is none. */
  readonly interval: { readonly lower: number; readonly upper: number } | undefined;
  /** The area that each feature reaches alone, the most telling first; those that agree in the order of the features. */
  readonly features: readonly { readonly name: string; readonly reading: Reading }[];
}

/**
 * The domain classifier with an interval, and what each feature tells alone.
 *
 * Formula of the interval: mean -+ t sqrt((1 / folds + 1 / (folds - 1)) s^2), s^2 the variance of the areas over the folds and t Student's quantile
 * with folds - 1 degrees of freedom, and half a pair on either side, so that folds which agree exactly are not taken for certainty.
 *
 * Use the single areas for: where to look first. Not for: what features tell together, which none of them shows alone.
 * Undetermined as the classifier is. Cost: that of the classifier, and a small one for each feature.
 * Source: Nadeau and Bengio, "Inference for the generalization error", 2003, section 3: the corrected resampled t-test.
 */
export function domainReport({ randomAnew, ...input }: DomainReportInput): DomainReport {
  const { features, reference, current, significance } = input;
  const areas = judgeFolds({ ...input, random: randomAnew() });
  const alone = features.map((feature, i): DomainReport['features'][number] => ({
    name: feature.name,
    reading: domainClassifier.measure({
      features: [feature],
      reference: { rows: reference.rows, columns: [reference.columns[i]] },
      current: { rows: current.rows, columns: [current.columns[i]] },
      random: randomAnew(),
      significance,
    }),
  }));
  const areaOf = (reading: Reading) => (reading.kind === 'measured' ? reading.value : 0);
  return {
    referenceRows: reference.rows,
    currentRows: current.rows,
    reading: areas === undefined ? { kind: 'undetermined', reason: 'insufficient_data' } : readFolds(areas, significance),
    interval: areas && intervalOf(areas, 0.5 / Math.min(reference.rows, current.rows)),
    features: alone.toSorted((a, b) => areaOf(b.reading) - areaOf(a.reading)),
  };
}

function intervalOf(areas: readonly FoldArea[], halfPair: number): { readonly lower: number; readonly upper: number } {
  const { value } = readFolds(areas, undefined);
  const ofFold = areas.reduce((sum, { area }) => sum + (area - value) ** 2, 0) / (areas.length - 1);
  const reach = studentQuantile((1 + DOMAIN_CONFIDENCE) / 2) * Math.sqrt(foldsVariance(areas.length, ofFold)) + halfPair;
  return { lower: Math.max(0, value - reach), upper: Math.min(1, value + reach) };
}

/**
 * Student's quantile with four degrees of freedom, one less than there are folds, for a probability above a half.
 *
 * Source: Shaw, "Sampling Student's T distribution", 2006, section 2: closed forms for even degrees.
 *
 * @example studentQuantile(0.975) // 2.7764451051977987
 */
export function studentQuantile(probability: number): number {
  if (DOMAIN_FOLDS !== 5 || !(probability > 0.5 && probability < 1))
    throw new RangeError(`a quantile of four degrees of freedom, above a half, was expected`);
  const root = Math.sqrt(4 * probability * (1 - probability));
  return 2 * Math.sqrt(Math.cos(Math.acos(root) / 3) / root - 1);
}
