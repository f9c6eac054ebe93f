import type { GroundTruth, Role } from '@modelwatch/core';
import type { Result } from '../../errors.js';
import type { BookName } from '../books/index.js';
import type { HistogramCounts } from '../histogram-counts.js';
import type { ModelTally } from '../model-tally.js';
import type { StoreOpenCode } from '../open-error.js';
import type { PairedJSON, PairedSliceJSON } from '../paired-tally.js';
import type { EventsJSON, QualityJSON, SliceJSON } from '../series-tally.js';
import type { AllBookGauges } from './bookkeeper.js';
import type { EventBatch, PayloadHalf, PayloadOutcome, PredictionOutcome, StoreModel, TruthOutcome } from '../store.js';

/** Predictions of one series from the inference path, not acknowledged. `slices` by slice, then by row; empty where no row has one. */
export interface RecordMessage {
  readonly kind: 'record';
  readonly model: string;
  readonly version: string;
  readonly role: Role;
  readonly nowSeconds: number;
  readonly ids: readonly string[];
  readonly timesSeconds: Float64Array;
  readonly outputs: Float64Array;
  readonly slices: readonly (readonly (string | undefined)[])[];
  readonly sliceNames?: readonly string[] | undefined;
}

/** What is acknowledged: `ticket` names the promise that waits for it. `nowSeconds` is when it arrived: the store's thread has no clock. */
export type IngestMessage = { readonly ticket: number; readonly nowSeconds: number } & (
  | { readonly kind: 'predictions'; readonly batch: EventBatch }
  | { readonly kind: 'truths'; readonly truths: readonly GroundTruth[] }
  | { readonly kind: 'payload'; readonly half: PayloadHalf; readonly keyName?: string | undefined }
);

/** One operation of a book, for whoever waits at `ticket`. Which argument belongs to which operation is checked where the ask is made. */
export interface AskMessage {
  readonly kind: 'ask';
  readonly ticket: number;
  readonly nowSeconds: number;
  readonly book: BookName;
  readonly access: 'writes' | 'reads';
  readonly operation: string;
  readonly argument: unknown;
}

/** From here on, other models are configured. */
export interface UseMessage {
  readonly kind: 'use';
  readonly nowSeconds: number;
  readonly models: readonly StoreModel[];
}

/** Lets time pass: expires what is due, and tries again where the disk failed. */
export interface TickMessage {
  readonly kind: 'tick';
  readonly nowSeconds: number;
}

export type WriteMessage = RecordMessage | IngestMessage | AskMessage | UseMessage | TickMessage;
export type ToWorker = { readonly kind: 'write'; readonly messages: readonly WriteMessage[] } | { readonly kind: 'close' };

export type IngestOutcome = readonly PredictionOutcome[] | readonly TruthOutcome[] | PayloadOutcome;
export type Outcome = IngestOutcome | Result<unknown>;

export interface SeriesUpdate {
  readonly model: string;
  readonly version: string;
  readonly role: Role;
  readonly quality?: QualityJSON;
  readonly events?: EventsJSON;
  /** Those whose counts changed. */
  readonly slices: readonly SliceJSON[];
  readonly paired?: PairedUpdate;
}

/** How a challenger compares with its champion: over all, and the slices whose counts changed. */
export interface PairedUpdate {
  readonly counts: PairedJSON;
  readonly slices: readonly PairedSliceJSON[];
}

/** What the store's tables hold now, and what was dropped since it was opened. */
export interface LedgerGauges {
  /** Predictions and ground truth waiting for each other. */
  readonly waiting: number;
  readonly settled: number;
  readonly payloads: number;
  /** Versions that are neither served nor compared any more, whose counts are kept; and how many each model may have of them, all together. */
  readonly retired: number;
  readonly retiredCapacity: number;
  readonly dropped: LedgerDrops;
  readonly books: AllBookGauges;
}

export interface LedgerDrops {
  /** Predictions of the inference path that found as many waiting as allowed. */
  predictionsFull: number;
  /** Predictions of the inference path whose id was there already. */
  predictionsDuplicate: number;
  /** Ground truth refused because as much as allowed was waiting. */
  truthsFull: number;
  /** Ingested predictions that were counted but do not wait, for the same reason. */
  unpaired: number;
  /** Remembered pairs forgotten before their horizon, to keep their number bounded. */
  settledFull: number;
  payloadsFull: number;
  /** Halves whose other half did not come in time. */
  payloadsExpired: number;
  /** Halves sealed by a key that is no more, when another half of their exchange came. */
  payloadsUnreadable: number;
  /** Retired versions whose counts were taken away, to keep their number bounded. */
  retiredSuperseded: number;
}

/** What changed by one commit. */
export interface LedgerReport {
  /** Everything there is, in place of all that was told before. */
  readonly whole: boolean;
  readonly models: readonly ModelTally[];
  readonly series: readonly SeriesUpdate[];
  readonly gauges: LedgerGauges;
}

export interface Ack {
  readonly ticket: number;
  readonly outcome: Outcome;
}

/** What the store's thread posts after each commit. */
export interface CommitNotice {
  readonly kind: 'commit';
  readonly acks: readonly Ack[];
  /** Rows of record messages that were written. */
  readonly recordRows: number;
  readonly sizeBytes: number;
  readonly commitSeconds: HistogramCounts;
  readonly report: LedgerReport;
}

/**
 * `failed`: the disk did; the thread has ended, what it had not acknowledged is not on disk, and another thread may try. `refused`: the file
 * cannot be opened, and trying again would not help.
 */
export type FromWorker =
  | CommitNotice
  | { readonly kind: 'opened' }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'refused'; readonly code: StoreOpenCode; readonly message: string }
  | { readonly kind: 'closed' };
