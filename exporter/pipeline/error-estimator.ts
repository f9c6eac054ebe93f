import { EstimatedErrors, type ErrorModelConfig } from '@modelwatch/core';
import type { InferResponse, TensorMetadata } from '../models/open-inference/index.js';
import type { Tensor } from '../models/open-inference/tensor.js';
import type { Scorer } from '../models/scorer.js';
import { failedCopy } from './failed-copy.js';
import { createOutputReader } from './feature-reader.js';
import { isSampled } from './is-sampled.js';
import { SHADOW_OUTCOMES, SHADOW_ROWS_MAX, type ShadowOutcome } from './shadow.js';
import { tensorBytes } from './tensor-bytes.js';
import type { AnsweredRequest, WatchedModel } from './watched-model.js';

/** What an error model gives of each prediction; one of them is enough. */
export const ERROR_OUTPUTS = ['absolute_error', 'squared_error'] as const;
/** What becomes of a copy, as of one for a challenger. */
export const ERROR_MODEL_OUTCOMES = SHADOW_OUTCOMES;

/** Lets an error model estimate the errors of predictions, off the path of every answer. */
export interface ErrorEstimator {
  /** Copies meant for it: the sum of the outcomes and of what is under way, exactly. */
  readonly sent: number;
  readonly inFlight: number;
  /** What the copies under way keep in memory. */
  readonly inFlightBytes: number;
  readonly outcomes: Readonly<Record<ShadowOutcome, number>>;
  readonly errors: EstimatedErrors;
  /** Takes a copy of an answered request, should its id be among the sampled. Never waits. */
  offer(answered: AnsweredRequest): void;
}

export interface ErrorEstimatorOptions {
  readonly config: ErrorModelConfig;
  /** The champion's: says how many rows a request has, and reads the output. */
  readonly watched: Pick<WatchedModel, 'features' | 'output'>;
  /** Undefined while it is not loaded. */
  readonly scorer: () => Pick<Scorer, 'inputs' | 'outputs' | 'score'> | undefined;
  /** A fault of our own: it cost one copy. */
  readonly onFault: (fault: unknown) => void;
}

export function createErrorEstimator({ config, watched, scorer, onFault }: ErrorEstimatorOptions): ErrorEstimator {
  const outcomes: Record<ShadowOutcome, number> = { scored: 0, dropped: 0, failed: 0, timed_out: 0, skipped: 0 };
  const errors = new EstimatedErrors();
  const [absoluteReader, squaredReader] = ERROR_OUTPUTS.map((name) => createOutputReader(name, undefined));
  let sent = 0;
  let inFlight = 0;
  let inFlightBytes = 0;

  const count = ({ outputs }: InferResponse, rows: number): ShadowOutcome => {
    const has = (name: string) => outputs.some((output) => output.name === name);
    const [absolute, squared] = [absoluteReader!.read(outputs, rows), squaredReader!.read(outputs, rows)];
    const isWhole = has(ERROR_OUTPUTS[0]) === (absolute !== undefined) && has(ERROR_OUTPUTS[1]) === (squared !== undefined);
    if (!isWhole || (absolute === undefined && squared === undefined)) return 'failed';
    for (let row = 0; row < rows; row++) errors.update({ absolute: absolute?.at(row), squared: squared?.at(row) });
    return 'scored';
  };
  const send = (to: Pick<Scorer, 'outputs' | 'score'>, inputs: readonly Tensor[], rows: number, bytes: number) => {
    let ended = false;
    const end = (outcomeOfCall: () => ShadowOutcome) => {
      if (ended) return;
      ended = true;
      inFlight--;
      inFlightBytes -= bytes;
      let outcome: ShadowOutcome = 'failed';
      try {
        outcome = outcomeOfCall();
      } catch (fault) {
        onFault(fault);
      }
      outcomes[outcome]++;
    };
    inFlight++;
    inFlightBytes += bytes;
    const outputs = ERROR_OUTPUTS.filter((name) => to.outputs.some((output) => output.name === name));
    try {
      to.score({ id: undefined, inputs, outputs: outputs.map((name) => ({ name, binary: false })), binaryOutputs: false }, (result) => {
        end(() => (result.ok ? count(result.value, rows) : failedCopy(result.error.code)));
      });
    } catch (fault) {
      end(() => {
        throw fault;
      });
    }
  };
  return {
    get sent() {
      return sent;
    },
    get inFlight() {
      return inFlight;
    },
    get inFlightBytes() {
      return inFlightBytes;
    },
    outcomes,
    errors,
    offer(answered) {
      if (!isSampled(answered.id, config.share)) return;
      sent++;
      const to = scorer();
      const rows = watched.features.rowsOf(answered.inputs);
      const predictions = rows === undefined ? undefined : watched.output.read(answered.outputs, rows);
      if (to === undefined || rows === undefined || predictions === undefined || rows > SHADOW_ROWS_MAX) outcomes.skipped++;
      else {
        const inputs = inputsOf(to.inputs, answered.inputs, config.predictionInput, () => predictions.values(rows));
        const bytes = tensorBytes(inputs);
        const isFull = inFlight >= config.inFlightMax || (inFlight > 0 && inFlightBytes + bytes > config.inFlightBytesMax);
        if (isFull) outcomes.dropped++;
        else send(to, inputs, rows, bytes);
      }
    },
  };
}

/** The tensors of a request that the error model takes, and the predictions where it asks for them. What is lacking it refuses by itself. */
function inputsOf(
  wanted: readonly TensorMetadata[],
  given: readonly Tensor[],
  predictionInput: string,
  predictions: () => Float64Array,
): Tensor[] {
  return wanted.flatMap(({ name, datatype, shape }): Tensor[] => {
    if (name !== predictionInput) return given.filter((tensor) => tensor.name === name);
    const values = predictions();
    const data = datatype === 'FP32' ? Float32Array.from(values) : values;
    return [{ name, datatype, shape: shape.length === 1 ? [values.length] : [values.length, 1], data } as Tensor];
  });
}

/** Why a loaded model cannot estimate the errors of a champion; undefined where it can. `champion` is undefined where its inputs are not known. */
export function errorModelFault(
  { inputs, outputs }: Pick<Scorer, 'inputs' | 'outputs'>,
  champion: readonly TensorMetadata[] | undefined,
  predictionInput: string,
): string | undefined {
  if (!outputs.some(({ name }) => (ERROR_OUTPUTS as readonly string[]).includes(name))) {
    return 'it has neither an output absolute_error nor an output squared_error';
  }
  const own = inputs.find(({ name }) => name === predictionInput);
  if (own !== undefined && !['FP32', 'FP64'].includes(own.datatype))
    return `its input ${own.name} must be FP32 or FP64, not ${own.datatype}`;
  if (champion === undefined) return undefined;
  for (const { name, datatype } of inputs) {
    if (name === predictionInput) continue;
    const taken = champion.find((input) => input.name === name);
    if (taken === undefined) return `its input ${name} is none of the champion's, nor the one that predictionInput names`;
    if (taken.datatype !== datatype) return `its input ${name} is ${datatype}, and the champion's is ${taken.datatype}`;
  }
  return undefined;
}
