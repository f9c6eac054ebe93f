/**
 * Solves A x = b for a symmetric positive definite matrix, of which the lower triangle is read and overwritten with its Cholesky factor. `b` is
 * overwritten with x.
 *
 * Throws where a pivot is not above 0. Cost: n^3 / 6 additions and multiplications.
 * Source: Golub and van Loan, "Matrix computations", 4th edition, 2013, algorithm 4.2.1.
 */
export function solvePositiveDefinite(lower: readonly Float64Array[], b: Float64Array): void {
  const size = lower.length;
  for (let i = 0; i < size; i++) {
    const row = lower[i]!;
    for (let j = 0; j <= i; j++) {
      const other = lower[j]!;
      let rest = row[j]!;
      for (let k = 0; k < j; k++) rest -= row[k]! * other[k]!;
      if (j < i) row[j] = rest / other[j]!;
      else if (rest > 0) row[i] = Math.sqrt(rest);
      else throw new RangeError(`a positive definite matrix was expected, got pivot ${rest} in row ${i}`);
    }
  }
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) b[i]! -= lower[i]![k]! * b[k]!;
    b[i]! /= lower[i]![i]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) b[i]! -= lower[k]![i]! * b[k]!;
    b[i]! /= lower[i]![i]!;
  }
}
