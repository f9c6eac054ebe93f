import { mixColumn, type Baseline, type MixedColumn, type Mixtures } from '@modelwatch/core';
import type { InferRequest, TensorMetadata } from '../models/open-inference/index.js';
import type { Tensor, TensorData } from '../models/open-inference/tensor.js';
import type { FeatureReader } from './feature-reader.js';
import { goldenRequest } from './golden-request.js';

/** One row of a model's inputs: by input, the values of its columns. */
export type InputRow = readonly TensorData[];

type BaselineRow = Baseline['goldenRows']['features'][number];

/** Rows of a model whose inputs are tables of the baseline's features, and mixtures of them. */
export interface InputRows {
  /** Rows that one call of the model takes; undefined where it takes any number. */
  readonly rowsPerCall: number | undefined;
  /** A copy of one row of a request; undefined where the request has not the model's inputs. */
  rowOf(tensors: readonly Tensor[], row: number): InputRow | undefined;
  /** A row of a baseline as a client would send it; undefined where none could, such as one that lacks an integer. */
  ofBaseline(row: BaselineRow): InputRow | undefined;
  /** Puts background rows together. */
  background(rows: readonly InputRow[]): InputRow;
  /** The inputs of mixtures of a row with background rows. */
  mix(mixtures: Mixtures, explained: InputRow, background: InputRow): InferRequest['inputs'];
}

/** What the features of a baseline are columns of: [rows] or [rows, columns]. */
const DIMENSIONS_MAX = 2;

/**
 * Whether every column of every input holds a feature of the baseline. Then a row of the baseline is a whole request, and a feature can be left
 * open by taking its value from another row.
 */
export function holdsFeaturesAlone(inputs: readonly TensorMetadata[], reader: Pick<FeatureReader, 'featuresIn'>): boolean {
  return inputs.every(({ name, shape }) => {
    const features = reader.featuresIn(name, inputs.length === 1);
    return shape.length > 0 && shape.length <= DIMENSIONS_MAX && features.length > 0 && !features.includes(-1);
  });
}

/** Undefined where the inputs hold more than features of the baseline, or have a number of rows that is neither free nor 1. */
export function createInputRows(inputs: readonly TensorMetadata[], reader: Pick<FeatureReader, 'featuresIn'>): InputRows | undefined {
  if (inputs.length === 0 || !holdsFeaturesAlone(inputs, reader)) return undefined;
  const tables = inputs.map((input) => ({ ...input, columns: reader.featuresIn(input.name, inputs.length === 1) }));
  const fits = tables.every(({ shape, columns }) => (shape.length === 1 ? columns.length === 1 : [-1, columns.length].includes(shape[1]!)));
  const counts = new Set(inputs.map(({ shape }) => shape[0]!));
  if (!fits || counts.size > 1 || !(counts.has(-1) || counts.has(1))) return undefined;
  const shapeOf = ({ shape, columns }: (typeof tables)[number], rows: number) => (shape.length === 1 ? [rows] : [rows, columns.length]);

  return {
    rowsPerCall: counts.has(1) ? 1 : undefined,
    rowOf(tensors, row) {
      const values: TensorData[] = [];
      for (const { name, datatype, columns } of tables) {
        const tensor = tensors.find((given) => given.name === name);
        const from = row * columns.length;
        if (tensor?.datatype !== datatype || tensor.data.length < from + columns.length) return undefined;
        values.push(tensor.data.slice(from, from + columns.length));
      }
      return values;
    },
    ofBaseline(row) {
      const request = goldenRequest(row, inputs, reader);
      return request.ok ? request.value.inputs.map(({ data }) => data) : undefined;
    },
    background: (rows) =>
      tables.map((table, i) => {
        const all = emptyLike(rows[0]![i]!, rows.length * table.columns.length);
        rows.forEach((row, at) => {
          for (let column = 0; column < table.columns.length; column++) all[at * table.columns.length + column] = row[i]![column]!;
        });
        return all as TensorData;
      }),
    mix: (mixtures, explained, background) =>
      tables.map((table, i) => {
        const into = emptyLike(explained[i]!, mixtures.rows * table.columns.length);
        table.columns.forEach((feature, column) => {
          const from = {
            feature,
            explained: explained[i]![column]!,
            background: background[i]!,
            into,
            width: table.columns.length,
            column,
          };
          mixColumn(mixtures, from as MixedColumn<string | number | bigint>);
        });
        return { name: table.name, datatype: table.datatype, shape: shapeOf(table, mixtures.rows), data: into as TensorData };
      }),
  };
}

type Values = { [index: number]: string | number | bigint };

function emptyLike(data: TensorData, length: number): Values {
  if (Array.isArray(data)) return new Array<string>(length).fill('');
  return new (data.constructor as new (length: number) => Exclude<TensorData, string[]>)(length) as unknown as Values;
}
