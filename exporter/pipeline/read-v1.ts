import type { Tensor } from '../models/open-inference/tensor.js';
import { columnTensor, numberOf, parseBody } from './json-rows.js';
import type { SkipReason } from './watcher.js';
import type { AnsweredRequest } from './watched-model.js';

type Fields = Readonly<Record<string, unknown>>;

export interface V1Names {
  /** Features and slices to look for in instances that are objects. */
  readonly wanted: readonly string[];
  /** Features by place in instances that are arrays. */
  readonly columns: readonly string[];
}

/**
 * Reads an exchange of the V1 protocol that KServe's scikit-learn, XGBoost and LightGBM servers speak, TensorFlow Serving's row format:
 * `{"instances": [...]}` answered by `{"predictions": [...]}`, one prediction an instance. An instance is an object by feature, an array in
 * the order of `columns`, or the value of the only feature; a prediction is a number, an array as a row of the tensor `predictions`, or an
 * object with a tensor a key. Each feature becomes a tensor of its name; what an instance does not carry is missing.
 */
export function readV1(
  request: Buffer,
  response: Buffer,
  names: V1Names,
  exchange: Pick<AnsweredRequest, 'id' | 'headerSlices'>,
): AnsweredRequest | SkipReason {
  const instances = listIn(parseBody(request), 'instances');
  const predictions = listIn(parseBody(response), 'predictions');
  if (instances === undefined || predictions === undefined) return 'undecodable';
  if (instances.length !== predictions.length) return 'shape';
  const outputs = outputTensors(predictions);
  return outputs === undefined ? 'shape' : { ...exchange, inputs: inputTensors(instances, names), outputs };
}

function listIn(document: unknown, key: string): readonly unknown[] | undefined {
  const list = isFields(document) && Object.hasOwn(document, key) ? document[key] : undefined;
  return Array.isArray(list) ? list : undefined;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function inputTensors(instances: readonly unknown[], { wanted, columns }: V1Names): readonly Tensor[] {
  // Without a name to look for, the number of rows is still to be told.
  if (wanted.length === 0) return [columnTensor('instances', instances)];
  return wanted.map((name) => {
    const place = columns.indexOf(name);
    return columnTensor(
      name,
      instances.map((instance) => {
        if (isFields(instance)) return Object.hasOwn(instance, name) ? instance[name] : undefined;
        const row: readonly unknown[] = Array.isArray(instance) ? instance : [instance];
        return place < 0 ? undefined : row[place];
      }),
    );
  });
}

function outputTensors(predictions: readonly unknown[]): readonly Tensor[] | undefined {
  const [first] = predictions;
  if (!isFields(first)) return tensorsOf([['predictions', predictions]]);
  return tensorsOf(
    Object.keys(first).map((key) => [key, predictions.map((row) => (isFields(row) && Object.hasOwn(row, key) ? row[key] : undefined))]),
  );
}

/** Undefined where the rows of one name have different widths. */
function tensorsOf(columns: readonly (readonly [name: string, rows: readonly unknown[]])[]): readonly Tensor[] | undefined {
  const tensors: Tensor[] = [];
  for (const [name, rows] of columns) {
    const matrix = rows.map((row): readonly unknown[] => (Array.isArray(row) ? row : [row]));
    const width = matrix[0]?.length ?? 1;
    if (matrix.some((row) => row.length !== width)) return undefined;
    tensors.push({ name, datatype: 'FP64', shape: [rows.length, width], data: Float64Array.from(matrix.flat(), numberOf) });
  }
  return tensors;
}
