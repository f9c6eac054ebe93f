import { readFileSync } from 'node:fs';
import path from 'node:path';
import { FLIGHTS, type TestSidecar } from './test-sidecar.js';

export type FlightRow = Readonly<Record<string, string>>;

export const CATEGORICAL = ['carrier', 'origin', 'dest'];
export const NUMERIC = [
  'hour',
  'day_of_week',
  'distance',
  'dep_delay',
  'sched_duration',
  'temp',
  'dewp',
  'humid',
  'wind_speed',
  'precip',
  'pressure',
  'visib',
];

/** The rows of a file of the example, in order. Its cells hold no quotes. */
export function flightRows(name: 'live.csv' | 'training.csv'): readonly FlightRow[] {
  const [head = '', ...lines] = readFileSync(path.join(FLIGHTS, name), 'utf8').trimEnd().split('\n');
  const columns = head.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, i) => [columns[i]!, cell])));
}

/** A v2 request for some flights; missing numbers are null. */
export function flightsRequest(rows: readonly FlightRow[], id?: string): string {
  const shape = [rows.length, 1];
  const texts = CATEGORICAL.map((name) => ({ name, datatype: 'BYTES', shape, data: rows.map((row) => row[name]!) }));
  const numbers = NUMERIC.map((name) => ({
    name,
    datatype: 'FP32',
    shape,
    data: rows.map((row) => (row[name] === '' ? null : Number(row[name]))),
  }));
  return JSON.stringify({ ...(id === undefined ? {} : { id }), inputs: [...texts, ...numbers] });
}

const ROWS_PER_REQUEST = 100;

/** Sends flights to a model and then their ground truth; what is sent again needs another name, or it is known already. */
export async function sendFlights(sidecar: TestSidecar, model: string, rows: readonly FlightRow[], name = 'flights'): Promise<void> {
  for (let from = 0; from < rows.length; from += ROWS_PER_REQUEST) {
    const batch = rows.slice(from, from + ROWS_PER_REQUEST);
    const id = `${model}-${name}-${from}`;
    const answer = await sidecar.post(`/v2/models/${model}/infer`, flightsRequest(batch, id));
    if (answer.status !== 200) throw new Error(`${model} answered ${answer.status}: ${answer.body.toString().slice(0, 200)}`);
    const truths = batch.map((row, i) => ({ model, id: batch.length === 1 ? id : `${id}/${i}`, value: Number(row['late']) }));
    const joined = await sidecar.post('/v1/ground-truth', JSON.stringify(truths));
    if (joined.status !== 200) throw new Error(`ground truth answered ${joined.status}`);
  }
}

/**
 * The example's model as an entry under `models`, with its files where they lie. Where a file is none of the example's, its path is from the configuration; further keys
 * follow, each as YAML of a line.
 */
export function flightsModel(
  keys: readonly string[] = [],
  { name = 'flights-late', version = '1', file = 'champion.onnx', baseline = path.join(FLIGHTS, 'baseline.json') } = {},
): string {
  const files = [`onnx: { path: ${path.join(FLIGHTS, file)} }`, ...(baseline === '' ? [] : [`baseline: ${baseline}`])];
  return `
  - name: ${name}
    champion: { version: '${version}', ${files.join(', ')} }
    output: { kind: probability, tensor: probabilities, column: 1 }${keys.map((key) => `\n    ${key}`).join('')}`;
}
