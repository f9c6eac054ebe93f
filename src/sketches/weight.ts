/** A weight says how often a value counts: finite and not negative. Anything else is a programmer's error. */
export function assertWeight(weight: number): void {
  if (!(weight >= 0 && weight < Infinity)) throw new RangeError(`a weight is finite and at least 0, got ${weight}`);
}

/** Checks a list of weights read from JSON. `of` names them in the message: `frequencies`, `score bins`. */
export function assertWeights(of: string, weights: Iterable<number>): void {
  for (const weight of weights) {
    if (!(typeof weight === 'number' && weight >= 0 && weight < Infinity)) {
      throw new RangeError(`${of} need counts that are finite and at least 0, got ${String(weight)}`);
    }
  }
}
