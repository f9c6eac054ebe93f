import type { MaskedValue } from './mask.js';

/** What is kept of one request. */
export interface Sample {
  readonly id: string;
  readonly timeSeconds: number;
  readonly model: string;
  readonly version: string;
  readonly failing: boolean;
  /** The code of the error; `ordinary` where there was none. */
  readonly reason: string;
  readonly status: number;
  readonly traceId?: string;
  /** Rows that the request had; undefined where it could not be read, and nothing of its inputs is kept. */
  readonly rows?: number;
  /** Masked, by feature, for the first rows. */
  readonly inputs?: readonly Readonly<Record<string, MaskedValue>>[];
  /** The watched output of the same rows. */
  readonly outputs?: readonly (number | null)[];
}
