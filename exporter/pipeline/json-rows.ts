import type { Tensor } from '../models/open-inference/tensor.js';
import { parseJson, readText } from '../routes/json-body.js';

/** A body as JSON, or undefined where it is none. */
export function parseBody(body: Buffer): unknown {
  const text = readText(body);
  const json = text.ok ? parseJson(text.value) : text;
  return json.ok ? json.value : undefined;
}

/** The values of one name, a row each, as a tensor: numbers where every value is a number or missing, else text. */
export function columnTensor(name: string, values: readonly unknown[]): Tensor {
  const shape = [values.length];
  if (values.every((value) => typeof value === 'number' || value === null || value === undefined)) {
    return { name, datatype: 'FP64', shape, data: Float64Array.from(values, numberOf) };
  }
  return { name, datatype: 'BYTES', shape, data: values.map(textOf) };
}

/** A JSON value as a number; NaN, which is missing, for anything else. */
export const numberOf = (value: unknown): number => (typeof value === 'number' ? value : NaN);

/** Numbers, true and false are text too where a category is wanted; an object, an array and null are missing. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
