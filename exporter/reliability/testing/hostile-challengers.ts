import path from 'node:path';
import { MODELS } from '../../contract/test-sidecar.js';
import { FULL } from './promise.js';

/** A challenger that does what one can do, and the requests that make it. */
export interface HostileChallenger {
  /** Its version. */
  readonly name: string;
  readonly file: string;
  /** Of its scorer, besides the path; `inFlightMax` is the challenger's. */
  readonly scorer: string;
  readonly inFlightMax?: number;
  /** The inputs of the i-th request, with their shapes. No two requests are equal, so that none is quarantined for another. */
  inputs(i: number): readonly Input[];
  /** What becomes of copies, at least of some. */
  readonly outcome: 'scored' | 'failed' | 'timed_out' | 'skipped';
  /** Its children are killed from without, now and then. */
  readonly signal?: NodeJS.Signals;
}

export type Input = readonly [name: string, datatype: 'INT32' | 'INT64' | 'FP32', shape: readonly number[], data: readonly number[]];

/** A pass of the loop in `hang.onnx` takes about half a microsecond. */
const TRIPS_A_SECOND = 2_000_000;
const SLOW_SECONDS = FULL ? 10 : 0.1;
const LEAST_INT32 = -2_147_483_648;

export const HOSTILE: readonly HostileChallenger[] = [
  {
    name: 'crashes',
    file: 'divide.onnx',
    scorer: 'deadline: 1m, batchRowsMax: 1',
    inputs: (i) => [
      ['a', 'INT32', [2], [LEAST_INT32, 1]],
      ['b', 'INT32', [2], [-1, i + 2]],
    ],
    outcome: 'failed',
  },
  {
    name: 'aborts',
    file: 'identity-fp32.onnx',
    scorer: 'deadline: 1m',
    inputs: (i) => [['x', 'FP32', [1, 2], [i, 1]]],
    outcome: 'scored',
    signal: 'SIGABRT',
  },
  {
    name: 'hangs',
    file: 'hang.onnx',
    scorer: 'deadline: 300ms',
    inFlightMax: 2,
    inputs: (i) => [['n', 'INT64', [1], [9_000_000_000 + i]]],
    outcome: 'timed_out',
  },
  {
    name: 'slow',
    file: 'hang.onnx',
    scorer: 'deadline: 1m',
    inFlightMax: 2,
    inputs: (i) => [['n', 'INT64', [1], [SLOW_SECONDS * TRIPS_A_SECOND + i]]],
    outcome: 'scored',
  },
  {
    name: 'devours memory',
    file: 'allocate.onnx',
    scorer: 'deadline: 1m, memoryBytesMax: 100000000',
    inputs: (i) => [['shape', 'INT64', [2], [100_000, 10_000 + i]]],
    // 4 GB are refused by onnxruntime itself, as a request that is none for this model.
    outcome: 'skipped',
  },
  {
    name: 'answers 50 MB',
    file: 'allocate.onnx',
    scorer: 'deadline: 1m, outputBytesMax: 64000000',
    inFlightMax: 2,
    inputs: (i) => [['shape', 'INT64', [2], [12_500, 1000 + (i % 9)]]],
    outcome: 'failed',
  },
  {
    name: 'answers more than it may',
    file: 'allocate.onnx',
    scorer: 'deadline: 1m, outputBytesMax: 1000000',
    inputs: (i) => [['shape', 'INT64', [2], [12_500, 1000 + (i % 9)]]],
    outcome: 'failed',
  },
  {
    name: 'answers another shape',
    file: 'nondeterministic-shape.onnx',
    scorer: 'deadline: 1m',
    inputs: (i) => [['x', 'FP32', [2, 2], [-1, -1, i + 1, 1]]],
    outcome: 'failed',
  },
  {
    name: 'cannot be loaded',
    file: 'garbage.onnx',
    scorer: 'deadline: 1m',
    inputs: (i) => [['x', 'FP32', [1, 2], [i, 1]]],
    outcome: 'skipped',
  },
];

/** As its model and its version are called. */
export const versionOf = ({ name }: HostileChallenger) => name.replaceAll(' ', '-');

export function challengerYaml(challenger: HostileChallenger): string {
  const { file, scorer, inFlightMax } = challenger;
  const inFlight = inFlightMax === undefined ? '' : `, inFlightMax: ${inFlightMax}`;
  return `{ version: ${versionOf(challenger)}, onnx: { path: ${path.join(MODELS, file)}, ${scorer} }${inFlight} }`;
}
