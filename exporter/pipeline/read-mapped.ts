import type { JsonMapping } from '@modelwatch/core';
import type { Tensor } from '../models/open-inference/tensor.js';
import { parseJson, readText } from '../routes/json-body.js';
import { pointerSteps, resolvePointer } from './json-pointer.js';
import type { SkipReason } from './watcher.js';
import type { AnsweredRequest } from './watched-model.js';

interface MappedExchange extends Pick<AnsweredRequest, 'id' | 'headerSlices'> {
  readonly request: Buffer;
  readonly response: Buffer;
}

interface Pointers {
  readonly rows: readonly string[] | undefined;
  readonly features: readonly (readonly [name: string, steps: readonly string[]])[];
  readonly outputRows: readonly string[] | undefined;
  readonly output: readonly string[];
  readonly id: readonly string[] | undefined;
}

const parsed = new WeakMap<JsonMapping, Pointers>();

/** Steps of all pointers of a mapping, split once. */
function pointersOf(mapping: JsonMapping): Pointers {
  let pointers = parsed.get(mapping);
  if (pointers === undefined) {
    const optional = (pointer: string | undefined) => (pointer === undefined ? undefined : pointerSteps(pointer));
    pointers = {
      rows: optional(mapping.rows),
      features: Object.entries(mapping.features).map(([name, pointer]) => [name, pointerSteps(pointer)] as const),
      outputRows: optional(mapping.outputRows),
      output: pointerSteps(mapping.output),
      id: optional(mapping.id),
    };
    parsed.set(mapping, pointers);
  }
  return pointers;
}

/**
 * Reads features and output of a JSON service by the pointers of its mapping, as a tensor a feature. What a pointer does not find is missing; a
 * request and an answer with different numbers of rows do not belong together.
 */
export function readMappedRequest(mapping: JsonMapping, exchange: MappedExchange): AnsweredRequest | SkipReason {
  const request = parseBody(exchange.request);
  const response = parseBody(exchange.response);
  if (request === undefined || response === undefined) return 'undecodable';
  const pointers = pointersOf(mapping);
  const rows = rowsAt(request, pointers.rows);
  const outputRows = rowsAt(response, pointers.outputRows);
  if (rows === undefined || outputRows === undefined || rows.length !== outputRows.length) return 'shape';
  const inputs = pointers.features.map(([name, steps]) =>
    tensorOf(
      name,
      rows.map((row) => resolvePointer(row, steps)),
    ),
  );
  const outputs = Float64Array.from(outputRows, (row) => numberAt(resolvePointer(row, pointers.output)));
  const own = pointers.id === undefined || rows.length !== 1 ? undefined : resolvePointer(rows[0], pointers.id);
  return {
    id: typeof own === 'string' || typeof own === 'number' ? String(own) : exchange.id,
    inputs,
    outputs: [{ name: 'output', datatype: 'FP64', shape: [outputs.length], data: outputs }],
    headerSlices: exchange.headerSlices,
  };
}

function parseBody(body: Buffer): unknown {
  const text = readText(body);
  const json = text.ok ? parseJson(text.value) : text;
  return json.ok ? json.value : undefined;
}

function rowsAt(document: unknown, steps: readonly string[] | undefined): readonly unknown[] | undefined {
  if (steps === undefined) return [document];
  const rows = resolvePointer(document, steps);
  return Array.isArray(rows) ? (rows as readonly unknown[]) : undefined;
}

/** Numbers where every value is a number or missing, else text. */
function tensorOf(name: string, values: readonly unknown[]): Tensor {
  const shape = [values.length];
  if (values.every((value) => typeof value === 'number' || value === null || value === undefined)) {
    return { name, datatype: 'FP64', shape, data: Float64Array.from(values, numberAt) };
  }
  return { name, datatype: 'BYTES', shape, data: values.map(textAt) };
}

const numberAt = (value: unknown): number => (typeof value === 'number' ? value : NaN);

function textAt(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
