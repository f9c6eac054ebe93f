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

/** A picture of more cells than this is neither readable nor quick; later slices are left out and counted. */
export const CELLS_MAX = 2000;

export interface SliceQuality {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly cells: readonly Cell[];
  readonly unsureCount: number;
  readonly leftOutCount: number;
}

function columnAt(bound: BoundFrame, kind: 'auto' | 'metric' | 'time', row: number): string {
  const byMetric = kind === 'metric' || (kind === 'auto' && bound.fields.has('metric'));
  if (byMetric) {
    return textAt(bound, 'metric', row) ?? 'value';
  }
  const time = numberAt(bound, 'time', row);
  return time === undefined ? 'value' : shown(bound.fields.get('time'), time).text;
}

/** Slices by metric or by time, in the order of the frame; a later row of the same cell replaces an earlier one. */
export function sliceQuality(
  bound: BoundFrame,
  { columns: kind, countMin }: { readonly columns: 'auto' | 'metric' | 'time'; readonly countMin: number },
): SliceQuality {
  const rows = new Map<string, number>();
  const columns = new Map<string, number>();
  const cells = new Map<string, Cell>();
  for (let row = 0; row < bound.frame.length; row++) {
    const slice = textAt(bound, 'slice', row) ?? 'all';
    const column = columnAt(bound, kind, row);
    const at = { row: rows.get(slice) ?? rows.size, column: columns.get(column) ?? columns.size };
    rows.set(slice, at.row);
    columns.set(column, at.column);
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
  const rowsMax = Math.max(1, Math.floor(CELLS_MAX / Math.max(1, columns.size)));
  const kept = [...cells.values()].filter((cell) => cell.row < rowsMax);
  return {
    rows: [...rows.keys()].slice(0, rowsMax),
    columns: [...columns.keys()],
    cells: kept,
    unsureCount: kept.filter((cell) => cell.unsure).length,
    leftOutCount: Math.max(0, rows.size - rowsMax),
  };
}
