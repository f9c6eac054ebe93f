import type { JsonMapping } from '@modelwatch/core';
import { checkPredictionId } from '../routes/prediction-id.js';
import type { Tensor } from '../models/open-inference/tensor.js';
import { pointerSteps, resolvePointer } from './json-pointer.js';
import { columnTensor, numberOf, parseBody } from './json-rows.js';
import type { SchemaFindings } from './schema-watch.js';
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
  const inputs = inputsOf(rows, pointers);
  const outputs = Float64Array.from(outputRows, (row) => numberOf(resolvePointer(row, pointers.output)));
  const { id: idSteps } = pointers;
  return {
    id: exchange.id,
    ...(idSteps === undefined ? {} : { rowIds: rows.map((row) => idOf(resolvePointer(row, idSteps))) }),
    inputs,
    findings: findingsOf(rows, pointers),
    outputs: [{ name: 'output', datatype: 'FP64', shape: [outputs.length], data: outputs }],
    headerSlices: exchange.headerSlices,
  };
}

/** Its features alone, of a request that was not answered as its mapping says. */
export function readMappedInputs(mapping: JsonMapping, body: Buffer): readonly Tensor[] | undefined {
  const request = parseBody(body);
  const pointers = pointersOf(mapping);
  const rows = request === undefined ? undefined : rowsAt(request, pointers.rows);
  return rows === undefined ? undefined : inputsOf(rows, pointers);
}

const inputsOf = (rows: readonly unknown[], { features }: Pointers): Tensor[] =>
  features.map(([name, steps]) =>
    columnTensor(
      name,
      rows.map((row) => resolvePointer(row, steps)),
    ),
  );

const FIELDS_LOOKED_AT = 256;

/** Features that no row has, and fields of the first row that no pointer goes through. */
function findingsOf(rows: readonly unknown[], { features, id }: Pointers): SchemaFindings {
  const absent = features.flatMap(([name, steps]) => (rows.every((row) => resolvePointer(row, steps) === undefined) ? [name] : []));
  const [first] = rows;
  if (typeof first !== 'object' || first === null || Array.isArray(first)) return { absent, unknown: [] };
  const asked = new Set([...features.map(([, steps]) => steps[0]), id?.[0]]);
  const unknown = Object.keys(first)
    .slice(0, FIELDS_LOOKED_AT)
    .filter((field) => !asked.has(field));
  return { absent, unknown };
}

/** An identity by which ground truth can name the row: usable text, or a number as its decimal text. */
function idOf(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && checkPredictionId(text).ok ? text : undefined;
}

function rowsAt(document: unknown, steps: readonly string[] | undefined): readonly unknown[] | undefined {
  if (steps === undefined) return [document];
  const rows = resolvePointer(document, steps);
  return Array.isArray(rows) ? (rows as readonly unknown[]) : undefined;
}
