/** A prediction as a row of the table `prediction`. */
export interface Prediction {
  readonly id: string;
  readonly time: number;
  readonly output: number;
  readonly slices: readonly (string | null)[];
}

/** SQLite ends a text at the first NUL, so two ids that differ after it would be one. Backslashes double, or two others would. */
export function storable(id: string): string {
  return /[\0\\]/.test(id) ? id.replaceAll('\\', '\\\\').replaceAll('\0', '\\0') : id;
}

export function predictionsOf(
  ids: readonly string[],
  times: ArrayLike<number>,
  outputs: ArrayLike<number>,
  slices: readonly (readonly (string | undefined)[])[],
): Prediction[] {
  return ids.map((id, row) => ({
    id: storable(id),
    time: times[row]!,
    output: outputs[row] ?? NaN,
    slices: slices.map((column) => column[row] ?? null),
  }));
}

/** time, output, slices as columns; an output of NaN is NULL. */
export function columnsOf({ time, output, slices }: Prediction): [number, number | null, string | null] {
  return [time, Number.isNaN(output) ? null : output, slices.every((value) => value === null) ? null : JSON.stringify(slices)];
}
