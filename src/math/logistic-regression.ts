import { solvePositiveDefinite } from './positive-definite.js';

export interface LogisticModel {
  readonly intercept: number;
  /** One a column. */
  readonly coefficients: Float64Array;
}

/**
 * Logistic regression with a ridge penalty: the log odds of class 1 as a sum over columns.
 *
 * Formula: makes sum of ln(1 + exp(-s_i (b + x_i w))) + (penalty / 2) w'w least, s_i = 1 or -1 by class; the intercept b has no penalty. By
 * iteratively reweighted least squares, which are Newton's steps, halved until they descend. scikit-learn's `C` is 1 / penalty.
 *
 * Use it for: a few hundred columns of like scale. Not for: columns of unlike scale, which one penalty does not treat alike.
 * Columns are finite, one entry a row. Error: the gradient is at most 1e-9 of the rows, times the greatest magnitude of the column.
 * Cost: rows x columns^2 / 2 a step, some six to ten steps.
 * Source: Hastie, Tibshirani and Friedman, "The elements of statistical learning", 2nd edition, 2009, eq. 4.26, 4.31.
 */
export function logisticRegression(
  columns: readonly Float64Array[],
  classes: ArrayLike<number>,
  { penalty }: { readonly penalty: number },
): LogisticModel {
  const rows = classes.length;
  if (!(penalty > 0 && penalty < Infinity)) throw new RangeError(`logistic regression needs a penalty above 0, got ${penalty}`);
  const uneven = columns.find((column) => column.length !== rows);
  if (uneven !== undefined) throw new RangeError(`logistic regression needs a class for each row, got ${rows} for ${uneven.length}`);
  let positive = 0;
  for (let row = 0; row < rows; row++) positive += classes[row]!;
  if (!(positive > 0 && positive < rows))
    throw new RangeError(`logistic regression needs rows of both classes, got ${positive} of ${rows}`);
  // The column of the intercept goes last.
  const all = [...columns, new Float64Array(rows).fill(1)];
  const problem: Problem = { columns: all, classes, penalty };
  let state = stateAt(problem, new Float64Array(all.length).fill(Math.log(positive / (rows - positive)), columns.length));
  for (let step = 0; step < STEPS_MAX && state.steepness > FLAT; step++) {
    const next = descend(problem, state);
    if (next === undefined) break;
    state = next;
  }
  return { intercept: state.weights[columns.length]!, coefficients: state.weights.slice(0, -1) };
}

/** The log odds of class 1 by row. */
export function logOdds({ intercept, coefficients }: LogisticModel, columns: readonly Float64Array[], rows: number): Float64Array {
  const odds = new Float64Array(rows).fill(intercept);
  columns.forEach((column, i) => {
    addScaled(odds, coefficients[i]!, column);
  });
  return odds;
}

const STEPS_MAX = 100;
const HALVINGS_MAX = 40;
/** Of the gradient, relative to rows and to the greatest magnitude in a column. */
const FLAT = 1e-10;

interface Problem {
  readonly columns: readonly Float64Array[];
  readonly classes: ArrayLike<number>;
  readonly penalty: number;
}

/** A point on the way, with what was computed there. */
interface State {
  readonly weights: Float64Array;
  readonly odds: Float64Array;
  readonly loss: number;
  readonly gradient: Float64Array;
  /** The greatest slope, relative to rows and to the greatest magnitude in its column. */
  readonly steepness: number;
}

function stateAt({ columns, classes, penalty }: Problem, weights: Float64Array): State {
  const odds = new Float64Array(classes.length);
  columns.forEach((column, i) => {
    addScaled(odds, weights[i]!, column);
  });
  let loss = 0;
  for (let row = 0; row < odds.length; row++) loss += softplus(classes[row] === 1 ? -odds[row]! : odds[row]!);
  const residuals = odds.map((odd, row) => logistic(odd) - classes[row]!);
  const gradient = Float64Array.from(columns, (column) => dot(column, residuals));
  for (let i = 0; i < columns.length - 1; i++) {
    loss += (penalty / 2) * weights[i]! ** 2;
    gradient[i]! += penalty * weights[i]!;
  }
  const steepness = columns.reduce((most, column, i) => Math.max(most, Math.abs(gradient[i]!) / (column.length * magnitudeOf(column))), 0);
  return { weights, odds, loss, gradient, steepness };
}

function magnitudeOf(column: Float64Array): number {
  let greatest = 1;
  for (const value of column) greatest = Math.max(greatest, Math.abs(value));
  return greatest;
}

/** One Newton step, halved until it descends; undefined where nothing descends any more. */
function descend(problem: Problem, state: State): State | undefined {
  const step = state.gradient.slice();
  solvePositiveDefinite(hessianAt(problem, state), step);
  for (let halving = 0, size = 1; halving < HALVINGS_MAX; halving++, size /= 2) {
    const next = stateAt(
      problem,
      state.weights.map((weight, i) => weight - size * step[i]!),
    );
    // Near the goal rounding hides whether the loss falls; the slope still tells.
    const level = next.loss <= state.loss * (1 + 1e-13) && next.steepness < state.steepness / 2;
    if (next.loss < state.loss || level) return next;
  }
  return undefined;
}

/** The lower triangle of the second derivatives. */
function hessianAt({ columns, penalty }: Problem, { odds }: State): Float64Array[] {
  const curvatures = odds.map((odd) => logistic(odd) * logistic(-odd));
  const weighted = new Float64Array(odds.length);
  return columns.map((column, i) => {
    for (let at = 0; at < weighted.length; at++) weighted[at] = column[at]! * curvatures[at]!;
    const row = new Float64Array(i + 1);
    for (let j = 0; j <= i; j++) row[j] = dot(columns[j]!, weighted);
    // Where all rows are certain, the intercept has next to no curvature of its own; a little more of it changes the way and not the goal.
    row[i]! += i < columns.length - 1 ? penalty : 1e-12 * column.length;
    return row;
  });
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function addScaled(into: Float64Array, factor: number, column: Float64Array): void {
  for (let row = 0; row < into.length; row++) into[row]! += factor * column[row]!;
}

/** 1 / (1 + exp(-x)). */
function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** ln(1 + exp(x)), without overflow. */
function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}
