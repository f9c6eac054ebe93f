import type { AnsweredRequest, WatchedModel } from './watched-model.js';

/** Slice values by slice, then by row; undefined where a row has none. */
export type SliceColumns = readonly (readonly (string | undefined)[])[];

const read = new WeakMap<AnsweredRequest, SliceColumns>();

/** The slice values of the rows of a request, read once however many challengers ask. Cost: as that of reading its features. */
export function sliceColumns(
  model: Pick<WatchedModel, 'features' | 'sliceHeaders'>,
  answered: AnsweredRequest,
  rows: number,
): SliceColumns {
  const known = read.get(answered);
  if (known !== undefined) return known;
  const columns = model.sliceHeaders.map((_, slice): (string | undefined)[] =>
    new Array<string | undefined>(rows).fill(answered.headerSlices?.[slice]),
  );
  if (columns.length > 0) {
    let row = 0;
    const sink = {
      setNumber: ignore,
      setNumbers: ignore,
      setText: ignore,
      // What the request says of a slice by a header stands above its features.
      setSlice(slice: number, value: string | undefined) {
        columns[slice]![row] ??= value;
      },
    };
    for (; row < rows; row++) model.features.readRow(answered.inputs, row, sink);
  }
  read.set(answered, columns);
  return columns;
}

function ignore(): void {
  // Features are of no use here.
}
