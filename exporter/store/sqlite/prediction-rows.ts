/** A prediction as a row of the table `prediction`. */
export interface Prediction {
  readonly id: string;
  readonly time: number;
  readonly output: number;
  /** In the order of the configured slices. */
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

/** Slices as they stand in a row: each value with the name of its slice, since the configuration may put them in another order while a row waits. */
type SliceColumn = readonly (readonly [name: string, value: string])[];

/** time, output, slices as columns; an output of NaN is NULL. */
export function columnsOf(
  { time, output, slices }: Prediction,
  named: readonly { readonly name: string }[],
): [number, number | null, string | null] {
  let column = '';
  for (let i = 0; i < slices.length; i++) {
    const value = slices[i];
    if (typeof value === 'string') column += `${column === '' ? '' : ','}[${quoted(named[i]!.name)},${quoted(value)}]`;
  }
  return [time, Number.isNaN(output) ? null : output, column === '' ? null : `[${column}]`];
}

/** What JSON writes between quotes as it is. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** A text in JSON. Most are plain: then JSON.stringify, at a microsecond a row, can be spared. */
function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** The values of a row in the order of the configured slices. Rows of earlier releases hold values alone, in the order that was configured then. */
export function slicesOfRow(column: string | null, named: readonly { readonly name: string }[]): readonly (string | null)[] {
  if (column === null) return [];
  const values = JSON.parse(column) as SliceColumn | readonly (string | null)[];
  if (!isNamed(values)) return values;
  return named.map(({ name }) => values.find(([own]) => own === name)?.[1] ?? null);
}

function isNamed(values: SliceColumn | readonly (string | null)[]): values is SliceColumn {
  return Array.isArray(values[0]);
}
