import { durationSeconds, type BaselineFeature, type ParityConfig, type PredictionBatch } from '@modelwatch/core';
import { categoryDigest } from '../baseline/private-features.js';
import { createBreaker } from '../models/upstream/breaker.js';
import { lookupBody, nameInAnswer, readLookup, type EntityRows, type OfflineValue } from './feature-lookup.js';
import { columnOf, type FindColumn } from './feature-column.js';
import { hashRatio, isSampled } from './is-sampled.js';
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
  offer(answered: Pick<AnsweredRequest, 'id' | 'inputs'>): void;
  /** Looks those of some ingested predictions up whose ids are among the sampled: one look-up for all of them. Never throws, never waits. */
  offerEvents(batch: Pick<PredictionBatch, 'ids' | 'features'>, rows: readonly number[]): void;
}

export interface ParityOptions {
  readonly config: ParityConfig;
  readonly findColumn: FindColumn;
  /** The baseline's features, in order: ingested predictions have these alone. */
  readonly baselineFeatures: readonly Pick<BaselineFeature, 'name' | 'kind' | 'private'>[];
  readonly lookup: Lookup;
  readonly monotonicSeconds: () => number;
  /** A fault of our own: it cost one look-up. */
  readonly onFault: (fault: unknown) => void;
}

type Value = number | bigint | string | boolean | null | undefined;

/** What is offered to be looked up: an id that decides which rows, and columns by the name of an input or a feature. */
interface OfferedRows {
  readonly id: string;
  column(name: string): { readonly rows: number; at(row: number): Value } | undefined;
  /** How values of a private feature were put; undefined where they are as they were sent. */
  digest?(name: string): ((value: string) => string) | undefined;
}

/** By feature: the values that were served, and how those of a private one were put. */
interface Served {
  readonly served: readonly (readonly OfflineValue[] | undefined)[];
  readonly digests: readonly (((value: string) => string) | undefined)[];
}

interface Chosen {
  readonly rows: readonly number[];
  readonly entities: EntityRows;
}

export function createParity({ config, findColumn, baselineFeatures, lookup, monotonicSeconds, onFault }: ParityOptions): Parity {
  const names = baselineFeatures.map(({ name }) => name);
  const digests = new Map(baselineFeatures.map((feature) => [feature.name, categoryDigest(feature)]));
  const outcomes: Record<ParityOutcome, number> = { compared: 0, failed: 0, timed_out: 0, circuit_open: 0, dropped: 0, skipped: 0 };
  const features = Object.entries(config.features);
  const values = new Map(features.map(([name]) => [name, { matched: 0, mismatched: 0, missing_offline: 0 }]));
  const breaker = createBreaker(config.breakerFailures, durationSeconds(config.breakerPause));
  const deadlineMilliseconds = durationSeconds(config.deadline) * 1000;
  const references = features.map(([, reference]) => reference);
  let inFlight = 0;

  /** The rows that are looked up, with their join keys; a row without one of them is left out. Undefined where none is left. */
  const entitiesOf = ({ id, column, digest }: OfferedRows): Chosen | undefined => {
    const columns = Object.entries(config.entities).map(
      ([key, name]) => [key, digest?.(name) === undefined ? column(name) : undefined] as const,
    );
    const all = columns[0]?.[1]?.rows ?? 0;
    if (!columns.every(([, values]) => values?.rows === all)) return undefined;
    const rows = spreadRows(id, all, config.rowsMax).filter((row) => columns.every(([, values]) => isKey(offlineValue(values!.at(row)))));
    if (rows.length === 0) return undefined;
    return { rows, entities: Object.fromEntries(columns.map(([key, values]) => [key, rows.map((row) => keyOf(values!.at(row)))])) };
  };
  const compare = (text: string, { served, digests }: Served, rows: number): boolean => {
    const offline = readLookup(text, rows);
    if (offline === undefined) return false;
    for (const [i, [name, reference]] of features.entries()) {
      const counts = values.get(name)!;
      const column = offline.get(nameInAnswer(reference));
      for (let row = 0; row < rows; row++) {
        const given = column?.[row];
        const digest = digests[i];
        const expected = digest === undefined || given === undefined || given === null ? given : digest(String(given));
        if (expected === undefined) counts.missing_offline++;
        else if (agree(served[i]?.[row] ?? null, expected, config.toleranceRelative)) counts.matched++;
        else counts.mismatched++;
      }
    }
    return true;
  };
  const send = async (entities: EntityRows, served: Served): Promise<ParityOutcome> => {
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
  const outcomeNow = (offered: OfferedRows): ParityOutcome | undefined => {
    const chosen = entitiesOf(offered);
    if (chosen === undefined) return 'skipped';
    if (inFlight >= config.inFlightMax) return 'dropped';
    if (!breaker.admit(monotonicSeconds())) return 'circuit_open';
    // Read now: tensors and columns are not kept until the server has answered.
    const served = features.map(([name]) => {
      const values = offered.column(name);
      return values && chosen.rows.map((row) => offlineValue(values.at(row)));
    });
    inFlight++;
    void send(chosen.entities, { served, digests: features.map(([name]) => offered.digest?.(name)) }).then((outcome) => {
      inFlight--;
      outcomes[outcome]++;
    }, onFault);
    return undefined;
  };
  const lookUp = (offered: OfferedRows) => {
    try {
      const outcome = outcomeNow(offered);
      if (outcome !== undefined) outcomes[outcome]++;
    } catch (fault) {
      outcomes.failed++;
      onFault(fault);
    }
  };
  return {
    get inFlight() {
      return inFlight;
    },
    outcomes,
    values,
    offer({ id, inputs }) {
      if (isSampled(id, config.share)) lookUp({ id, column: (name) => columnOf(inputs, name, findColumn) });
    },
    offerEvents({ ids, features: columns }, rows) {
      const sampled = rows.filter((row) => isSampled(ids[row]!, config.share));
      if (sampled.length === 0) return;
      lookUp({
        id: ids[sampled[0]!]!,
        digest: (name) => digests.get(name),
        column(name) {
          const values = columns[names.indexOf(name)];
          return values && { rows: sampled.length, at: (row) => values[sampled[row]!] };
        },
      });
    },
  };
}

/**
 * Rows of a request, all of them up to `rowsMax`; of more, so many at even distances from a place that the id decides, so that each row is as
 * likely to be looked up as any other.
 */
export function spreadRows(id: string, rows: number, rowsMax: number): number[] {
  if (rows <= rowsMax) return Array.from({ length: rows }, (_, row) => row);
  // Another hash than that which has chosen the request.
  const offset = hashRatio(`rows of ${id}`);
  return Array.from({ length: rowsMax }, (_, i) => Math.floor(((i + offset) * rows) / rowsMax));
}

const isKey = (value: OfflineValue): value is string | number => typeof value === 'string' || typeof value === 'number';

const keyOf = (value: Value): string | number => offlineValue(value) as string | number;

/** A value as JSON: whole numbers of 64 bits as numbers where these are exact, missing ones as null. */
function offlineValue(value: Value): OfflineValue {
  if (value === undefined) return null;
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
