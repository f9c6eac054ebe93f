import { FieldType } from '@grafana/data';
import { BoundFrame, FieldNeed, linksAt, numberAt, shown, textAt } from '../bound-frame';
import { Cell } from '../cell-grid';

export const NEEDS: readonly FieldNeed[] = [
  { name: 'slice', type: FieldType.string, meaning: 'the slice, for example country=NL' },
  { name: 'value', type: FieldType.number, meaning: 'the quality measured on the slice' },
  { name: 'metric', type: FieldType.string, optional: true, meaning: 'which quality; the columns where present' },
  { name: 'time', type: FieldType.time, optional: true, meaning: 'end of the window; the columns where there is no metric' },
  { name: 'count', type: FieldType.number, optional: true, meaning: 'joined predictions behind the value' },
];

/** A picture of more cells than this is neither readable nor quick; what is left out is counted. */
export const CELLS_MAX = 2000;

export interface SliceQuality {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly cells: readonly Cell[];
  readonly unsureCount: number;
  readonly leftOutCount: number;
  readonly leftOutColumnCount: number;
}

type ColumnKind = 'auto' | 'metric' | 'time';

const isByMetric = (bound: BoundFrame, kind: ColumnKind) => kind === 'metric' || (kind === 'auto' && bound.fields.has('metric'));

interface Column {
  readonly index: number;
  readonly time: number;
}

function columnAt(bound: BoundFrame, kind: ColumnKind, row: number): string {
  if (isByMetric(bound, kind)) {
    return textAt(bound, 'metric', row) ?? 'value';
  }
  const time = numberAt(bound, 'time', row);
  return time === undefined ? 'value' : shown(bound.fields.get('time'), time).text;
}

/** As many columns as can be drawn, in the order of the frame: of times the latest, of metrics the first. */
function drawnColumns(columns: ReadonlyMap<string, Column>, byTime: boolean): Array<[string, Column]> {
  const all = [...columns];
  if (byTime) {
    all.sort(([, a], [, b]) => b.time - a.time);
  }
  return all.slice(0, CELLS_MAX).sort(([, a], [, b]) => a.index - b.index);
}

/** Slices by metric or by time, in the order of the frame; a later row of the same cell replaces an earlier one. */
export function sliceQuality(
  bound: BoundFrame,
  { columns: kind, countMin }: { readonly columns: ColumnKind; readonly countMin: number },
): SliceQuality {
  const rows = new Map<string, number>();
  const columns = new Map<string, Column>();
  const cells = new Map<string, Cell>();
  for (let row = 0; row < bound.frame.length; row++) {
    const slice = textAt(bound, 'slice', row) ?? 'all';
    const column = columnAt(bound, kind, row);
    const at = { row: rows.get(slice) ?? rows.size, column: columns.get(column)?.index ?? columns.size };
    rows.set(slice, at.row);
    columns.set(column, { index: at.column, time: numberAt(bound, 'time', row) ?? 0 });
    const value = numberAt(bound, 'value', row);
    const count = numberAt(bound, 'count', row);
    const unsure = value !== undefined && count !== undefined && count < countMin;
    const { text, color } = shown(bound.fields.get('value'), value);
    const counted = count === undefined ? '' : `, n=${shown(bound.fields.get('count'), count).text}`;
    cells.set(`${at.row}/${at.column}`, {
      ...at,
      text,
      color: value === undefined ? undefined : color,
      unsure,
      description: `${slice}, ${column}: ${text}${counted}${unsure ? `, too few to be sure (below ${countMin})` : ''}`,
      links: linksAt(bound, ['value', 'slice'], row),
    });
  }
  const drawn = drawnColumns(columns, !isByMetric(bound, kind));
  const places = new Map(drawn.map(([, { index }], place) => [index, place]));
  const rowsMax = Math.max(1, Math.floor(CELLS_MAX / Math.max(1, drawn.length)));
  const kept = [...cells.values()].flatMap((cell) => {
    const column = places.get(cell.column);
    return cell.row < rowsMax && column !== undefined ? [{ ...cell, column }] : [];
  });
  return {
    rows: [...rows.keys()].slice(0, rowsMax),
    columns: drawn.map(([label]) => label),
    cells: kept,
    unsureCount: kept.filter((cell) => cell.unsure).length,
    leftOutCount: Math.max(0, rows.size - rowsMax),
    leftOutColumnCount: columns.size - drawn.length,
  };
}
