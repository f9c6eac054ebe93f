import { Field, FieldType, DataFrame, formattedValueToString, getDisplayProcessor, createTheme, LinkModel } from '@grafana/data';

/** One field that a view reads, found in any data source's frames by name and type. */
export interface FieldNeed {
  readonly name: string;
  readonly type: FieldType;
  readonly optional?: true;
  readonly meaning: string;
}

/** A frame that meets a view's needs. */
export interface BoundFrame {
  readonly frame: DataFrame;
  readonly fields: ReadonlyMap<string, Field>;
}

export type Binding = { readonly kind: 'bound'; readonly bound: BoundFrame } | { readonly kind: 'missing'; readonly message: string };

const describe = (need: FieldNeed) => `a ${need.type} field "${need.name}"`;

function fieldsOf(frame: DataFrame, needs: readonly FieldNeed[]): Map<string, Field> {
  const found = new Map<string, Field>();
  for (const need of needs) {
    const field = frame.fields.find((each) => each.name === need.name && each.type === need.type);
    if (field) {
      found.set(need.name, field);
    }
  }
  return found;
}

/** The first frame with every required field; otherwise what the nearest frame lacks, in words. */
export function bind(frames: readonly DataFrame[], needs: readonly FieldNeed[]): Binding {
  const required = needs.filter((need) => !need.optional);
  let lacking = required;
  for (const frame of frames) {
    const fields = fieldsOf(frame, needs);
    const lacks = required.filter((need) => !fields.has(need.name));
    if (lacks.length === 0) {
      return { kind: 'bound', bound: { frame, fields } };
    }
    if (lacks.length < lacking.length) {
      lacking = lacks;
    }
  }
  const all = required.map(describe).join(', ');
  const nearest = lacking.length < required.length ? ` The nearest frame lacks ${lacking.map(describe).join(', ')}.` : '';
  return { kind: 'missing', message: `Needs ${all}.${nearest}` };
}

/** A cell's value as its own type, or undefined where the field or the value is absent. */
export function numberAt(bound: BoundFrame, name: string, row: number): number | undefined {
  const value: unknown = bound.fields.get(name)?.values[row];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

export function textAt(bound: BoundFrame, name: string, row: number): string | undefined {
  const value: unknown = bound.fields.get(name)?.values[row];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Text and colour of a value by the standard options of its field: unit, decimals, mappings, thresholds. */
export function shown(field: Field | undefined, value: unknown): { readonly text: string; readonly color?: string } {
  if (!field || value === undefined || value === null) {
    return { text: 'unknown' };
  }
  const display = field.display ?? getDisplayProcessor({ field, theme: createTheme() });
  const result = display(value);
  return { text: formattedValueToString(result), color: result.color };
}

/** Data links of one row, from the fields in the given order; the same address is listed once. */
export function linksAt(bound: BoundFrame, names: readonly string[], row: number): LinkModel[] {
  const links = new Map<string, LinkModel>();
  for (const name of names) {
    for (const link of bound.fields.get(name)?.getLinks?.({ valueRowIndex: row }) ?? []) {
      links.set(link.href, link);
    }
  }
  return [...links.values()];
}

/** Whether an option that goes by a field applies; before any data has come it does. */
export const hasField = (frames: readonly DataFrame[] | undefined, name: string): boolean =>
  frames === undefined || frames.length === 0 || frames.some(({ fields }) => fields.some((field) => field.name === name));
