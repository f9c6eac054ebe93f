import type { Binning, GroundTruth, PredictionBatch, NumericBinning } from '@modelwatch/core';
import type { Result } from '../errors.js';
import type { BookName, BookReads, BookTellings, BookWrites, TableReading } from './books/index.js';
import type { HistogramCounts } from './histogram-counts.js';
import type { ModelTally } from './model-tally.js';
import type { SeriesTally } from './series-tally.js';
import type { SliceCap } from './slice-values.js';

/**
 * What the store does is told in two facets: predictions with their ground truth, and books, which are durable tables off the hot path.
 * `close` may be called twice.
 */
export interface Store extends PredictionLedger {
  readonly name: string;
  /** The client of a book. Writes are durable before their promise resolves; a store that is down answers `store_unavailable`. */
  book<Name extends BookName>(name: Name): BookClient<Name>;
  /**
   * Exchanges the models: what was sent before is counted as by those before, everything after as by these. Counts go on; those of features and
   * output begin anew where their bins are others. At once, and nothing is refused meanwhile.
   */
  use(models: readonly StoreModel[]): void;
  /** What is exported, as of the last commit. Cheap: reads memory, never the disk. */
  readings(): StoreReadings;
  close(): Promise<void>;
}

/** Asks one book. What an operation takes and gives is said by the book. */
export interface BookClient<Name extends BookName> {
  write<Operation extends string & keyof BookWrites<Name>>(
    operation: Operation,
    argument: ArgumentOf<BookWrites<Name>[Operation]>,
  ): Promise<Result<OutcomeOf<BookWrites<Name>[Operation]>>>;
  /** Rows, at most ROWS_READ_MAX. */
  read<Operation extends string & keyof BookReads<Name>>(
    operation: Operation,
    argument: ArgumentOf<BookReads<Name>[Operation]>,
  ): Promise<Result<OutcomeOf<BookReads<Name>[Operation]>>>;
}

type ArgumentOf<Operation> = Operation extends (argument: infer Argument, nowSeconds: number) => unknown ? Argument : never;
type OutcomeOf<Operation> = Operation extends (argument: never, nowSeconds: number) => infer Outcome ? Outcome : never;

/**
 * Keeps predictions until their ground truth comes, joins the two, and counts each joined pair exactly once, over restarts and crashes.
 *
 * What a promise of `ingest...` acknowledges is on disk: a crash or a power loss does not take it back, and sending it again changes nothing.
 * Every failure is a value, `store_unavailable`; the store heals by itself once its disk does, and inference never waits for it.
 * Time reaches the store through the clock it was opened with.
 */
export interface PredictionLedger {
  /**
   * Predictions of the inference path: copied at once, written soon, not acknowledged. Never throws and never waits; what does not fit the
   * queue is dropped and counted. Features are not counted here, the caller has done so. Cost: below 1 us a row on the calling thread.
   *
   * Those of the role `challenger` are second opinions on predictions that were recorded before: each is kept with the prediction of its id, one
   * a version, and compared with the champion's output when ground truth comes, or at once where it is there. One whose prediction is not
   * there is paired with nothing, and counted.
   */
  recordPredictions(batch: PredictionBatch): void;
  /** Predictions scored elsewhere: durable, counted by feature and output, idempotent by (model, id). One outcome a row. */
  ingestPredictions(batch: EventBatch): Promise<Result<readonly PredictionOutcome[]>>;
  /** Ground truth: durable, joined at once or kept until its prediction comes, idempotent by (model, id). One outcome an item. */
  ingestGroundTruth(truths: readonly GroundTruth[]): Promise<Result<readonly TruthOutcome[]>>;
  /**
   * One half of a prediction, a request or its response: kept until the other half comes, or handed back together with it. What waits sealed by
   * another key than `keyName` nobody can read any more: the half takes its place.
   */
  ingestPayload(half: PayloadHalf, keyName?: string): Promise<Result<PayloadOutcome>>;
}

/** Predictions in columns, each with its own time. Ids are unique within (model, id); of two equal ones in a batch the first wins. */
export interface EventBatch extends PredictionBatch {
  /** When each prediction was made, in seconds since the epoch; `timeSeconds` stands for all where this is left out. */
  readonly timesSeconds?: ArrayLike<number> | undefined;
  /** The payload whose two halves these predictions are: it is settled in the same transaction. */
  readonly payload?: { readonly id: string; readonly kind: PayloadKind } | undefined;
}

/**
 * `duplicate`: there was a prediction of this id already; the first wins and nothing is counted. `over_capacity`: counted by feature and
 * output, but as many predictions as allowed wait for ground truth already, so it will not be joined.
 */
export type PredictionOutcome = 'accepted' | 'duplicate' | 'over_capacity';

/**
 * `joined`: it met its prediction. `early`: it waits for its prediction. `late`: its prediction's horizon had passed; not joined.
 * `duplicate`: the same value was there already. `conflict`: another value was there already; the first wins.
 * `unpaired`: its prediction was counted over capacity and did not wait. `over_capacity`: it would have to wait itself, and as much as
 * allowed waits already; nothing is kept.
 */
export type TruthOutcome = 'joined' | 'early' | 'late' | 'unpaired' | 'duplicate' | 'conflict' | 'over_capacity';

export type PayloadKind = 'request' | 'response';

export interface PayloadHalf {
  readonly model: string;
  /** What request and response share: the Ce-Id. */
  readonly id: string;
  readonly kind: PayloadKind;
  readonly timeSeconds: number;
  /** Headers that say how to read the body, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Name of the key that the body is sealed by; undefined of one that anybody can read. */
  readonly sealedBy?: string | undefined;
}

/**
 * `paired`: the other half was waiting and is handed back; this half is not kept. The caller makes predictions of the two and ingests them
 * with `payload` set, which settles both; until then the other half stays. `duplicate`: this half, or the settled pair, was there already.
 */
export type PayloadOutcome =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'paired'; readonly other: PayloadHalf }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'over_capacity' };

/** What the store must know of a challenger. */
export interface StoreChallenger {
  readonly version: string;
  /** Its outputs at or above it predict the positive class. */
  readonly threshold: number;
  /** Estimates no farther from the truth are right. */
  readonly toleranceAbsolute: number;
}

/** What the store must know of a model. */
export interface StoreModel {
  readonly name: string;
  readonly kind: 'probability' | 'regression';
  /** Outputs at or above it predict the positive class. */
  readonly threshold: number;
  readonly horizonSeconds: number;
  /** The champion's: the counts of other versions are those of retired ones. Left out, no version is retired. */
  readonly servedVersion?: string;
  /** Versions that are compared with the champion on the same predictions. */
  readonly challengers?: readonly StoreChallenger[];
  /** In the order of a batch's slices. */
  readonly slices: readonly SliceCap[];
  /** Bins of the features, in the order of a batch's columns, and of the output, by version. Without them events are not compared. */
  readonly baselines: readonly StoreBaseline[];
}

/** The bins of one version's baseline. */
export interface StoreBaseline {
  readonly version: string;
  readonly features: readonly Binning[];
  readonly output: Binning;
  /** By which joined ground truth is counted; undefined without an evaluation. */
  readonly groundTruth?: NumericBinning | undefined;
}

export interface StoreReadings {
  /** Whether the last write succeeded. */
  readonly up: boolean;
  /** On disk, write-ahead log included. */
  readonly sizeBytes: number;
  /** Durable commits by the buckets of modelwatch_store_commit_duration_seconds. */
  readonly commitSeconds: HistogramCounts;
  readonly queues: readonly QueueReading[];
  readonly models: readonly ModelTally[];
  readonly series: readonly SeriesTally[];
  /** What books tell of themselves beside their rows. */
  readonly books: BookTellings;
}

/** For modelwatch_queue_...: what waits, how much may wait, and what was dropped since the start, by reason. */
export interface QueueReading {
  /**
   * store: inference predictions on their way to the store; ingest: acknowledged items on their way; predictions: predictions and ground
   * truth waiting for each other; settled: pairs remembered to recognise duplicates; payloads: halves waiting for the other; asks: reads and
   * writes of books on their way; retired: versions that are neither served nor compared any more, whose counts are kept; the name of a
   * book: its rows.
   */
  readonly name: 'store' | 'ingest' | 'predictions' | 'settled' | 'payloads' | 'asks' | 'retired' | BookName;
  readonly entries: number;
  readonly capacity: number;
  readonly dropped: Readonly<Record<string, number>>;
  /** Of a book that is bounded in bytes. */
  readonly table?: TableReading;
}
