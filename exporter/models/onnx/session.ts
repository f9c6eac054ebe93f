import ort, { type InferenceSession, type Tensor as OrtTensor } from 'onnxruntime-node';
import { quoteInput, succeed, type Result } from '../../errors.js';
import type { TensorMetadata } from '../open-inference/messages.js';
import { elementCount, DATATYPES, type Datatype, type TensorData } from '../open-inference/tensor.js';
import type { CallMessage, FailureMessage, LoadedModel } from './messages.js';
import { modelFault, type ModelFault } from './model-fault.js';

// Newer runtimes have half-precision arrays: onnxruntime-common then makes them of the bits it is given, and onnxruntime-node 1.30 takes them
// for empty. Where there are none it keeps to the bits, as we do; this process is the child's own.
Reflect.deleteProperty(globalThis, 'Float16Array');

/** A loaded model inside a scorer child. Runs block the thread: that is what the child is for. */
export interface Session {
  readonly model: LoadedModel;
  run(call: CallMessage): Promise<Result<Outputs, { readonly code: FailureMessage['code'] }>>;
  /** Runs once on zeros and empty text, so that the first request does not pay for first-time work. A typed refusal is no fault. */
  warmUp(): Promise<void>;
}

export interface Outputs {
  readonly shapes: readonly (readonly number[])[];
  readonly data: readonly TensorData[];
}

const DATATYPE_BY_ORT: Readonly<Record<string, Datatype>> = {
  bool: 'BOOL',
  uint8: 'UINT8',
  uint16: 'UINT16',
  uint32: 'UINT32',
  uint64: 'UINT64',
  int8: 'INT8',
  int16: 'INT16',
  int32: 'INT32',
  int64: 'INT64',
  float16: 'FP16',
  float32: 'FP32',
  float64: 'FP64',
  string: 'BYTES',
};
const ORT_BY_DATATYPE = Object.fromEntries(Object.entries(DATATYPE_BY_ORT).map(([type, datatype]) => [datatype, type])) as Readonly<
  Record<Datatype, OrtTensor.Type>
>;
/** A warm-up on a huge fixed shape would cost what it should save. */
const WARM_UP_ELEMENTS_MAX = 16_777_216;

export async function loadSession(bytes: Uint8Array, threads: number): Promise<Result<Session, ModelFault>> {
  let session: InferenceSession;
  try {
    session = await ort.InferenceSession.create(bytes, {
      executionProviders: ['cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      // The arena keeps the largest amount ever asked for; one wide request would weigh on the host for good.
      enableCpuMemArena: false,
      // Its log would name paths and values; what matters comes back as an error.
      logSeverityLevel: 4,
    });
  } catch (error) {
    return loadFault(String(error));
  }
  const inputs = tensors(session.inputMetadata);
  if (!inputs.ok) return inputs;
  const outputs = tensors(session.outputMetadata);
  if (!outputs.ok) return outputs;
  const batchable = [...inputs.value, ...outputs.value].every((tensor) => tensor.shape[0] === -1);
  return succeed(openSession(session, { inputs: inputs.value, outputs: outputs.value, batchable }));
}

function openSession(session: InferenceSession, model: LoadedModel): Session {
  const run: Session['run'] = async (call) => {
    try {
      // Names come from the model file: one of them may be called __proto__.
      const feeds = Object.create(null) as Record<string, OrtTensor>;
      for (let i = 0; i < model.inputs.length; i++) feeds[model.inputs[i]!.name] = tensor(model.inputs[i]!, call.data[i]!, call.shapes[i]!);
      const wanted = call.outputs?.map((position) => model.outputs[position]!) ?? model.outputs;
      const results =
        call.outputs === undefined
          ? await session.run(feeds)
          : await session.run(
              feeds,
              wanted.map(({ name }) => name),
            );
      const ordered = wanted.map(({ name }) => results[name] as OrtTensor);
      return succeed({ shapes: ordered.map(({ dims }) => dims), data: ordered.map(({ data }) => data as TensorData) });
    } catch (error) {
      return { ok: false, error: { code: refusesInput(String(error)) ? 'model_refused' : 'model_failed' } };
    }
  };
  return {
    model,
    run,
    async warmUp() {
      const shapes = model.inputs.map(({ shape }) => shape.map((dimension) => (dimension === -1 ? 1 : dimension)));
      const counts = shapes.map((shape) => elementCount(shape) ?? Infinity);
      if (counts.some((count) => count > WARM_UP_ELEMENTS_MAX)) return;
      const data = model.inputs.map(({ datatype }, i) =>
        datatype === 'BYTES' ? new Array<string>(counts[i]!).fill('') : new DATATYPES[datatype].array(counts[i]!),
      );
      await run({ call: 0, requests: 1, shapes, data, outputs: undefined });
    },
  };
}

function tensor({ datatype }: TensorMetadata, data: TensorData, shape: readonly number[]): OrtTensor {
  // The types know no pair of a type and its array that is only known while running.
  return new ort.Tensor(ORT_BY_DATATYPE[datatype] as 'float32', data as Float32Array, shape);
}

function tensors(metadata: readonly InferenceSession.ValueMetadata[]): Result<readonly TensorMetadata[], ModelFault> {
  const found: TensorMetadata[] = [];
  for (const value of metadata) {
    if (!value.isTensor)
      return modelFault('model_unsupported', `${quoteInput(value.name)} is no tensor; export the model with tensors alone (zipmap off)`);
    const datatype = DATATYPE_BY_ORT[value.type];
    if (datatype === undefined)
      return modelFault('model_unsupported', `${quoteInput(value.name)} has a datatype that the protocol does not know`);
    found.push({ name: value.name, datatype, shape: value.shape.map((dimension) => (typeof dimension === 'number' ? dimension : -1)) });
  }
  return succeed(found);
}

/** What onnxruntime says of a model that it cannot load; its texts hold paths of its own and are not passed on. */
function loadFault(text: string): Result<never, ModelFault> & { readonly ok: false } {
  if (/protobuf parsing failed|data pointer is null/i.test(text))
    return modelFault('model_not_onnx', 'the model file is not an ONNX model');
  if (/external data/i.test(text)) return modelFault('model_external_data', 'the model keeps tensors in other files');
  if (
    /not a registered function|Could not find an implementation|NOT_IMPLEMENTED|not implemented|Unsupported|opset|IR.?version/i.test(text)
  )
    return modelFault('model_unsupported', 'the model uses an operator, a type or an opset that onnxruntime does not know');
  if (/bad_alloc|allocat/i.test(text)) return modelFault('model_load_failed', 'the model needs more memory than it may take');
  return modelFault('model_load_failed', 'onnxruntime refused to load the model');
}

/**
 * Whether onnxruntime refused the input, rather than broke: an operator or the signature found the shape or a value wrong, or the input
 * asked for more memory than the child may take. onnxruntime-node passes on the text alone, no code.
 */
function refusesInput(text: string): boolean {
  return /Non-zero status code returned while running|Got invalid dimensions|Invalid rank|Unexpected input|bad_alloc|[Aa]llocat/.test(text);
}
