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

/** An event that was refused. */
export interface RefusedEvent {
  readonly status: number;
  readonly reason: string;
  /** As the event has them: of any form. */
  readonly features: Readonly<Record<string, unknown>>;
}

/** Samples the requests of one model: failing ones, up to so many a minute, and a share of the others. Cheap: masking happens in the keeper. */
export interface Sampler {
  offerFailed(request: FailedRequest): void;
  /** A prediction that was scored elsewhere and is not taken: it counts among the failing requests. */
  offerEvent(event: RefusedEvent): void;
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
/** Characters of text that a feature of an event has at most. */
const EVENT_TEXT_LENGTH_MAX = 4096;

export function createSampler({ config, samples, baseline, output, keeper, clock }: SamplerOptions): Sampler {
  const { name: model, champion, inputs: configured } = config;
  const maskOf = createMasks(samples, config.private, keeper.key);
  const ordered = (baseline?.features ?? []).map(({ name }) => name);
  const known = new Set([...ordered, ...Object.keys(samples.masks)]);
  const columnsOf = columnReader(configured, { ordered, known }, maskOf);
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
    read: MaskedRows | undefined,
    outputs?: readonly Tensor[],
  ): Sample => {
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

  const rowsOf = (inputs: readonly Tensor[] | undefined) => (inputs === undefined ? undefined : columnsOf(inputs, samples.rowsMax));
  /** Whether a failing request is to be sampled; counted either way. */
  const takesFailing = (): boolean => {
    if (!samples.failing) return false;
    const limited = isLimited();
    counts[limited ? 'limited' : 'failing']++;
    return !limited;
  };

  return {
    offerFailed(request) {
      if (!takesFailing()) return;
      const timeSeconds = clock.nowSeconds();
      keeper.take({ bytes: request.bytes, make: () => sampleOf(request, timeSeconds, rowsOf(request.inputs())) });
    },
    offerEvent({ features, ...event }) {
      if (!takesFailing()) return;
      const timeSeconds = clock.nowSeconds();
      const [values, bytes] = knownValues(features, known);
      keeper.take({ bytes, make: () => sampleOf(event, timeSeconds, maskedRow(values, maskOf)) });
    },
    offer({ id, inputs, outputs }) {
      // Another part of the ids than that which others sample would be no more representative.
      if (samples.share === 0 || !isSampled(id, samples.share)) return;
      counts.ordinary++;
      const timeSeconds = clock.nowSeconds();
      const bytes = bytesOf(inputs) + bytesOf(outputs);
      keeper.take({ bytes, make: () => sampleOf({ status: 200, reason: 'ordinary' }, timeSeconds, rowsOf(inputs), outputs) });
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
  { ordered, known }: { readonly ordered: readonly string[]; readonly known: ReadonlySet<string> },
  maskOf: (feature: string) => Mask | undefined,
) {
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

/** Of an event the features that are known, and about what they keep in memory. What is no value of a feature, or is longer than one, is let go. */
function knownValues(features: Readonly<Record<string, unknown>>, known: ReadonlySet<string>): readonly [Map<string, RawValue>, number] {
  const values = new Map<string, RawValue>();
  let bytes = 0;
  for (const name of known) {
    const value = Object.hasOwn(features, name) ? features[name] : undefined;
    if (value !== null && !['string', 'number', 'boolean'].includes(typeof value)) continue;
    if (typeof value === 'string' && value.length > EVENT_TEXT_LENGTH_MAX) continue;
    values.set(name, value as RawValue);
    bytes += typeof value === 'string' ? value.length : 8;
  }
  return [values, bytes];
}

function maskedRow(values: ReadonlyMap<string, RawValue>, maskOf: (feature: string) => Mask | undefined): MaskedRows {
  const shown = [...values].flatMap(([name, value]) => {
    const masked = maskOf(name)?.(value);
    return masked === undefined ? [] : [[name, masked] as const];
  });
  return { rows: 1, inputs: [Object.fromEntries(shown)] };
}

function valueAt({ data, datatype }: Tensor, at: number): RawValue | undefined {
  const value = data[at];
  if (value === undefined) return undefined;
  if (datatype === 'BOOL') return value !== 0;
  return datatype === 'FP16' ? fromHalfBits(value as number) : value;
}
