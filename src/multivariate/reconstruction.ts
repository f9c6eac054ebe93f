import { symmetricEigen } from '../math/index.js';
import { createCoder, fitCoding, type FeatureCoding } from './feature-coding.js';
import { rowsWhere, type FeatureRows, type MultivariateFeature } from './feature.js';

/** What a row is rebuilt by: readable JSON, which a baseline carries. */
export interface ReconstructionModel {
  readonly features: readonly FeatureCoding[];
  /** Directions of length 1 at right angles, one number a feature; those of greatest variance first. */
  readonly components: readonly (readonly number[])[];
  /** The share of the reference's variance that lies in them. */
  readonly varianceRatio: number;
}

/** The share of the variance that the components are to hold. */
const VARIANCE_RATIO = 0.65;
/** More would make a model of tens of megabytes, and eigenvalues that take minutes. */
export const RECONSTRUCTION_FEATURES_MAX = 500;

/**
 * Principal components of the reference rows, as few as hold more than `varianceRatio` of the variance of the coded features.
 *
 * Throws without rows or features, and beyond 500 features. Depends on the rows alone, not on their order but for rounding. Where the last component
 * taken has a variance that others have too, which of them is taken is open, and so is the error of single rows.
 * Cost: rows x features^2 / 2, and the eigenvalues of a matrix of the features.
 * Source: Jolliffe, "Principal component analysis", 2nd edition, 2002, sections 2.1 and 6.1.1.
 */
export function fitReconstruction(
  features: readonly MultivariateFeature[],
  { columns, rows }: FeatureRows,
  varianceRatio: number = VARIANCE_RATIO,
): ReconstructionModel {
  if (features.length === 0 || features.length > RECONSTRUCTION_FEATURES_MAX) {
    throw new RangeError(`a reconstruction needs 1 to ${RECONSTRUCTION_FEATURES_MAX} features, got ${features.length}`);
  }
  if (!(rows >= 1)) throw new RangeError('a reconstruction needs reference rows, got none');
  if (!(varianceRatio > 0 && varianceRatio < 1))
    throw new RangeError(`a reconstruction needs a share of variance between 0 and 1, got ${varianceRatio}`);
  const codings = features.map((feature, i) => fitCoding(feature, columns[i], rows));
  const coded = codings.map((coding, i) => createCoder(coding)(columns[i], rows));
  const { values, vectors } = symmetricEigen(coded.map((a, i) => Float64Array.from({ length: i + 1 }, (_, j) => covariance(a, coded[j]!))));
  const total = values.reduce((sum, value) => sum + Math.max(0, value), 0);
  let [held, count] = [0, 0];
  while (count < values.length && held <= varianceRatio * total && total > 0) held += Math.max(0, values[count++]!);
  return {
    features: codings,
    components: vectors.slice(0, count).map((vector) => [...vector]),
    varianceRatio: total > 0 ? Math.min(1, held / total) : 1,
  };
}

/** Of coded features, whose mean is 0. */
function covariance(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let row = 0; row < a.length; row++) sum += a[row]! * b[row]!;
  return sum / a.length;
}

/**
 * The function from rows to their reconstruction errors: the distance of a coded row from its projection onto the components, in standard deviations
 * of the reference. NaN where a number is so great that no distance can be told.
 *
 * Formula: |z - sum over components v of (v'z) v|.
 * Cost: a row takes features x components multiplications, several at once.
 */
export function createReconstructor({ features, components }: ReconstructionModel): (rows: FeatureRows) => Float64Array {
  const uneven = components.find((component) => component.length !== features.length);
  if (uneven !== undefined) throw new RangeError(`components of ${features.length} features need as many numbers, got ${uneven.length}`);
  const coders = features.map(createCoder);
  const directions = components.map((component) => Float64Array.from(component));
  const lanes = new Float64Array(features.length * LANES);
  return ({ columns, rows }) => {
    const coded = coders.map((coder, i) => coder(columns[i], rows));
    const errors = new Float64Array(rows);
    for (let from = 0; from < rows; from += LANES) {
      const count = Math.min(LANES, rows - from);
      for (let i = 0; i < coded.length; i++)
        for (let lane = 0; lane < LANES; lane++) lanes[LANES * i + lane] = lane < count ? coded[i]![from + lane]! : 0;
      distances(lanes, directions, errors, from);
      for (let row = from; row < from + count; row++) {
        // Too little is left of too much: what the digits of the whole could not hold is worked out again, piece by piece.
        if (Number.isNaN(errors[row])) errors[row] = restOf(coded, row, directions);
      }
    }
    return errors;
  };
}

/** Rows that are projected at once: sums that do not wait for each other take a quarter of the time. */
const LANES = 4;
/** A rest of a smaller share has lost digits by subtraction; above, 11 digits of the distance are right. */
const REST_RATIO_MIN = 1e-4;

/** The distances of rows that stand value by value beside each other, by |z|^2 - sum of (v'z)^2; NaN where that would be inexact. */
function distances(lanes: Float64Array, directions: readonly Float64Array[], errors: Float64Array, from: number): void {
  let whole0 = 0;
  let whole1 = 0;
  let whole2 = 0;
  let whole3 = 0;
  for (let at = 0; at < lanes.length; at += LANES) {
    whole0 += lanes[at]! * lanes[at]!;
    whole1 += lanes[at + 1]! * lanes[at + 1]!;
    whole2 += lanes[at + 2]! * lanes[at + 2]!;
    whole3 += lanes[at + 3]! * lanes[at + 3]!;
  }
  let rest0 = whole0;
  let rest1 = whole1;
  let rest2 = whole2;
  let rest3 = whole3;
  for (const direction of directions) {
    let along0 = 0;
    let along1 = 0;
    let along2 = 0;
    let along3 = 0;
    for (let i = 0, at = 0; i < direction.length; i++, at += LANES) {
      const weight = direction[i]!;
      along0 += weight * lanes[at]!;
      along1 += weight * lanes[at + 1]!;
      along2 += weight * lanes[at + 2]!;
      along3 += weight * lanes[at + 3]!;
    }
    rest0 -= along0 * along0;
    rest1 -= along1 * along1;
    rest2 -= along2 * along2;
    rest3 -= along3 * along3;
  }
  // What stands behind the last row is left out by the array itself.
  errors[from] = distance(rest0, whole0);
  errors[from + 1] = distance(rest1, whole1);
  errors[from + 2] = distance(rest2, whole2);
  errors[from + 3] = distance(rest3, whole3);
}

const distance = (rest: number, whole: number): number => (rest >= REST_RATIO_MIN * whole && rest < Infinity ? Math.sqrt(rest) : NaN);

/** The distance of one row by taking its projections away one by one: exact however little is left, at four times the cost. */
function restOf(coded: readonly Float64Array[], row: number, directions: readonly Float64Array[]): number {
  const values = Float64Array.from(coded, (column) => column[row]!);
  const rest = values.slice();
  for (const direction of directions) {
    let along = 0;
    for (let i = 0; i < values.length; i++) along += direction[i]! * values[i]!;
    for (let i = 0; i < values.length; i++) rest[i]! -= along * direction[i]!;
  }
  let squared = 0;
  for (const value of rest) squared += value * value;
  return squared < Infinity ? Math.sqrt(squared) : NaN;
}

/** Parts that reference rows are dealt into, one by one. */
const PARTS = 5;

/**
 * Reconstruction errors of the reference rows as if they were new: each by the components of the other four fifths of the rows. What current errors are
 * to be compared with, since rows are rebuilt better by components that were made of them, the more so the more features there are.
 *
 * The components of four fifths are a little worse than those of all rows, so that a critical value made of these errors is passed by chance a little
 * less often than its significance says. Fewer rows than two parts need are refused. Cost: five times that of `fitReconstruction`.
 */
export function heldOutErrors(
  features: readonly MultivariateFeature[],
  reference: FeatureRows,
  varianceRatio: number = VARIANCE_RATIO,
): Float64Array {
  if (reference.rows < 2 * PARTS) throw new RangeError(`held-out errors need at least ${2 * PARTS} reference rows, got ${reference.rows}`);
  const errors = new Float64Array(reference.rows);
  for (let part = 0; part < PARTS; part++) {
    const others = rowsWhere(reference, (row) => row % PARTS !== part);
    const ofPart = createReconstructor(fitReconstruction(features, others, varianceRatio))(
      rowsWhere(reference, (row) => row % PARTS === part),
    );
    ofPart.forEach((error, i) => {
      errors[i * PARTS + part] = error;
    });
  }
  return errors;
}
