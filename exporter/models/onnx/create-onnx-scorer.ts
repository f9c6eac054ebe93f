import type { Logger } from 'pino';
import { durationSeconds, metric, type OnnxConfig } from '@modelwatch/core';
import type { Clock } from '../../clock.js';
import { fail, succeed, type Result } from '../../errors.js';
import { checkRequest } from '../check-request.js';
import type { Tensor } from '../open-inference/tensor.js';
import type { Scorer } from '../scorer.js';
import { createDispatcher, type Dispatcher } from './dispatcher.js';
import type { LoadedModel } from './messages.js';
import { copyModel, type ModelCopy } from './model-copy.js';
import { modelFault, type ModelFault } from './model-fault.js';
import { limitsAddressSpace, startChild } from './start-child.js';
import { noLongerWanted, tryModel } from './try-model.js';

export interface OnnxScorerOptions {
  /** Absolute path. It is read once: what becomes of the file afterwards does not matter. */
  readonly file: string;
  readonly config: Omit<OnnxConfig, 'path'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How far its children stand back behind this process where both want the CPU, as `nice` counts; 0 unless said otherwise. */
  readonly niceness?: number;
  /** Ends the loading: its children are killed at once, and the promise resolves when they are gone. */
  readonly signal?: AbortSignal | undefined;
  /** Called when the last ready child ends and when one is ready again; not for the first time. */
  readonly onStateChange?: ((ready: boolean) => void) | undefined;
}

export interface OnnxScorer extends Scorer {
  readonly cutsColumns: true;
  /** SHA-256 of the model file, in hexadecimal. */
  readonly digest: string;
}

/**
 * Serves an ONNX file in child processes. The file is copied, scanned and tried in a throw-away child before; the promise resolves when the
 * first child that serves is ready, or with why there will be none. onnxruntime is never loaded into this process.
 */
export async function createOnnxScorer(options: OnnxScorerOptions): Promise<Result<OnnxScorer, ModelFault>> {
  const { config, logger, clock, signal } = options;
  const startSeconds = clock.monotonicSeconds();
  const copy = await copyModel(options.file);
  if (!copy.ok) return copy;
  if (config.digest !== undefined && config.digest !== copy.value.digest) {
    await copy.value.close();
    return modelFault('model_digest_mismatch', 'the model file has another SHA-256 than was said');
  }
  const loadTimeoutSeconds = durationSeconds(config.loadTimeout);
  const tried = await tryModel(copy.value, { ...config, loadTimeoutSeconds, niceness: options.niceness, signal });
  if (!tried.ok) {
    await copy.value.close();
    return tried;
  }
  if (!limitsAddressSpace) logger.warn('memoryBytesMax is not enforced: this system cannot limit the address space of a child');
  const { model, restBytes } = tried.value;
  const addressBytesMax = restBytes === undefined ? undefined : restBytes + config.memoryBytesMax;
  const batchRows = batchRowsHistogram();
  return new Promise((resolve) => {
    let served = false;
    const giveUp = (fault: ReturnType<typeof modelFault>) => {
      if (served) return;
      served = true;
      void dispatcher
        .close()
        .then(() => copy.value.close())
        .then(() => {
          resolve(fault);
        });
    };
    const dispatcher = createDispatcher({
      model,
      processes: config.processes,
      deadlineSeconds: durationSeconds(config.deadline),
      loadTimeoutSeconds,
      batchRowsMax: config.batchRowsMax,
      queueEntriesMax: config.queueEntriesMax,
      clock,
      logger,
      startChild: (events) =>
        startChild(
          { purpose: 'serve', modelBytes: copy.value.bytes, threads: config.threads, outputBytesMax: config.outputBytesMax },
          copy.value.descriptor,
          addressBytesMax,
          events,
          options.niceness,
        ),
      onCall: batchRows.observe,
      onReadyChange(ready) {
        if (served) options.onStateChange?.(ready);
        if (served || !ready) return;
        served = true;
        const loadSeconds = clock.monotonicSeconds() - startSeconds;
        resolve(succeed(toScorer(options, { model, loadSeconds }, copy.value, dispatcher, batchRows)));
      },
      onDeath() {
        giveUp(modelFault('model_load_failed', 'the process that serves the model died before it was ready'));
      },
    });
    const onAbort = () => {
      giveUp(noLongerWanted());
    };
    if (signal?.aborted === true) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

function toScorer(
  { clock, config }: OnnxScorerOptions,
  { model, loadSeconds }: { readonly model: LoadedModel; readonly loadSeconds: number },
  copy: ModelCopy,
  dispatcher: Dispatcher,
  batchRows: BatchRowsHistogram,
): OnnxScorer {
  const takesText = model.inputs.some(({ datatype }) => datatype === 'BYTES');
  let closing: Promise<void> | undefined;
  let firstCallSeconds: number | undefined;
  let called = false;
  /** Times the one request that is the first. */
  const firstCall = (done: Parameters<Scorer['score']>[1]): typeof done => {
    called = true;
    const startSeconds = clock.monotonicSeconds();
    return (result) => {
      firstCallSeconds = clock.monotonicSeconds() - startSeconds;
      done(result);
    };
  };
  return {
    name: 'onnxruntime_onnx',
    cutsColumns: true,
    digest: copy.digest,
    inputs: model.inputs,
    outputs: model.outputs,
    get ready() {
      return dispatcher.ready;
    },
    score(request, done) {
      const checked = checkRequest(model, request);
      if (!checked.ok) return done(checked);
      const { inputs, outputs } = checked.value;
      if (takesText && !textFits(inputs))
        return done(
          fail('invalid_value', 'text must be well-formed and may not hold the character U+0000: the model would not see what follows'),
        );
      const rows = model.batchable ? sharedRows(inputs) : undefined;
      const travel = rows === undefined ? 'single' : 'together';
      dispatcher.accept({
        inputs,
        outputs,
        cut: request.cut,
        rows: rows ?? 1,
        startSeconds: clock.monotonicSeconds(),
        done: called ? done : firstCall(done),
        travel,
        settled: false,
        shared: undefined,
      });
    },
    stats: () => ({
      restarts: { ...dispatcher.restarts },
      batchRows: { counts: batchRows.counts.slice(), sum: batchRows.sum },
      quarantined: dispatcher.quarantine.size,
      quarantineCapacity: dispatcher.quarantine.capacity,
      cpuSeconds: dispatcher.cpuSeconds,
      loadSeconds,
      firstCallSeconds,
      queued: dispatcher.queued,
      queueCapacity: config.queueEntriesMax,
      processIds: dispatcher.processIds,
    }),
    close: () => (closing ??= dispatcher.close().then(() => copy.close())),
  };
}

/** Rows of a request whose inputs all have as many; others are for the model to judge, alone. */
function sharedRows(inputs: readonly Tensor[]): number | undefined {
  const rows = inputs[0]?.shape[0];
  for (let i = 1; i < inputs.length; i++) if (inputs[i]!.shape[0] !== rows) return undefined;
  return rows;
}

/** onnxruntime takes text as C strings: it would cut at a NUL, silently, and a lone surrogate has no UTF-8. */
function textFits(inputs: readonly Tensor[]): boolean {
  return inputs.every(({ data }) => !Array.isArray(data) || data.every((text) => !text.includes('\0') && text.isWellFormed()));
}

interface BatchRowsHistogram {
  readonly counts: Float64Array;
  readonly sum: number;
  observe(rows: number): void;
}

function batchRowsHistogram(): BatchRowsHistogram {
  const bounds = metric('modelwatch_scorer_batch_rows').buckets!;
  const counts = new Float64Array(bounds.length + 1);
  let sum = 0;
  return {
    counts,
    get sum() {
      return sum;
    },
    observe(rows) {
      let bucket = 0;
      while (bucket < bounds.length && rows > bounds[bucket]!) bucket++;
      counts[bucket]!++;
      sum += rows;
    },
  };
}
