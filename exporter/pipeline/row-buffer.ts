import type { BaselineFeature, FeatureColumn, PredictionBatch, Role } from '@modelwatch/core';

/** Rows collected before they are counted: long enough that the cost per batch vanishes, short enough to stay in the cache. */
const ROWS_MAX = 512;

/**
 * Collects the rows of many requests in columns, so that counting runs over long columns instead of over single values. The columns are
 * allocated once; a batch handed out by `take` is valid until the next row is added.
 */
export interface RowBuffer {
  /** Begins a row for a prediction. Features, output and slices that are not set count as missing. */
  begin(id: string): void;
  setNumber(feature: number, value: number): void;
  /** Sets the first `count` features, all numeric, to the values from `at` on. */
  setNumbers(values: ArrayLike<number>, at: number, count: number): void;
  setText(feature: number, value: string | null): void;
  setOutput(value: number): void;
  setSlice(slice: number, value: string | undefined): void;
  readonly full: boolean;
  readonly rows: number;
  /** The rows so far as a batch, or undefined when there are none; the next `begin` starts anew. */
  take(timeSeconds: number): PredictionBatch | undefined;
}

export function createRowBuffer(options: {
  readonly model: string;
  readonly version: string;
  readonly role: Role;
  readonly features: readonly Pick<BaselineFeature, 'kind'>[];
  readonly sliceNames: readonly string[];
  readonly rowsMax?: number;
}): RowBuffer {
  const { model, version, role, features, sliceNames, rowsMax = ROWS_MAX } = options;
  const numbers = features.map(({ kind }) => (kind === 'numeric' ? new Float64Array(rowsMax) : undefined));
  const texts = features.map(({ kind }) => (kind === 'categorical' ? new Array<string | null>(rowsMax).fill(null) : undefined));
  const columns = features.map((_, i): FeatureColumn => numbers[i] ?? texts[i]!);
  const outputs = new Float64Array(rowsMax);
  const slices = sliceNames.map(() => new Array<string | undefined>(rowsMax).fill(undefined));
  let ids: string[] = [];
  let row = -1;

  return {
    begin(id) {
      row++;
      ids.push(id);
      for (let i = 0; i < features.length; i++) {
        const column = numbers[i];
        if (column !== undefined) column[row] = NaN;
        else texts[i]![row] = null;
      }
      outputs[row] = NaN;
      for (const column of slices) column[row] = undefined;
    },
    setNumber(feature, value) {
      numbers[feature]![row] = value;
    },
    setNumbers(values, at, count) {
      for (let i = 0; i < count; i++) numbers[i]![row] = values[at + i]!;
    },
    setText(feature, value) {
      texts[feature]![row] = value;
    },
    setOutput(value) {
      outputs[row] = value;
    },
    setSlice(slice, value) {
      slices[slice]![row] = value;
    },
    get full() {
      return row + 1 >= rowsMax;
    },
    get rows() {
      return row + 1;
    },
    take(timeSeconds) {
      if (row < 0) return undefined;
      const batch = {
        model,
        version,
        role,
        rows: row + 1,
        ids,
        timeSeconds,
        features: columns,
        outputs: outputs.subarray(0, row + 1),
        slices,
        sliceNames,
      };
      ids = [];
      row = -1;
      return batch;
    },
  };
}
