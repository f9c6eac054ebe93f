import { randomUUID } from 'node:crypto';
import type { Baseline, ModelConfig } from '@modelwatch/core';
import type { Clock } from '../clock.js';
import { fromHalfBits } from '../models/open-inference/half.js';
import type { Tensor } from '../models/open-inference/tensor.js';
import { isSampled } from '../pipeline/is-sampled.js';
import type { AnsweredRequest, WatchedModel } from '../pipeline/watched-model.js';
import { createMasks, type Mask, type MaskedValue, type RawValue, type SamplesConfig } from './mask.js';
import type { SampleKeeper } from './sample-keeper.js';
import type { Sample } from './sample.js';

/** A request that was refused or failed, once its answer has left. */
export interface FailedRequest {
  readonly status: number;
  readonly reason: string;
  readonly traceId?: string | undefined;
  /** What it keeps in memory until then. */
  readonly bytes: number;
  /** Its inputs, read when the sample is made; undefined where they cannot be. */
  readonly inputs: () => readonly Tensor[] | undefined;
}

/** Samples the requests of one model: failing ones, up to so many a minute, and a share of the others. Cheap: masking happens in the keeper. */
export interface Sampler {
  offerFailed(request: FailedRequest): void;
  offer(answered: AnsweredRequest): void;
  readonly counts: { readonly failing: number; readonly ordinary: number; readonly limited: number };
}

export interface SamplerOptions {
  readonly config: ModelConfig;
  readonly samples: SamplesConfig;
  readonly baseline: Baseline | undefined;
  readonly output: WatchedModel['output'];
  readonly keeper: Pick<SampleKeeper, 'take' | 'key'>;
  readonly clock: Clock;
}

const MINUTE_SECONDS = 60;
export function createSampler({ config, samples, baseline, output, keeper, clock }: SamplerOptions): Sampler {
  const { name: model, champion, inputs: configured } = config;
  const columnsOf = columnReader(configured, baseline, Object.keys(samples.masks), createMasks(samples, config.private, keeper.key));
  const counts = { failing: 0, ordinary: 0, limited: 0 };
  let minute = -1;
  let inMinute = 0;

  const isLimited = (): boolean => {
    const now = Math.floor(clock.monotonicSeconds() / MINUTE_SECONDS);
    if (now !== minute) {
      minute = now;
      inMinute = 0;
    }
    return ++inMinute > samples.failingPerMinuteMax;
  };
  const sampleOf = (
    { status, reason, traceId }: Pick<FailedRequest, 'status' | 'reason' | 'traceId'>,
    timeSeconds: number,
    inputs: readonly Tensor[] | undefined,
    outputs?: readonly Tensor[],
  ): Sample => {
    const read = inputs === undefined ? undefined : columnsOf(inputs, samples.rowsMax);
    const values = read === undefined || outputs === undefined ? undefined : output.read(outputs, read.rows);
    const shown = (row: number) => {
      const value = values!.at(row);
      return Number.isFinite(value) ? value : null;
    };
    return {
      ...{ id: randomUUID(), timeSeconds, model, version: champion.version, failing: reason !== 'ordinary', reason, status },
      ...(traceId === undefined ? {} : { traceId }),
      ...(read === undefined ? {} : { rows: read.rows, inputs: read.inputs }),
      ...(values === undefined ? {} : { outputs: read!.inputs.map((_, row) => shown(row)) }),
    };
  };

  return {
    offerFailed(request) {
      if (!samples.failing) return;
      if (isLimited()) {
        counts.limited++;
        return;
      }
      counts.failing++;
      const timeSeconds = clock.nowSeconds();
      keeper.take({ bytes: request.bytes, make: () => sampleOf(request, timeSeconds, request.inputs()) });
    },
    offer({ id, inputs, outputs }) {
      // Another part of the ids than that which others sample would be no more representative.
      if (samples.share === 0 || !isSampled(id, samples.share)) return;
      counts.ordinary++;
      const timeSeconds = clock.nowSeconds();
      const bytes = bytesOf(inputs) + bytesOf(outputs);
      keeper.take({ bytes, make: () => sampleOf({ status: 200, reason: 'ordinary' }, timeSeconds, inputs, outputs) });
    },
    counts,
  };
}

/** About what tensors keep in memory for as long as a sample waits. */
function bytesOf(tensors: readonly Tensor[]): number {
  let bytes = 0;
  for (const { data } of tensors) {
    if ('byteLength' in data) bytes += data.byteLength;
    else for (const text of data) bytes += text.length;
  }
  return bytes;
}

interface MaskedRows {
  readonly rows: number;
  readonly inputs: readonly Readonly<Record<string, MaskedValue>>[];
}

/**
 * Reads the features that are known, by the names of the configuration, of the baseline or of the masks. What else a request holds is not looked at: under
 * a name that nobody knows there may be anything.
 */
function columnReader(
  configured: ModelConfig['inputs'],
  baseline: Baseline | undefined,
  masked: readonly string[],
  maskOf: (feature: string) => Mask | undefined,
) {
  const ordered = (baseline?.features ?? []).map(({ name }) => name);
  const known = new Set([...ordered, ...masked]);
  const namesOf = (tensor: string, isOnly: boolean): readonly string[] => {
    // A client names its tensors as it likes, also as what every object has.
    if (configured !== undefined) return Object.hasOwn(configured, tensor) ? configured[tensor]! : [];
    if (known.has(tensor)) return [tensor];
    return isOnly ? ordered : [];
  };
  return (tensors: readonly Tensor[], rowsMax: number): MaskedRows => {
    const columns = tensors.flatMap((tensor) => {
      const names = namesOf(tensor.name, tensors.length === 1);
      // Of another width than its names say, a value could stand under the name of another.
      if (tensor.data.length !== (tensor.shape[0] ?? 0) * names.length) return [];
      return names.flatMap((name, column) => {
        const mask = maskOf(name);
        return mask === undefined ? [] : [{ name, mask, tensor, column, width: names.length }];
      });
    });
    const rows = tensors[0]?.shape[0] ?? 0;
    const inputs = Array.from({ length: Math.min(rows, rowsMax) }, (_, row) =>
      Object.fromEntries(
        columns.flatMap(({ name, mask, tensor, column, width }) => {
          const value = valueAt(tensor, column + row * width);
          const shown = value === undefined ? undefined : mask(value);
          return shown === undefined ? [] : [[name, shown]];
        }),
      ),
    );
    return { rows, inputs };
  };
}

function valueAt({ data, datatype }: Tensor, at: number): RawValue | undefined {
  const value = data[at];
  if (value === undefined) return undefined;
  if (datatype === 'BOOL') return value !== 0;
  return datatype === 'FP16' ? fromHalfBits(value as number) : value;
}
