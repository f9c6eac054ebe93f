/** A sample of every series so often: two of them make the rate of five minutes, which Prometheus 2 takes with both its ends. */
export const STEP_SECONDS = 300;
export const HOUR_STEPS = 3600 / STEP_SECONDS;
export const DAY_STEPS = 24 * HOUR_STEPS;

/** A feature, with what the hour and the weekend do to it. In units of its standard deviation within one hour. */
export type SimulatedFeature = {
  readonly name: string;
  /** How far its mean swings from the middle of the day's rhythm. */
  readonly daily: number;
  /** The hour at which it is greatest. */
  readonly peakHour: number;
  /** How far the weekend moves it. */
  readonly weekend: number;
  readonly missing: number;
} & ({ readonly kind: 'numeric' } | { readonly kind: 'categorical'; readonly shares: readonly number[] });

export interface SimulatedSlice {
  readonly value: string;
  readonly share: number;
  /** How far scores of the slice are from those of all, in standard deviations: it is easier or harder than the whole. */
  readonly offset: number;
}

/** A new version of the model, with a baseline of its own. Counters of features, requests and outputs begin anew with it. */
export interface Deploy {
  readonly hour: number;
}

/** One model that a simulation watches, and the world it stands in. */
export interface SimulatedModel {
  readonly name: string;
  readonly seed: number;
  readonly days: number;
  readonly critical: boolean;
  readonly replicas: number;
  /** Mean over a working day. */
  readonly requestsPerSecond: number;
  /** 0.6: at the top of the day 1.6 times the mean, at its bottom 0.4 times. */
  readonly dailyVolume: number;
  /** Requests of a day of the weekend by those of a working day. */
  readonly weekendVolume: number;
  readonly features: readonly SimulatedFeature[];
  readonly slices: readonly SimulatedSlice[];
  readonly latencyMedianSeconds: number;
  readonly truthDelayHours: number;
  readonly deploys: readonly Deploy[];
  /** Hours at which the first replica dies and comes back. */
  readonly restarts: readonly number[];
}

const numeric = (name: string, daily: number, peakHour: number, weekend: number, missing = 0.002): SimulatedFeature => ({
  kind: 'numeric',
  name,
  daily,
  peakHour,
  weekend,
  missing,
});
const categorical = (name: string, daily: number, peakHour: number, weekend: number, shares: readonly number[]): SimulatedFeature => ({
  kind: 'categorical',
  name,
  daily,
  peakHour,
  weekend,
  missing: 0.001,
  shares,
});

/** Five features as a shop's model has them, swinging with the day by so many standard deviations. */
export const featuresOf = (swing: number): readonly SimulatedFeature[] => [
  numeric('basket_value', 0.9 * swing, 20, 0.5 * swing),
  numeric('session_seconds', 1.2 * swing, 22, 0.4 * swing),
  numeric('account_age_days', 0.2 * swing, 9, 0.1 * swing),
  numeric('distance_meters', 0.5 * swing, 13, -0.4 * swing, 0.03),
  categorical('device', 0.9 * swing, 21, 0.5 * swing, [0.42, 0.3, 0.15, 0.08, 0.05]),
];

const SLICES: readonly SimulatedSlice[] = [
  { value: 'north', share: 0.45, offset: 0 },
  { value: 'south', share: 0.3, offset: 0.1 },
  { value: 'east', share: 0.18, offset: -0.1 },
  { value: 'west', share: 0.07, offset: 0.2 },
];

const ORDINARY: Omit<SimulatedModel, 'name' | 'seed'> = {
  days: 28,
  critical: false,
  replicas: 1,
  requestsPerSecond: 2,
  dailyVolume: 0.6,
  weekendVolume: 0.7,
  features: featuresOf(1),
  slices: SLICES,
  latencyMedianSeconds: 0.04,
  truthDelayHours: 3,
  deploys: [],
  restarts: [],
};

export const simulatedModel = (own: Pick<SimulatedModel, 'name' | 'seed'> & Partial<SimulatedModel>): SimulatedModel => ({
  ...ORDINARY,
  ...own,
});
