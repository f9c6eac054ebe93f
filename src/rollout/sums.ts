/** Checks sums or counts read from JSON. `of` names them in the message: `agreements`. */
export function assertSums(of: string, sums: Iterable<unknown>): void {
  for (const sum of sums) {
    if (!(typeof sum === 'number' && sum >= 0 && sum < Infinity))
      throw new RangeError(`${of} need sums that are finite and at least 0, got ${String(sum)}`);
  }
}

/** A weight says how often a pair counts. Anything but a finite number from 0 is a programmer's error. */
export function assertWeight(weight: number): void {
  if (!(weight >= 0 && weight < Infinity)) throw new RangeError(`a weight is finite and at least 0, got ${weight}`);
}

export function addTo(into: Float64Array, from: Float64Array): void {
  for (let i = 0; i < into.length; i++) into[i]! += from[i]!;
}

/** Fills counts from JSON, which must be as many. */
export function fillFrom(of: string, into: Float64Array, from: readonly number[]): void {
  if (into.length !== from.length) throw new RangeError(`${of} need ${into.length} counts, got ${from.length}`);
  assertSums(of, from);
  into.set(from);
}
