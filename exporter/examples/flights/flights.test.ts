import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Baseline } from '@modelwatch/core';
import {
  Agreement,
  CalibrationBins,
  configuredCriteria,
  Confusion,
  ErrorSums,
  exactAuc,
  Frequencies,
  PairedQuality,
  psi,
  QUALITY_METRICS,
  rolloutVerdict,
  ScoreBins,
  verdictText,
} from '@modelwatch/core';
import { Command } from 'commander';
import { addBaselineCommand, formatBaseline, loadBaseline } from '../../baseline/index.js';
import { loadConfig } from '../../config/index.js';
import { readRows, scoreRows, valueOf, type TextRow } from './scored-rows.js';

/** One live flight: its features as the model gets them, what came true, and what both models say. */
interface Flight {
  readonly values: Readonly<Record<string, number | string>>;
  /** On the timetable, as the days of the README are. */
  readonly day: string;
  /** In UTC, as the periods of evaluation.json are. */
  readonly month: string;
  readonly late: 0 | 1;
  readonly score: number;
  readonly challengerScore: number;
}

interface Evaluation {
  readonly cases: readonly ({ readonly model: 'champion' | 'challenger'; readonly period: string } & Readonly<Record<string, number>>)[];
}

const own = (name: string): string => path.join(import.meta.dirname, name);
const evaluation = JSON.parse(await readFile(own('evaluation.json'), 'utf8')) as Evaluation;

let baseline: Baseline;
let live: readonly Flight[] = [];
let training: readonly Flight[] = [];

beforeAll(async () => {
  const loaded = await loadBaseline(own('baseline.json'));
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
  baseline = loaded.value;
  const rows = await readRows('live.csv');
  const [scores, challengerScores] = [await scoreRows('champion', baseline.features, rows), await scoreRows('challenger', baseline.features, rows)];
  live = rows.map((row, index) => flightOf(row, scores[index]!, challengerScores[index]!));
  training = (await readRows('training.csv')).map((row) => flightOf(row, Number(row['score']), NaN));
}, 120_000);

function flightOf(row: TextRow, score: number, challengerScore: number): Flight {
  const values = Object.fromEntries(baseline.features.map((feature) => [feature.name, valueOf(feature, row)]));
  const day = row['id']!.slice(0, 8);
  return { values, day, month: row['time']!.slice(0, 7), late: row['late'] === '1' ? 1 : 0, score, challengerScore };
}

const ofDays = (first: string, last = first): readonly Flight[] => live.filter(({ day }) => day >= first && day <= last);
const ofMonth = (month: string): readonly Flight[] => live.filter((flight) => flight.month === `2013-${month}`);

function mean(flights: readonly Flight[], valueIn: (flight: Flight) => number): number {
  return flights.reduce((sum, flight) => sum + valueIn(flight), 0) / flights.length;
}

const lateRatio = (flights: readonly Flight[]): number => mean(flights, ({ late }) => late);
const bias = (flights: readonly Flight[]): number => mean(flights, ({ score, late }) => score - late);
const accuracy = (flights: readonly Flight[]): number => mean(flights, ({ score, late }) => Number(score >= 0.5 === (late === 1)));
const delay = (flights: readonly Flight[]): number => mean(flights, ({ values }) => Number(values['dep_delay']));
const missingRatio = (flights: readonly Flight[], name: string): number =>
  mean(flights, ({ values }) => Number(Number.isNaN(values[name])));
const disagreement = (flights: readonly Flight[]): number =>
  mean(flights, ({ score, challengerScore }) => Number(score >= 0.5 !== challengerScore >= 0.5));

function frequenciesOf(name: string, flights: readonly Flight[]): { readonly current: Frequencies; readonly reference: Frequencies } {
  const feature = name === 'score' ? baseline.output : baseline.features.find((known) => known.name === name)!;
  if (feature.kind !== 'numeric') throw new Error(`${name} is no number`);
  const binning = { kind: 'numeric', edges: feature.edges, min: feature.moments.min!, max: feature.moments.max! } as const;
  const current = new Frequencies(binning);
  for (const { values, score } of flights) current.update(name === 'score' ? score : values[name]);
  return { current, reference: Frequencies.fromCounts(binning, feature.counts, feature.missing) };
}

/** PSI reads shares alone: a hundred times the counts have the same, and are enough for a value where a day is not. */
function psiOf(name: string, flights: readonly Flight[]): number {
  const { current, reference } = frequenciesOf(name, flights);
  const counts = current.counts.map((count) => count * 100);
  const reading = psi.measure({ current: Frequencies.fromCounts(current.binning, counts), reference });
  return reading.kind === 'measured' ? reading.value : NaN;
}

const tempMax = (): number => {
  const temp = baseline.features.find(({ name }) => name === 'temp');
  return temp?.kind === 'numeric' ? temp.moments.max! : NaN;
};

const explanationsIn = (text: string): unknown => (JSON.parse(text) as Baseline).explanations;
function withoutExplanations(text: string): string {
  const { explanations, ...rest } = JSON.parse(text) as Baseline;
  expect(explanations).toBeDefined();
  return formatBaseline(rest);
}

/** Equal but for numbers, which lie no farther apart than a millionth. */
function expectNear(a: unknown, b: unknown): void {
  if (typeof b === 'number') expect(Math.abs((a as number) - b)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(b)));
  else if (typeof b !== 'object' || b === null) expect(a).toBe(b);
  else {
    expect(Object.keys(a as object)).toEqual(Object.keys(b));
    for (const [key, value] of Object.entries(b)) expectNear((a as Record<string, unknown>)[key], value);
  }
}

/** To as many decimals as the README writes. */
const rounded = (value: number, written: number): number => Number(value.toFixed(`${written}`.split('.')[1]?.length ?? 0));

describe('quality on the live flights is that of scikit-learn', () => {
  const names: Readonly<Record<string, string>> = {
    accuracy: 'accuracy',
    precision: 'precision',
    recall: 'recall',
    f1: 'f1',
    'log-loss': 'log_loss',
    brier: 'brier',
    'expected-calibration-error': 'expected_calibration_error',
  };

  it('over both models and ten periods', () => expect(evaluation.cases).toHaveLength(20));

  it.each(evaluation.cases.map((golden) => [`${golden.model}, ${golden.period}`, golden] as const))('%s', (_name, golden) => {
    const flights = live.filter(({ month }) => golden.period === 'all' || month === golden.period);
    const scores = flights.map(({ score, challengerScore }) => (golden.model === 'champion' ? score : challengerScore));
    const sketches = { calibration: new CalibrationBins(), confusion: new Confusion(), errors: new ErrorSums(), scores: new ScoreBins() };
    flights.forEach(({ late: truth }, index) => {
      const score = scores[index]!;
      sketches.calibration.update({ score, truth });
      sketches.confusion.update({ predicted: score >= 0.5 ? 1 : 0, truth });
      sketches.errors.update({ estimate: score, truth });
      sketches.scores.update({ score, truth });
    });
    expect(flights).toHaveLength(golden['n']!);
    expect(lateRatio(flights)).toBeCloseTo(golden['positive_ratio']!, 9);
    const measured = QUALITY_METRICS.filter(({ name }) => Object.hasOwn(names, name)).map((metric) => {
      const reading = metric.measure(sketches[metric.reads] as never);
      return [names[metric.name]!, reading.kind === 'measured' ? reading.value : NaN] as const;
    });
    expect(measured).toHaveLength(7);
    for (const [name, value] of measured) expect([name, Math.abs(value - golden[name]!) < 1e-6]).toEqual([name, true]);
    const ranking = exactAuc(
      scores,
      flights.map(({ late }) => late),
    );
    // Two scores that one version rounds to the same and another does not move it by a pair in half a million.
    expect(ranking.kind === 'measured' ? Math.abs(ranking.value - golden['auc']!) : NaN).toBeLessThan(1e-5);
  });
});

describe('the baseline', () => {
  it('is what the command in the README makes, byte for byte', async () => {
    const command =
      /^ {4}node exporter\/dist\/main\.js (baseline(?:.*\\\n)*.*)$/m.exec(await readFile(own('README.md'), 'utf8'))?.[1] ?? '';
    const folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-flights-'));
    try {
      const words = command.split(/[\s\\]+/).map((word) => word.replace('exporter/examples/flights', import.meta.dirname));
      expect(words.at(-1)).toBe(own('baseline.json'));
      const again = path.join(folder, 'baseline.json');
      const codes: number[] = [];
      const program = new Command().exitOverride();
      addBaselineCommand(program, { stdout: { write: () => true }, stderr: process.stderr }, (code) => codes.push(code));
      await program.parseAsync([...words.slice(0, -1), again], { from: 'user' });
      expect(codes).toEqual([0]);
      const [made, committed] = await Promise.all([again, own('baseline.json')].map((file) => readFile(file, 'utf8')));
      expect(committed).toBe(formatBaseline(JSON.parse(committed!) as Baseline));
      // Processors sum in different orders: what the model itself has scored may differ in its last digits.
      expect(withoutExplanations(made!)).toBe(withoutExplanations(committed!));
      expectNear(explanationsIn(made!), explanationsIn(committed!));
    } finally {
      await rm(folder, { recursive: true });
    }
  }, 120_000);

  it('has golden rows that the model answers as it did in training', async () => {
    const { features, outputs, toleranceAbsolute } = baseline.goldenRows;
    const rows = features.map((row) =>
      Object.fromEntries(row.map((value, index) => [baseline.features[index]!.name, value === null ? '' : String(value)])),
    );
    const scores = await scoreRows('champion', baseline.features, rows);
    expect(scores).toHaveLength(100);
    const furthest = Math.max(...scores.map((score, row) => Math.abs(score - outputs[row]!)));
    expect(furthest).toBeLessThanOrEqual(toleranceAbsolute);
  });
});

describe('what the README says there is to see', () => {
  it.each([
    ['April', '04', 3.2],
    ['May', '05', 7.5],
    ['June', '06', 8.3],
    ['July', '07', 8.3],
    ['August', '08', 8.3],
    ['November', '11', 0.8],
    ['December', '12', 0.13],
  ])('PSI of temp in %s', (_name, month, value) => expect(rounded(psiOf('temp', ofMonth(month)), value)).toBe(value));

  it.each([
    ['July', '07', 0.83],
    ['September', '09', 0.93],
    ['December', '12', 0.08],
  ])('PSI of the output in %s', (_name, month, value) => expect(rounded(psiOf('score', ofMonth(month)), value)).toBe(value));

  it('the output drifts most in September', () => {
    const months = ['04', '05', '06', '07', '08', '09', '10', '11', '12'];
    expect(months.toSorted((a, b) => psiOf('score', ofMonth(b)) - psiOf('score', ofMonth(a)))[0]).toBe('09');
  });

  it.each<[string, () => number, number]>([
    ['the greatest temp of training', tempMax, 64.4],
    ['July warmer than that', () => mean(ofMonth('07'), ({ values }) => Number(Number(values['temp']) > Math.fround(64.4))), 0.997],
    ['July, bias', () => bias(ofMonth('07')), -0.077],
    ['September, late', () => lateRatio(ofMonth('09')), 0.13],
    ['September, accuracy', () => accuracy(ofMonth('09')), 0.94],
    ['December, late', () => lateRatio(ofMonth('12')), 0.32],
    ['December, accuracy', () => accuracy(ofMonth('12')), 0.868],
    ['22 to 28 April, accuracy', () => accuracy(ofDays('20130422', '20130428')), 0.81],
    ['22 to 28 April, bias', () => bias(ofDays('20130422', '20130428')), -0.13],
    ['22 April, late', () => lateRatio(ofDays('20130422')), 0.71],
    ['22 April, mean score', () => mean(ofDays('20130422'), ({ score }) => score), 0.43],
    ['13 June, late', () => lateRatio(ofDays('20130613')), 0.8],
    ['13 June, dep_delay', () => delay(ofDays('20130613')), 58],
    ['13 June, PSI of dep_delay', () => psiOf('dep_delay', ofDays('20130613')), 1.01],
    ['13 June, bias', () => bias(ofDays('20130613')), -0.24],
    ['24 to 30 June, late', () => lateRatio(ofDays('20130624', '20130630')), 0.42],
    ['24 to 30 June, PSI of dep_delay', () => psiOf('dep_delay', ofDays('20130624', '20130630')), 0.298],
    ['1 July, late', () => lateRatio(ofDays('20130701')), 0.65],
    ['1 July, dep_delay', () => delay(ofDays('20130701')), 57],
    ['1 July, PSI of dep_delay', () => psiOf('dep_delay', ofDays('20130701')), 1.4],
    ['2 September, dep_delay', () => delay(ofDays('20130902')), 65],
    ['2 September, accuracy', () => accuracy(ofDays('20130902')), 0.92],
    ['12 September, late', () => lateRatio(ofDays('20130912')), 0.43],
    ['12 September, dep_delay', () => delay(ofDays('20130912')), 47],
    ['2 November, flights', () => ofDays('20131102').length, 59],
    ['2 November, late', () => lateRatio(ofDays('20131102')), 0.017],
    ['2 November, PSI of dep_delay', () => psiOf('dep_delay', ofDays('20131102')), 1.1],
    ['10 December, late', () => lateRatio(ofDays('20131210')), 0.79],
    ['10 December, accuracy', () => accuracy(ofDays('20131210')), 0.64],
    ['10 December, bias', () => bias(ofDays('20131210')), -0.27],
    ['17 December, late', () => lateRatio(ofDays('20131217')), 0.79],
    ['17 December, dep_delay', () => delay(ofDays('20131217')), 55],
    ['17 December, pressure missing', () => missingRatio(ofDays('20131217'), 'pressure'), 0.78],
    ['models that disagree', () => disagreement(live), 0.026],
    ['models that disagree in June', () => disagreement(ofMonth('06')), 0.036],
    ['8 March, late', () => lateRatio(training.filter(({ day }) => day === '20130308')), 0.82],
    ['8 March, dep_delay', () => delay(training.filter(({ day }) => day === '20130308')), 81],
    ['8 February, flights', () => training.filter(({ day }) => day === '20130208').length, 63],
    ['9 February, flights', () => training.filter(({ day }) => day === '20130209').length, 49],
  ])('%s', (_name, measure, value) => expect(rounded(measure(), value)).toBe(value));

  it('a day is too little data for a verdict, and a month is not', () => {
    expect(psi.measure({ ...frequenciesOf('dep_delay', ofDays('20131102')), significance: 0.001 })).toEqual({
      kind: 'undetermined',
      reason: 'insufficient_data',
    });
    const november = psi.measure({ ...frequenciesOf('dep_delay', ofMonth('11')), significance: 0.001 });
    expect(november).toMatchObject({ kind: 'measured' });
    // Above chance and far below what matters: neither bar alone is a verdict.
    expect(november.kind === 'measured' && november.value > november.criticalValue! && november.value < 0.2).toBe(true);
  });

  it('2 September has the longest mean delay, and 10 December the lowest accuracy, of all days', () => {
    const days = [...new Set(live.map(({ day }) => day))].map((day) => ({ day, flights: ofDays(day) }));
    expect(days.toSorted((a, b) => delay(b.flights) - delay(a.flights))[0]!.day).toBe('20130902');
    expect(days.toSorted((a, b) => accuracy(a.flights) - accuracy(b.flights))[0]!.day).toBe('20131210');
  });

  it('on 31 December every weather feature is missing in every flight', () => {
    const weather = ['temp', 'dewp', 'humid', 'wind_speed', 'precip', 'pressure', 'visib'];
    expect(weather.map((name) => missingRatio(ofDays('20131231'), name))).toEqual(weather.map(() => 1));
  });

  it('at the end of the year the challenger is held, by the criteria of the configuration and with the words of the README', async () => {
    const config = await loadConfig(own('modelwatch.yaml'));
    if (!config.ok) throw new Error(JSON.stringify(config.faults));
    const [model] = config.value.models;
    // How long calls take is no matter of the data.
    const criteria = configuredCriteria({ ...model!, rollout: { ...model!.rollout, latencyRatioMax: 'none' } }, model!.challengers[0])!;
    const rule = { kind: 'probability', championThreshold: 0.5, challengerThreshold: 0.5 } as const;
    const [agreement, quality] = [new Agreement(rule), new PairedQuality(rule)];
    for (const { score, challengerScore, late } of live) {
      agreement.update({ champion: score, challenger: challengerScore });
      quality.update({ champion: score, challenger: challengerScore, truth: late });
    }
    const shadow = { scored: live.length, failed: 0, timedOut: 0, dropped: 0, skipped: 0 };
    const text = verdictText(rolloutVerdict({ agreement, quality, shadow }, criteria));
    expect(text).toMatch(/^hold: /);
    expect(rolloutVerdict({ agreement, quality, shadow }, { ...criteria, qualityGainMin: -0.01 }).verdict).toBe('promote');
    expect(await readFile(own('README.md'), 'utf8')).toContain(text);
  });
});
