/** How far a replay is. Changed in place while it runs. */
export interface ReplayProgress {
  /** Rows answered with 2xx. */
  rows: number;
  /** Requests sent and not yet answered. */
  underWay: number;
  /** Time of the last row sent, in seconds since the epoch as the file says it. */
  fileSeconds: number | undefined;
  groundTruthPosted: number;
  /** Ground truth whose delay has not passed, or whose posting is under way. */
  groundTruthPending: number;
  /** By kind: an error code of the server, `http_<status>`, a code of the network, or what is wrong with a row. */
  readonly errors: Map<string, number>;
}

export function createProgress(): ReplayProgress {
  return { rows: 0, underWay: 0, fileSeconds: undefined, groundTruthPosted: 0, groundTruthPending: 0, errors: new Map() };
}

/** Kinds come from the server, so their number is bounded. */
const ERROR_KINDS_MAX = 20;

export function countError({ errors }: ReplayProgress, kind: string): void {
  const key = errors.has(kind) || errors.size < ERROR_KINDS_MAX ? kind : 'other';
  errors.set(key, (errors.get(key) ?? 0) + 1);
}

export function errorCount({ errors }: ReplayProgress): number {
  let count = 0;
  for (const ofKind of errors.values()) count += ofKind;
  return count;
}
