/** A value of a sample after its mask. */
export type ApiMaskedValue = number | string | boolean | null;

/** What is kept of one request. */
export interface ApiSample {
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
  readonly inputs?: readonly Readonly<Record<string, ApiMaskedValue>>[];
  /** The watched output of the same rows. */
  readonly outputs?: readonly (number | null)[];
}

/** The answer of `GET /v1/models/:model/samples`, the latest first. */
export interface SamplesAnswer {
  readonly samples: readonly ApiSample[];
  /** Where the next page begins, as `before`. */
  readonly next?: string;
}
