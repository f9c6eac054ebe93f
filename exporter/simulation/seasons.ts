import { normalShare, type Draws } from './draws.js';
import type { SimulatedFeature, SimulatedModel } from './simulated-model.js';

const HOURS_OF_A_WEEK = 168;
/** Days differ by more than chance: weather, campaigns, news. */
const DAY_VOLUME_DEVIATION = 0.08;
const DAY_MIX_DEVIATION = 0.06;

/** A day of the week and an hour of the day. Time begins at the epoch, which was a Thursday. */
export function calendarOf(hour: number): { readonly hourOfDay: number; readonly isWeekend: boolean } {
  const weekday = (Math.floor(hour / 24) + 4) % 7;
  return { hourOfDay: hour % 24, isWeekend: weekday === 0 || weekday === 6 };
}

const wave = (hourOfDay: number, peakHour: number): number => Math.cos((2 * Math.PI * (hourOfDay - peakHour)) / 24);

/** Requests a second that are expected at an hour, apart from what the day has of its own. */
export function requestRate(model: SimulatedModel, hour: number): number {
  const { hourOfDay, isWeekend } = calendarOf(hour);
  return model.requestsPerSecond * (1 + model.dailyVolume * wave(hourOfDay, 15)) * (isWeekend ? model.weekendVolume : 1);
}

/** How far the rhythm of day and week moves a feature, in its standard deviations. */
export function seasonShift({ daily, peakHour, weekend }: SimulatedFeature, hour: number): number {
  const { hourOfDay, isWeekend } = calendarOf(hour);
  return daily * wave(hourOfDay, peakHour) + (isWeekend ? weekend : 0);
}

/** What each day has of its own: a factor of its volume, and a shift of each feature. */
export interface Days {
  readonly volume: readonly number[];
  readonly shift: readonly (readonly number[])[];
}

export function drawDays({ days, features }: SimulatedModel, draws: Draws): Days {
  const each = Array.from({ length: days + 1 }, () => ({
    volume: Math.exp(DAY_VOLUME_DEVIATION * draws.normal()),
    shift: features.map(() => DAY_MIX_DEVIATION * draws.normal()),
  }));
  return { volume: each.map(({ volume }) => volume), shift: each.map(({ shift }) => shift) };
}

/** What a model is trained on: whole weeks, each hour with its part of the traffic. */
export interface TrainingHours {
  readonly hours: readonly number[];
  readonly weights: readonly number[];
}

export function trainingHours(model: SimulatedModel): TrainingHours {
  const hours = Array.from({ length: HOURS_OF_A_WEEK }, (_, hour) => hour + 0.5);
  const rates = hours.map((hour) => requestRate(model, hour));
  const total = rates.reduce((sum, rate) => sum + rate, 0);
  return { hours, weights: rates.map((rate) => rate / total) };
}

/** Quantiles of values whose mean moves with the hour: where the mixture's distribution function passes each share. */
export function mixtureQuantiles(shares: readonly number[], means: readonly number[], weights: readonly number[]): readonly number[] {
  const below = (x: number) => means.reduce((sum, mean, i) => sum + weights[i]! * normalShare(x - mean), 0);
  return shares.map((share) => {
    let [low, high] = [-12, 12];
    for (let i = 0; i < 50; i++) {
      const middle = (low + high) / 2;
      if (below(middle) < share) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  });
}
