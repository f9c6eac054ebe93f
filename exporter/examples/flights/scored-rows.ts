import { fork } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BaselineFeature } from '@modelwatch/core';
import { openRows } from '../../baseline/index.js';

/** The example's data lie beside the sources; the built program lies one folder deeper. */
export const FLIGHTS = fileURLToPath(new URL(/[\\/]dist[\\/]/.test(import.meta.url) ? '../../../examples/flights/' : './', import.meta.url));

export type TextRow = Readonly<Record<string, string>>;

/** The rows of a file of the example as text, in order. */
export async function readRows(name: string): Promise<readonly TextRow[]> {
  const rows: TextRow[] = [];
  for await (const { columns, cells } of openRows(path.join(FLIGHTS, name), { rowsMax: 100_000, isWanted: () => true }).rows) {
    rows.push(Object.fromEntries(columns.map((column, index) => [column, String(cells[index])])));
  }
  return rows;
}

/** A value of a row as the models get it: numbers in 32 bits, NaN where one is missing. */
export function valueOf({ kind, name }: Pick<BaselineFeature, 'kind' | 'name'>, row: TextRow): number | string {
  const text = row[name] ?? '';
  if (kind === 'categorical') return text;
  return text === '' ? NaN : Math.fround(Number(text));
}

/** The probabilities of late that a model of the example gives, in a process of its own. */
export async function scoreRows(
  model: 'champion' | 'challenger',
  features: readonly Pick<BaselineFeature, 'kind' | 'name'>[],
  rows: readonly TextRow[],
): Promise<Float64Array> {
  const columns = Object.fromEntries(
    features.map((feature) => {
      const values = rows.map((row) => valueOf(feature, row));
      return [feature.name, feature.kind === 'numeric' ? Float32Array.from(values as number[]) : values];
    }),
  );
  const child = fork(path.join(FLIGHTS, 'score.mjs'), { serialization: 'advanced', execArgv: [] });
  return new Promise((resolve, reject) => {
    let scores: Float64Array | undefined;
    child.once('message', (message) => (scores = Float64Array.from(message as unknown as ArrayLike<number>)));
    child.once('error', reject);
    child.once('exit', (code) => (scores === undefined ? reject(new Error(`the scorer ended with code ${code}`)) : resolve(scores)));
    child.send({ model: path.join(FLIGHTS, `${model}.onnx`), columns });
  });
}
