import type { DataFrame, Field } from '@grafana/data';

/** Values by the name of their field. */
export const columnsOf = (frame: DataFrame): Record<string, Field['values']> =>
  Object.fromEntries(frame.fields.map(({ name, values }) => [name, values]));

/** The only field of a name. */
export function fieldOf(frame: DataFrame, name: string): Field {
  const found = frame.fields.filter((field) => field.name === name);
  if (found.length !== 1) {
    throw new Error(`the frame has ${found.length} fields of the name ${name}`);
  }
  return found[0]!;
}
