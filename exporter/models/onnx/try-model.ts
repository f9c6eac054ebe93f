import { succeed, type Result } from '../../errors.js';
import type { LoadedModel } from './messages.js';
import type { ModelCopy } from './model-copy.js';
import { modelFault, type ModelFault } from './model-fault.js';
import { limitsAddressSpace, startChild, type Child } from './start-child.js';

export interface TrialLimits {
  readonly threads: number;
  readonly outputBytesMax: number;
  readonly memoryBytesMax: number;
  readonly loadTimeoutSeconds: number;
  readonly niceness?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface TriedModel {
  readonly model: LoadedModel;
  /** Address space that a child with this model takes at rest; undefined where the system does not tell. */
  readonly restBytes: number | undefined;
}

/** Loading holds the file, its parsed form and the optimised weights at once. */
const LOAD_COPIES = 3;

/** Loads a model in a child of its own and runs it once, so that a file that kills, hangs or devours does it there. */
export async function tryModel(copy: ModelCopy, limits: TrialLimits): Promise<Result<TriedModel, ModelFault>> {
  const { signal } = limits;
  const bareBytes = limitsAddressSpace ? await bareRestBytes() : undefined;
  const addressBytesMax = bareBytes === undefined ? undefined : bareBytes + limits.memoryBytesMax + LOAD_COPIES * copy.bytes;
  if (signal?.aborted === true) return noLongerWanted();
  return new Promise((resolve) => {
    let result: Result<TriedModel, ModelFault> | undefined;
    const finish = (found: Result<TriedModel, ModelFault>) => {
      result ??= found;
      child.kill();
    };
    const timer = setTimeout(
      () => finish(modelFault('model_load_timeout', `the model was not loaded within ${limits.loadTimeoutSeconds} s`)),
      limits.loadTimeoutSeconds * 1000,
    );
    const onAbort = () => {
      finish(noLongerWanted());
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    const child: Child = startChild(
      { purpose: 'try', modelBytes: copy.bytes, threads: limits.threads, outputBytesMax: limits.outputBytesMax },
      copy.descriptor,
      addressBytesMax,
      {
        onMessage(message) {
          if (message.kind === 'refused') finish({ ok: false, error: message.fault });
          if (message.kind === 'ready') finish(succeed({ model: message.model, restBytes: message.addressBytes }));
        },
        onGone({ outOfMemory }) {
          clearTimeout(timer);
          signal?.removeEventListener('abort', onAbort);
          const died = outOfMemory ? 'ran out of memory' : 'died';
          resolve(result ?? modelFault('model_load_failed', `the process that loaded the model ${died}`));
        },
      },
      limits.niceness,
    );
  });
}

/** Whoever wanted the model has given it up while it was loading. */
export const noLongerWanted = () => modelFault('model_load_failed', 'the model is no longer wanted');

let bareRest: Promise<number | undefined> | undefined;

/** What a child takes before it has a model: Node and onnxruntime reserve about a gigabyte, depending on their versions. Measured once. */
function bareRestBytes(): Promise<number | undefined> {
  bareRest ??= new Promise((resolve) => {
    let measured: number | undefined;
    const child: Child = startChild({ purpose: 'measure', modelBytes: 0, threads: 1, outputBytesMax: 0 }, undefined, undefined, {
      onMessage(message) {
        if (message.kind === 'measured') measured = message.addressBytes;
        child.kill();
      },
      onGone: () => resolve(measured),
    });
  });
  return bareRest;
}
