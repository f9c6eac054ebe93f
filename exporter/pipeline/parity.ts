import { durationSeconds, type ParityConfig } from '@modelwatch/core';
import { createBreaker } from '../models/upstream/breaker.js';
import type { Tensor } from '../models/open-inference/tensor.js';
import { lookupBody, nameInAnswer, readLookup, type EntityRows, type OfflineValue } from './feature-lookup.js';
import { columnOf, type FindColumn } from './feature-column.js';
import { isSampled } from './is-sampled.js';
import type { AnsweredRequest } from './watched-model.js';

export const PARITY_OUTCOMES = ['compared', 'failed', 'timed_out', 'circuit_open', 'dropped', 'skipped'] as const;
export type ParityOutcome = (typeof PARITY_OUTCOMES)[number];
export const PARITY_VALUE_OUTCOMES = ['matched', 'mismatched', 'missing_offline'] as const;
export type ParityValueOutcome = (typeof PARITY_VALUE_OUTCOMES)[number];

/** Asks the feature server; resolves with its text, or undefined for anything but 200. Rejects where there is none, or the signal says so. */
export type Lookup = (body: string, signal: AbortSignal) => Promise<string | undefined>;

/** Sampled predictions against a feature server, off the path of every answer. */
export interface Parity {
  readonly inFlight: number;
  readonly outcomes: Readonly<Record<ParityOutcome, number>>;
  readonly values: ReadonlyMap<string, Readonly<Record<ParityValueOutcome, number>>>;
  /** Looks an answered request up, should its id be among the sampled. Never throws, never waits. */
  offer(answered: AnsweredRequest): void;
}

export interface ParityOptions {
  readonly config: ParityConfig;
  readonly findColumn: FindColumn;
  readonly lookup: Lookup;
  readonly monotonicSeconds: () => number;
  /** A fault of our own: it cost one look-up. */
  readonly onFault: (fault: unknown) => void;
}

export const PARITY_ROWS_MAX = 64;

export function createParity({ config, findColumn, lookup, monotonicSeconds, onFault }: ParityOptions): Parity {
  const outcomes: Record<ParityOutcome, number> = { compared: 0, failed: 0, timed_out: 0, circuit_open: 0, dropped: 0, skipped: 0 };
  const features = Object.entries(config.features);
  const values = new Map(features.map(([name]) => [name, { matched: 0, mismatched: 0, missing_offline: 0 }]));
  const breaker = createBreaker(config.breakerFailures, durationSeconds(config.breakerPause));
  const deadlineMilliseconds = durationSeconds(config.deadline) * 1000;
  const references = features.map(([, reference]) => reference);
  let inFlight = 0;

  const column = (inputs: readonly Tensor[], name: string): readonly OfflineValue[] | undefined => {
    const values = columnOf(inputs, name, findColumn);
    return values && Array.from({ length: Math.min(values.rows, PARITY_ROWS_MAX) }, (_, row) => offlineValue(values.at(row)));
  };
  const entitiesOf = (inputs: readonly Tensor[]): EntityRows | undefined => {
    const entities: Record<string, readonly (string | number)[]> = {};
    for (const [key, name] of Object.entries(config.entities)) {
      const keys = column(inputs, name);
      if (keys === undefined || keys.length === 0 || !keys.every(isKey)) return undefined;
      entities[key] = keys;
    }
    const [first, ...others] = Object.values(entities);
    return others.every((keys) => keys.length === first!.length) ? entities : undefined;
  };
  const compare = (text: string, served: readonly (readonly OfflineValue[] | undefined)[], rows: number): boolean => {
    const offline = readLookup(text, rows);
    if (offline === undefined) return false;
    for (const [i, [name, reference]] of features.entries()) {
      const counts = values.get(name)!;
      const column = offline.get(nameInAnswer(reference));
      for (let row = 0; row < rows; row++) {
        const expected = column?.[row];
        if (expected === undefined) counts.missing_offline++;
        else if (agree(served[i]?.[row] ?? null, expected, config.toleranceRelative)) counts.matched++;
        else counts.mismatched++;
      }
    }
    return true;
  };
  const send = async (entities: EntityRows, served: readonly (readonly OfflineValue[] | undefined)[]): Promise<ParityOutcome> => {
    const signal = AbortSignal.timeout(deadlineMilliseconds);
    try {
      const text = await lookup(lookupBody(references, entities), signal);
      if (text !== undefined && compare(text, served, Object.values(entities)[0]!.length)) {
        breaker.succeeded();
        return 'compared';
      }
      breaker.failed(monotonicSeconds());
      return 'failed';
    } catch {
      breaker.failed(monotonicSeconds());
      return signal.aborted ? 'timed_out' : 'failed';
    }
  };
  const outcomeNow = (answered: AnsweredRequest): ParityOutcome | undefined => {
    const entities = entitiesOf(answered.inputs);
    if (entities === undefined) return 'skipped';
    if (inFlight >= config.inFlightMax) return 'dropped';
    if (!breaker.admit(monotonicSeconds())) return 'circuit_open';
    // Read now: the tensors are not kept until the server has answered.
    const served = features.map(([name]) => column(answered.inputs, name));
    inFlight++;
    void send(entities, served).then((outcome) => {
      inFlight--;
      outcomes[outcome]++;
    }, onFault);
    return undefined;
  };
  return {
    get inFlight() {
      return inFlight;
    },
    outcomes,
    values,
    offer(answered) {
      if (!isSampled(answered.id, config.share)) return;
      try {
        const outcome = outcomeNow(answered);
        if (outcome !== undefined) outcomes[outcome]++;
      } catch (fault) {
        outcomes.failed++;
        onFault(fault);
      }
    },
  };
}

const isKey = (value: OfflineValue): value is string | number => (typeof value === 'string' ? value !== '' : typeof value === 'number');

/** A value as JSON: whole numbers of 64 bits as numbers where these are exact, missing ones as null. */
function offlineValue(value: number | bigint | string | boolean): OfflineValue {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  return value === '' || Number.isNaN(value) ? null : value;
}

/** Whether two values are the same: numbers within a share of the greater, true as 1, text exactly. */
function agree(served: OfflineValue, offline: OfflineValue, toleranceRelative: number): boolean {
  const [a, b] = [numberOrSame(served), numberOrSame(offline)];
  if (typeof a !== 'number' || typeof b !== 'number') return a === b || (a !== null && b !== null && String(a) === String(b));
  return Math.abs(a - b) <= toleranceRelative * Math.max(Math.abs(a), Math.abs(b));
}

const numberOrSame = (value: OfflineValue): OfflineValue => (typeof value === 'boolean' ? Number(value) : value);
