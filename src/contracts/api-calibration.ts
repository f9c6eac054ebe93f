import type { Role } from './prediction.js';
import type { IntervalReading, Reading } from './reading.js';

/** Joined predictions whose score lies above `from` and not above `to`; the first bin holds 0 as well. */
export interface ApiCalibrationBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Absent where the bin is empty. */
  readonly meanScore?: number;
  /** The share that came true, with Wilson's interval; undetermined where the bin is empty. */
  readonly observedRate: IntervalReading;
}

/** How far the scores of one version are from the shares that came true. */
export interface ApiVersionCalibration {
  readonly version: string;
  readonly role: Role;
  readonly count: number;
  /** Joined predictions without a score within 0..1. */
  readonly missing: number;
  readonly expectedCalibrationError: Reading;
  readonly bins: readonly ApiCalibrationBin[];
}

/** The answer of `GET /v1/models/:model/calibration`. Of a regression there are no versions: an estimate is no probability. */
export interface CalibrationAnswer {
  readonly model: string;
  readonly outputKind: 'probability' | 'regression';
  /** Of the intervals. */
  readonly confidence: number;
  /** Bars of the alerts, as configured. */
  readonly bars: { readonly calibrationErrorMax: number };
  readonly versions: readonly ApiVersionCalibration[];
}
