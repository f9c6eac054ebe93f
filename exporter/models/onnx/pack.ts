import { fromHalfBits } from '../open-inference/half.js';
import type { InferResponse, TensorMetadata } from '../open-inference/messages.js';
import type { Tensor, TensorData } from '../open-inference/tensor.js';
import type { Job } from './job.js';
import type { AnswerMessage, CallMessage } from './messages.js';

type Numbers = Exclude<TensorData, string[]>;
type NumbersConstructor = new (length: number) => Numbers;

/** Puts the inputs of requests that share a call one after the other. The arrays of a request alone travel as they are. */
export function packCall(call: number, jobs: readonly Job[]): CallMessage {
  const first = jobs[0]!;
  const outputs = wantedTogether(jobs);
  if (jobs.length === 1)
    return {
      call,
      requests: 1,
      shapes: first.inputs.map(({ shape }) => shape),
      data: first.inputs.map(({ data }) => data),
      outputs,
      cut: first.cut,
    };
  let rows = 0;
  for (const job of jobs) rows += job.rows;
  const shapes: (readonly number[])[] = [];
  const data: TensorData[] = [];
  for (let i = 0; i < first.inputs.length; i++) {
    const shape = first.inputs[i]!.shape.slice();
    shape[0] = rows;
    shapes.push(shape);
    data.push(concatenate(jobs, i));
  }
  return { call, requests: jobs.length, shapes, data, outputs, cut: first.cut && { rows, column: first.cut.column } };
}

function concatenate(jobs: readonly Job[], input: number): TensorData {
  const first = jobs[0]!.inputs[input]!.data;
  if (Array.isArray(first)) return jobs.flatMap((job) => job.inputs[input]!.data as string[]);
  let length = 0;
  for (const job of jobs) length += job.inputs[input]!.data.length;
  const all = new (first.constructor as NumbersConstructor)(length);
  let at = 0;
  for (const job of jobs) {
    const { data } = job.inputs[input]!;
    // The arrays of one input are of one type; a copy of few values is faster by hand than by `set`.
    if (data.length <= COPY_BY_HAND_MAX) for (let i = 0; i < data.length; i++) all[at + i] = (data as Numbers)[i]!;
    else (all as Float64Array).set(data as Float64Array, at);
    at += data.length;
  }
  return all;
}

const COPY_BY_HAND_MAX = 64;

/** The outputs that any of the requests wants, ascending; undefined for all. */
function wantedTogether(jobs: readonly Job[]): readonly number[] | undefined {
  if (jobs.some((job) => job.outputs === undefined)) return undefined;
  return [...new Set(jobs.flatMap((job) => job.outputs!))].sort((a, b) => a - b);
}

/**
 * The answers to the requests of a call, in their order; undefined where the outputs do not come row by row and so cannot be told apart.
 * Numbers are views of the shared arrays: a request's answer keeps its neighbours' in memory until it has gone.
 */
export function splitAnswer(
  jobs: readonly Job[],
  answer: AnswerMessage,
  computed: readonly number[] | undefined,
  metadata: readonly TensorMetadata[],
): InferResponse[] | undefined {
  const positionOf = (output: number) => (computed === undefined ? output : computed.indexOf(output));
  if (jobs.length === 1) {
    const whole = (output: number): Tensor => {
      const at = positionOf(output);
      return { name: metadata[output]!.name, datatype: metadata[output]!.datatype, shape: answer.shapes[at]!, data: answer.data[at]! };
    };
    return [{ outputs: jobs[0]!.outputs?.map(whole) ?? metadata.map((_, output) => whole(output)) }];
  }
  let rows = 0;
  for (const job of jobs) rows += job.rows;
  for (const shape of answer.shapes) if (shape[0] !== rows) return undefined;

  const responses: InferResponse[] = [];
  let row = 0;
  for (const job of jobs) {
    const count = job.outputs?.length ?? metadata.length;
    const outputs = new Array<Tensor>(count);
    for (let i = 0; i < count; i++) {
      const output = job.outputs === undefined ? i : job.outputs[i]!;
      const at = positionOf(output);
      outputs[i] = rowsOf(metadata[output]!, answer.shapes[at]!, answer.data[at]!, row, job.rows);
    }
    responses.push({ outputs });
    row += job.rows;
  }
  return responses;
}

function rowsOf(metadata: TensorMetadata, shape: readonly number[], data: TensorData, row: number, rows: number): Tensor {
  const width = shape[0] === 0 ? 0 : data.length / shape[0]!;
  const own = shape.slice();
  own[0] = rows;
  const from = row * width;
  const to = from + rows * width;
  return {
    name: metadata.name,
    datatype: metadata.datatype,
    shape: own,
    data: Array.isArray(data) ? data.slice(from, to) : data.subarray(from, to),
  };
}

/** Sums in another order differ in their last digits; single precision has seven. */
const RELATIVE_DIFFERENCE_MAX = 1e-4;

/** Whether a call shared with others gave what a call alone gives, up to the order of sums. */
export function sameAnswer(a: InferResponse, b: InferResponse): boolean {
  return a.outputs.every((left, i) => {
    const right = b.outputs[i]!;
    if (left.shape.length !== right.shape.length || left.shape.some((dimension, axis) => dimension !== right.shape[axis])) return false;
    for (let at = 0; at < left.data.length; at++) if (!sameValue(left.datatype, left.data[at]!, right.data[at]!)) return false;
    return true;
  });
}

function sameValue(datatype: Tensor['datatype'], left: TensorData[number], right: TensorData[number]): boolean {
  if (Object.is(left, right)) return true;
  if (typeof left !== 'number' || typeof right !== 'number') return false;
  if (datatype === 'FP16') return close(fromHalfBits(left), fromHalfBits(right), RELATIVE_DIFFERENCE_MAX * 100);
  return (datatype === 'FP32' || datatype === 'FP64') && close(left, right, RELATIVE_DIFFERENCE_MAX);
}

function close(left: number, right: number, relative: number): boolean {
  if (Number.isNaN(left) || Number.isNaN(right)) return Number.isNaN(left) && Number.isNaN(right);
  return left === right || Math.abs(left - right) <= relative * Math.max(1, Math.abs(left), Math.abs(right));
}
