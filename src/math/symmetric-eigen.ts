/** Eigenvalues in descending order, each with its eigenvector: a row of `vectors`, of length 1, its entry of greatest magnitude above 0. */
export interface SymmetricEigen {
  readonly values: Float64Array;
  readonly vectors: readonly Float64Array[];
}

/**
 * Eigenvalues and eigenvectors of a symmetric matrix, of which the lower triangle is read.
 *
 * Formula: A v = lambda v. Householder reflections make the matrix tridiagonal, implicit QL steps make that diagonal.
 *
 * Use it for: principal components. Not for: matrices that are not symmetric; the single vectors of eigenvalues that are equal, since only the
 * space that they span is determined.
 * Error: eigenvalues, the residual A v - lambda v and the products of two vectors are right to 1e-12 of the greatest magnitude in the matrix,
 * times its size, where that magnitude is 0 or from 1e-150 to 1e150. Cost: some 9 n^3 additions and multiplications, a second or two for 500 rows.
 * Source: Golub and van Loan, "Matrix computations", 4th edition, 2013, algorithms 8.3.1 and 8.3.3; the steps are those of EISPACK's tred2, tql2.
 *
 * @example symmetricEigen([Float64Array.of(2), Float64Array.of(1, 2)]).values[0] // 3
 */
export function symmetricEigen(lower: readonly ArrayLike<number>[]): SymmetricEigen {
  const size = lower.length;
  const matrix = lower.map((row, i) => Float64Array.from({ length: size }, (_, j) => (j <= i ? row[j]! : lower[j]![i]!)));
  if (matrix.some((row) => !row.every(Number.isFinite))) throw new RangeError('eigenvalues need a matrix of finite numbers');
  const { diagonal, beside } = tridiagonalise(matrix);
  // Rows, because two rows are turned faster than two columns.
  const vectors = matrix.map((_, i) => Float64Array.from(matrix, (row) => row[i]!));
  diagonalise(diagonal, beside, vectors);
  const order = Array.from(diagonal.keys()).sort((a, b) => diagonal[b]! - diagonal[a]!);
  return { values: Float64Array.from(order, (i) => diagonal[i]!), vectors: order.map((i) => withSign(vectors[i]!)) };
}

/** A vector or its negative, whichever has its entry of greatest magnitude above 0: the sign is free, and this makes it the same everywhere. */
function withSign(vector: Float64Array): Float64Array {
  let greatest = 0;
  for (const entry of vector) if (Math.abs(entry) > Math.abs(greatest)) greatest = entry;
  return greatest < 0 ? vector.map((entry) => -entry) : vector;
}

interface Tridiagonal {
  readonly diagonal: Float64Array;
  /** The entry beside the diagonal in each row but the first. */
  readonly beside: Float64Array;
}

/** Makes a symmetric matrix tridiagonal. The matrix is overwritten with the rotation that did it, a column for each row of the result. */
function tridiagonalise(matrix: Float64Array[]): Tridiagonal {
  const size = matrix.length;
  const diagonal = new Float64Array(size);
  const beside = new Float64Array(size);
  for (let i = size - 1; i > 0; i--) {
    const row = matrix[i]!;
    let scale = 0;
    for (let k = 0; k < i; k++) scale += Math.abs(row[k]!);
    if (i === 1 || scale === 0) {
      beside[i] = row[i - 1]!;
      continue;
    }
    diagonal[i] = reflect(matrix, beside, { i, scale });
  }
  accumulate(matrix, diagonal);
  return { diagonal, beside };
}

/** One Householder reflection: clears row i but for the entry beside the diagonal. Answers the half of the reflector's squared length. */
function reflect(matrix: Float64Array[], beside: Float64Array, { i, scale }: { i: number; scale: number }): number {
  const row = matrix[i]!;
  let half = 0;
  for (let k = 0; k < i; k++) {
    row[k]! /= scale;
    half += row[k]! * row[k]!;
  }
  const last = row[i - 1]!;
  const length = last >= 0 ? -Math.sqrt(half) : Math.sqrt(half);
  beside[i] = scale * length;
  half -= last * length;
  row[i - 1] = last - length;
  let product = 0;
  for (let j = 0; j < i; j++) {
    const rowJ = matrix[j]!;
    rowJ[i] = row[j]! / half;
    let sum = 0;
    for (let k = 0; k <= j; k++) sum += rowJ[k]! * row[k]!;
    for (let k = j + 1; k < i; k++) sum += matrix[k]![j]! * row[k]!;
    beside[j] = sum / half;
    product += beside[j]! * row[j]!;
  }
  const shift = product / (half + half);
  for (let j = 0; j < i; j++) {
    const rowJ = matrix[j]!;
    const factor = row[j]!;
    const other = (beside[j]! -= shift * factor);
    for (let k = 0; k <= j; k++) rowJ[k]! -= factor * beside[k]! + other * row[k]!;
  }
  return half;
}

/** Multiplies the reflections out, and puts the diagonal in place of their lengths. */
function accumulate(matrix: Float64Array[], diagonal: Float64Array): void {
  for (let i = 0; i < matrix.length; i++) {
    const row = matrix[i]!;
    if (diagonal[i] !== 0) {
      const products = new Float64Array(i);
      for (let k = 0; k < i; k++) for (let j = 0; j < i; j++) products[j]! += row[k]! * matrix[k]![j]!;
      for (let k = 0; k < i; k++) for (let j = 0; j < i; j++) matrix[k]![j]! -= products[j]! * matrix[k]![i]!;
    }
    diagonal[i] = row[i]!;
    row[i] = 1;
    for (let j = 0; j < i; j++) row[j] = matrix[j]![i] = 0;
  }
}

/** More than any matrix needs: some two steps an eigenvalue are usual. */
const STEPS_MAX = 100;

/** Makes a tridiagonal matrix diagonal, and turns the vectors along. */
function diagonalise(diagonal: Float64Array, beside: Float64Array, vectors: readonly Float64Array[]): void {
  const size = diagonal.length;
  beside.copyWithin(0, 1);
  if (size > 0) beside[size - 1] = 0;
  for (let first = 0; first < size; first++) {
    for (let step = 0; ; step++) {
      let last = first;
      while (last < size - 1 && !isNegligible(beside[last]!, diagonal[last]!, diagonal[last + 1]!)) last++;
      if (last === first) break;
      if (step === STEPS_MAX) throw new RangeError(`eigenvalues did not converge within ${STEPS_MAX} steps`);
      stepOf(diagonal, beside, { first, last, vectors });
    }
  }
}

function isNegligible(beside: number, above: number, below: number): boolean {
  return Math.abs(beside) <= Number.EPSILON * (Math.abs(above) + Math.abs(below));
}

/** One implicit QL step between two rows, with Wilkinson's shift: the eigenvalue of the first two rows that is nearer to the first. */
function stepOf(
  diagonal: Float64Array,
  beside: Float64Array,
  { first, last, vectors }: { first: number; last: number; vectors: readonly Float64Array[] },
): void {
  const slope = (diagonal[first + 1]! - diagonal[first]!) / (2 * beside[first]!);
  const root = Math.hypot(slope, 1);
  let ahead = diagonal[last]! - diagonal[first]! + beside[first]! / (slope + (slope >= 0 ? root : -root));
  let [sine, cosine, carried] = [1, 1, 0];
  for (let i = last - 1; i >= first; i--) {
    const off = sine * beside[i]!;
    const kept = cosine * beside[i]!;
    const length = Math.hypot(off, ahead);
    beside[i + 1] = length;
    if (length === 0) {
      // The matrix fell apart on the way; the parts are taken up one by one.
      diagonal[i + 1]! -= carried;
      beside[last] = 0;
      return;
    }
    [sine, cosine] = [off / length, ahead / length];
    const apart = diagonal[i + 1]! - carried;
    const turned = (diagonal[i]! - apart) * sine + 2 * cosine * kept;
    carried = sine * turned;
    diagonal[i + 1] = apart + carried;
    ahead = cosine * turned - kept;
    rotate(vectors[i]!, vectors[i + 1]!, sine, cosine);
  }
  diagonal[first]! -= carried;
  beside[first] = ahead;
  beside[last] = 0;
}

/** Turns two vectors in the plane that they span. */
function rotate(a: Float64Array, b: Float64Array, sine: number, cosine: number): void {
  for (let k = 0; k < a.length; k++) {
    const first = a[k]!;
    const second = b[k]!;
    b[k] = sine * first + cosine * second;
    a[k] = cosine * first - sine * second;
  }
}
