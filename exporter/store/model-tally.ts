/** Counts of one model over all its versions. Each field only grows, apart from `pending`. Kept in the store. */
export interface ModelTally {
  readonly model: string;
  /** Ground truth accepted: joined, early or late; duplicates and conflicts excluded. */
  received: number;
  /** Ground truth that was there already with the same value. */
  duplicates: number;
  /** Ground truth that was there already with another value; the first wins. */
  conflicts: number;
  /** Ground truth whose prediction's horizon had passed when it came; counted in `unmatched` as well. */
  late: number;
  /** Ground truth that was not joined: late, or its own horizon passed without a prediction. */
  unmatched: number;
  /** When the newest ground truth became known, by its own time and no later than it arrived; 0 before there is any. */
  newestTruthSeconds: number;
  /** Events ingested, by kind, duplicates apart. */
  readonly events: Record<EventKind, { received: number; duplicates: number }>;
  /** Predictions waiting for ground truth now. Not kept: counted at the start. */
  pending: number;
}

export type EventKind = 'prediction' | 'request' | 'response';

export function emptyModelTally(model: string): ModelTally {
  const none = () => ({ received: 0, duplicates: 0 });
  return {
    model,
    received: 0,
    duplicates: 0,
    conflicts: 0,
    late: 0,
    unmatched: 0,
    newestTruthSeconds: 0,
    events: { prediction: none(), request: none(), response: none() },
    pending: 0,
  };
}
