import { FieldType } from '@grafana/data';
import { BoundFrame, FieldNeed, linksAt, numberAt, shown, textAt } from '../bound-frame';
import { Cell } from '../cell-grid';

export const NEEDS: readonly FieldNeed[] = [
  { name: 'slice', type: FieldType.string, meaning: 'the slice, for example country, or country=NL' },
  { name: 'sliceValue', type: FieldType.string, optional: true, meaning: 'its value, such as NL, where it stands by itself' },
  { name: 'value', type: FieldType.number, meaning: 'the quality measured on the slice' },
  { name: 'metric', type: FieldType.string, optional: true, meaning: 'which quality; the columns where present' },
  { name: 'time', type: FieldType.time, optional: true, meaning: 'end of the window; the columns where there is no metric' },
  { name: 'count', type: FieldType.number, optional: true, meaning: 'joined predictions behind the value' },
];

/** A picture of more cells than this cannot be read; what is left out is counted. */
export const CELLS_MAX = 20_000;

export interface SliceQuality {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** Where columns are times. */
  readonly columnTimes?: ReadonlyArray<number | undefined>;
  readonly cells: readonly Cell[];
  readonly unsureCount: number;
  readonly leftOutCount: number;
  readonly leftOutColumnCount: number;
}

type ColumnKind = 'auto' | 'metric' | 'time';

const isByMetric = (bound: BoundFrame, kind: ColumnKind) => kind === 'metric' || (kind === 'auto' && bound.fields.has('metric'));

interface Column {
  readonly index: number;
  readonly time?: number;
}

/** Names of columns by row; a time is put into words once, however many rows it has. */
function columnNames(bound: BoundFrame, byMetric: boolean): (row: number) => string {
  const words = new Map<number, string>();
  return (row) => {
    if (byMetric) {
      return textAt(bound, 'metric', row) ?? 'value';
    }
    const time = numberAt(bound, 'time', row);
    if (time === undefined) {
      return 'value';
    }
    const told = words.get(time) ?? shown(bound.fields.get('time'), time).text;
    words.set(time, told);
    return told;
  };
}

interface Placed {
  readonly row: number;
  readonly column: number;
  readonly at: number;
}

function cellOf(bound: BoundFrame, { row, column, at }: Placed, countMin: number, name: string): Cell {
  const value = numberAt(bound, 'value', at);
  const count = numberAt(bound, 'count', at);
  const unsure = value !== undefined && count !== undefined && count < countMin;
  const { text, color } = shown(bound.fields.get('value'), value);
  const doubt = `too few to be sure (below ${countMin})`;
  const counted = () => shown(bound.fields.get('count'), count).text;
  return {
    row,
    column,
    text,
    color: value === undefined ? undefined : color,
    unsure,
    description: () => `${name}: ${text}${count === undefined ? '' : `, n=${counted()}`}${unsure ? `, ${doubt}` : ''}`,
    details: () => [
      { label: 'value', value: text, color: value === undefined ? undefined : color },
      ...(count === undefined ? [] : [{ label: 'predictions', value: counted() }]),
      ...(unsure ? [{ label: 'unsure', value: doubt }] : []),
    ],
    links: () => linksAt(bound, ['value', 'slice'], at),
  };
}

/** As a row is named: the slice and its value, in two fields or in one. */
function sliceAt(bound: BoundFrame, at: number): string {
  const slice = textAt(bound, 'slice', at) ?? 'all';
  const value = textAt(bound, 'sliceValue', at);
  return value === undefined ? slice : `${slice}=${value}`;
}

/** As many columns as can be drawn, in the order of the frame: of times the latest, of metrics the first. */
function drawnColumns(columns: ReadonlyMap<string, Column>, byTime: boolean): Array<[string, Column]> {
  const all = [...columns];
  if (byTime) {
    all.sort(([, a], [, b]) => (b.time ?? 0) - (a.time ?? 0));
  }
  return all.slice(0, CELLS_MAX).sort(([, a], [, b]) => a.index - b.index);
}

/** Slices by metric or by time, in the order of the frame; a later row of the same cell replaces an earlier one. */
export function sliceQuality(
  bound: BoundFrame,
  { columns: kind, countMin }: { readonly columns: ColumnKind; readonly countMin: number },
): SliceQuality {
  const byMetric = isByMetric(bound, kind);
  const nameOf = columnNames(bound, byMetric);
  const rows = new Map<string, number>();
  const columns = new Map<string, Column>();
  const placed = new Map<string, Placed>();
  for (let at = 0; at < bound.frame.length; at++) {
    const slice = sliceAt(bound, at);
    const name = nameOf(at);
    const row = rows.get(slice) ?? rows.size;
    const column = columns.get(name)?.index ?? columns.size;
    rows.set(slice, row);
    columns.set(name, { index: column, time: byMetric ? undefined : numberAt(bound, 'time', at) });
    placed.set(`${row}/${column}`, { row, column, at });
  }
  const drawn = drawnColumns(columns, !byMetric);
  const places = new Map(drawn.map(([, { index }], place) => [index, place]));
  const rowsMax = Math.max(1, Math.floor(CELLS_MAX / Math.max(1, drawn.length)));
  const slices = [...rows.keys()].slice(0, rowsMax);
  const cells = [...placed.values()].flatMap((each) => {
    const column = places.get(each.column);
    return each.row < rowsMax && column !== undefined
      ? [cellOf(bound, { ...each, column }, countMin, `${slices[each.row] ?? ''}, ${drawn[column]?.[0] ?? ''}`)]
      : [];
  });
  return {
    rows: slices,
    columns: drawn.map(([label]) => label),
    columnTimes: byMetric ? undefined : drawn.map(([, { time }]) => time),
    cells,
    unsureCount: cells.filter((cell) => cell.unsure).length,
    leftOutCount: Math.max(0, rows.size - rowsMax),
    leftOutColumnCount: columns.size - drawn.length,
  };
}
