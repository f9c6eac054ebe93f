import path from 'node:path';
import {
  Confusion,
  Frequencies,
  psi,
  QUALITY_ESTIMATES,
  QUALITY_INTERVALS,
  ScoreBins,
  type AnyQualityInterval,
  type Baseline,
  type ExpectedQuality,
  type IntervalReading,
  type ModelConfig,
  type Reading,
} from '@modelwatch/core';
import { loadBaseline } from '../../baseline/index.js';
import { loadConfig } from '../../config/index.js';
import { createEstimateWatch } from '../../pipeline/estimate-watch.js';
import { binningOf } from '../../pipeline/model-watch.js';
import { FLIGHTS, readRows, scoreRows, valueOf, type TextRow } from './scored-rows.js';

export const CONFIDENCE = 0.95;
/** What is estimated and later realised. */
export const QUALITIES = ['auc', 'accuracy'] as const;
export type QualityName = (typeof QUALITIES)[number];

/** What the sidecar expects of some flights as they leave, and what came true once they had landed. */
export interface Counts {
  readonly flights: number;
  readonly late: number;
  /** Sum of the calibrated scores: flights that are expected to be late. */
  readonly lateExpected: number;
  readonly estimated: Readonly<Record<QualityName, Reading>>;
  readonly realised: Readonly<Record<QualityName, IntervalReading>>;
}

export interface Week extends Counts {
  /** Its Monday, in UTC. */
  readonly monday: string;
  /** Drift of the temperature and of the delay at departure against the baseline. */
  readonly drift: { readonly temp: Reading; readonly dep_delay: Reading };
}

const DAY_MILLISECONDS = 86_400_000;

/** The Monday of a moment's week, in UTC. */
export function mondayOf(time: string): string {
  const day = Math.floor(Date.parse(time) / DAY_MILLISECONDS);
  // Day 0, 1 January 1970, was a Thursday.
  return new Date((day - ((day + 3) % 7)) * DAY_MILLISECONDS).toISOString().slice(0, 10);
}

/** Live flights, scored by the champion, and what the sidecar needs to count them. */
interface Scored {
  readonly model: ModelConfig;
  readonly baseline: Baseline;
  readonly rows: readonly TextRow[];
  readonly scores: Float64Array;
}

async function scored(rowsOf: (rows: readonly TextRow[], baseline: Baseline) => readonly TextRow[]): Promise<Scored> {
  const config = await loadConfig(path.join(FLIGHTS, 'modelwatch.yaml'));
  const baseline = await loadBaseline(path.join(FLIGHTS, 'baseline.json'));
  if (!config.ok || !baseline.ok) throw new Error('the configuration or the baseline of the example is at fault');
  const rows = rowsOf(await readRows('live.csv'), baseline.value);
  return { model: config.value.models[0]!, baseline: baseline.value, rows, scores: await scoreRows('champion', baseline.value.features, rows) };
}

/** The live flights through the champion, counted by week with the very counters of the sidecar. */
export async function qualityByWeek(): Promise<readonly Week[]> {
  const all = await scored((rows) => rows);
  const places = new Map<string, number[]>();
  for (const [i, row] of all.rows.entries()) {
    const monday = mondayOf(row['time']!);
    const place = places.get(monday);
    if (place === undefined) places.set(monday, [i]);
    else place.push(i);
  }
  return [...places].map(([monday, ofWeek]) => ({
    monday,
    ...countsOf(all, ofWeek),
    drift: { temp: driftOf(all, ofWeek, 'temp'), dep_delay: driftOf(all, ofWeek, 'dep_delay') },
  }));
}

const WEATHER_HELD = ['temp', 'dewp'];

/** May to September, as it was and with temperature and dew point held at their means in training: what the champion makes of warmth. */
export async function summer(): Promise<{ readonly asItWas: Counts; readonly withWinterWeather: Counts }> {
  const isSummer = (row: TextRow) => row['time']! >= '2013-05' && row['time']! < '2013-10';
  const countAll = (all: Scored) => countsOf(all, [...all.rows.keys()]);
  return {
    asItWas: countAll(await scored((rows) => rows.filter(isSummer))),
    withWinterWeather: countAll(
      await scored((rows, { features }) => {
        const means = features.flatMap((feature) =>
          feature.kind === 'numeric' && WEATHER_HELD.includes(feature.name) ? [[feature.name, String(feature.moments.mean)] as const] : [],
        );
        return rows.filter(isSummer).map((row) => ({ ...row, ...Object.fromEntries(means) }));
      }),
    ),
  };
}

function countsOf({ model, baseline, rows, scores }: Scored, places: readonly number[]): Counts {
  const watch = createEstimateWatch(model, baseline);
  if (watch === undefined) throw new Error('the baseline of the example has no calibration');
  const outputs = Float64Array.from(places, (i) => scores[i]!);
  watch.observe({ outputs, rows: outputs.length });
  const truths = places.map((i): 0 | 1 => (rows[i]!['late'] === '1' ? 1 : 0));
  const { expected } = watch;
  return {
    flights: places.length,
    late: truths.reduce<number>((sum, truth) => sum + truth, 0),
    lateExpected: expected.confusion.truePositive + expected.confusion.falseNegative,
    estimated: byName((name) => estimateOf(name, expected)),
    realised: byName((name) => realisedOf(name, outputs, truths, model.output.threshold)),
  };
}

function driftOf({ baseline, rows }: Scored, places: readonly number[], name: string): Reading {
  const feature = baseline.features.find((each) => each.name === name)!;
  const binning = binningOf(feature);
  const current = new Frequencies(binning);
  for (const i of places) current.update(valueOf(feature, rows[i]!));
  return psi.measure({ current, reference: Frequencies.fromCounts(binning, feature.counts, feature.missing) });
}

const byName = <T>(of: (name: QualityName) => T) => Object.fromEntries(QUALITIES.map((name) => [name, of(name)])) as Record<QualityName, T>;

const estimateOf = (name: QualityName, expected: ExpectedQuality): Reading =>
  QUALITY_ESTIMATES.find((estimate) => estimate.name === name)!.measure(expected);

function realisedOf(name: QualityName, scores: Float64Array, truths: readonly (0 | 1)[], threshold: number): IntervalReading {
  const bins = new ScoreBins();
  const confusion = new Confusion();
  for (const [i, truth] of truths.entries()) {
    bins.update({ score: scores[i]!, truth });
    confusion.update({ predicted: scores[i]! >= threshold ? 1 : 0, truth });
  }
  const interval: AnyQualityInterval = QUALITY_INTERVALS.find((each) => each.name === name)!;
  if (interval.reads === 'scores') return interval.measure(bins, CONFIDENCE);
  if (interval.reads === 'confusion') return interval.measure(confusion, CONFIDENCE);
  throw new Error(`${name} is read from ${interval.reads}`);
}
