import { binLabels, chiSquareQuantile, type Binning } from '@modelwatch/core';
import type { Conditions } from './conditions.js';
import { normalShare, type Draws } from './draws.js';
import { mixtureQuantiles, seasonShift, trainingHours, type Days } from './seasons.js';
import type { SimulatedFeature, SimulatedModel } from './simulated-model.js';

export const SIGNIFICANCE = 0.001;
const BASELINE_VALUES = 20_000;
/** Values farther out than this were never seen in training. */
const RANGE_DEVIATIONS = 5;
const DECILES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/** A feature as a baseline has it: its bins, and the share of each at any hour. */
export interface FeatureWorld {
  readonly feature: SimulatedFeature;
  readonly labels: readonly string[];
  /** Shares of the bins when the mean is so far from the middle of the rhythm and values are scaled so. */
  readonly sharesAt: (shift: number, scale: number) => readonly number[];
  /** Share of values beyond what training saw. */
  readonly outOfRangeAt: (shift: number, scale: number) => number;
  /** Shares over the whole weeks of training. */
  readonly trainingShares: readonly number[];
}

export function featureWorlds(model: SimulatedModel): readonly FeatureWorld[] {
  const { hours, weights } = trainingHours(model);
  return model.features.map((feature) => {
    const shifts = hours.map((hour) => seasonShift(feature, hour));
    const world = feature.kind === 'numeric' ? numericWorld(shifts, weights) : categoricalWorld(feature.shares);
    const trainingShares = world.labels.map((_, bin) =>
      shifts.reduce((sum, shift, i) => sum + weights[i]! * world.sharesAt(shift, 1)[bin]!, 0),
    );
    return { feature, trainingShares, ...world };
  });
}

type BinShares = Pick<FeatureWorld, 'labels' | 'sharesAt' | 'outOfRangeAt'>;

function numericWorld(shifts: readonly number[], weights: readonly number[]): BinShares {
  const edges = mixtureQuantiles(DECILES, shifts, weights).map((edge) => Number(edge.toFixed(3)));
  const binning: Binning = { kind: 'numeric', edges, min: -RANGE_DEVIATIONS, max: RANGE_DEVIATIONS };
  return {
    labels: binLabels(binning),
    sharesAt(shift, scale) {
      const below = edges.map((edge) => normalShare((edge - shift) / scale));
      return [...below, 1].map((share, i) => share - (i === 0 ? 0 : below[i - 1]!));
    },
    outOfRangeAt: (shift, scale) => normalShare((-RANGE_DEVIATIONS - shift) / scale) + 1 - normalShare((RANGE_DEVIATIONS - shift) / scale),
  };
}

/** The rhythm draws shares towards the first categories or away from them. */
function categoricalWorld(shares: readonly number[]): BinShares {
  const categories = shares.map((_, i) => `c${i}`);
  return {
    labels: binLabels({ kind: 'categorical', categories, known: categories }),
    sharesAt(shift) {
      const drawn = shares.map((share, i) => share * Math.exp(shift * (0.5 - i / (shares.length - 1))));
      const total = drawn.reduce((sum, share) => sum + share, 0);
      return [...drawn.map((share) => share / total), 0, 0];
    },
    outOfRangeAt: () => 0,
  };
}

/** How far a feature is moved at an hour by its season, by its day, and by what went wrong. */
export function shiftAt(world: FeatureWorld, index: number, hour: number, days: Days, { shift }: Conditions): number {
  const ofDay = days.shift[Math.floor(hour / 24)]![index]!;
  return seasonShift(world.feature, hour) + ofDay + (shift.get(world.feature.name) ?? 0);
}

/** What one version's baseline says of a feature: shares of rows drawn for it, so that it has the error of a sample. */
export function drawBaseline({ trainingShares }: Pick<FeatureWorld, 'trainingShares'>, draws: Draws) {
  const counts = draws.multinomial(BASELINE_VALUES, trainingShares);
  return {
    values: BASELINE_VALUES,
    shares: [...counts].map((count) => count / BASELINE_VALUES),
    chiSquareQuantile: chiSquareQuantile(1 - SIGNIFICANCE, trainingShares.length - 1),
  };
}
