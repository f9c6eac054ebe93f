import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Binning } from '@modelwatch/core';
import {
  binLabels,
  categoricalBinning,
  chiSquareQuantile,
  Frequencies,
  jensenShannon,
  kolmogorovSmirnovBinned,
  psi,
  quantileBinning,
  seededRandom,
} from '@modelwatch/core';
import { parse, stringify } from 'yaml';
import { hasProgram, runProgram } from './debian-program.js';
import { agrees, criticalOf, valueOf, writeTest } from './rule-expectations.js';
import { onInstance, SIGNIFICANCE, type InputSeries } from './two-replicas.js';

// Eight days of two replicas, scraped every half hour. Each replica starts anew after every hour, so that an hour's counts are what its
// scrapes end with and `increase` has nothing to extrapolate. What the rules make of the last hour against the trailing day and against the
// same hour a week ago must be what the core makes of those hours' values, counted together.

const recording = path.join(import.meta.dirname, '..', '..', 'alert-rules', 'recording.yaml');
const withPromtool = hasProgram('promtool') ? describe : describe.skip;
const HOURS = 170;
const SCRAPES_PER_HOUR = 2;
const INSTANCES = ['a', 'b'];

interface Subject {
  readonly name: string;
  readonly binning: Binning;
  readonly valueOf: (drift: number, random: () => number) => number | string;
}

const SUBJECTS: readonly Subject[] = [
  {
    name: 'numeric',
    binning: quantileBinning(Array.from({ length: 100 }, (_, i) => i / 10)),
    valueOf: (drift, random) => 10 * random() ** (1 + drift),
  },
  {
    name: 'categorical',
    binning: categoricalBinning(['ewr', 'ewr', 'ewr', 'jfk', 'jfk', 'lga', 'lga', 'rare'], 3),
    valueOf: (drift, random) => ['ewr', 'jfk', 'lga', 'rare', 'new'][Math.floor(5 * random() ** (1 + drift))]!,
  },
];

/** Counts of each hour by subject, over both replicas, and what was scraped of them. */
interface History {
  readonly hours: ReadonlyMap<string, readonly Frequencies[]>;
  readonly scraped: readonly InputSeries[];
}

const labelsOf = (subject: Subject): string => `model="m",version="1",feature="${subject.name}"`;

/** A history of random traffic, drift and quiet hours; `rowsOf` may say how many values an hour has. */
function history(random: () => number, rowsOf: (hour: number) => number): History {
  const hours = new Map<string, Frequencies[]>();
  const scraped: InputSeries[] = [];
  for (const subject of SUBJECTS) {
    const { binning } = subject;
    const whole = Array.from({ length: HOURS }, () => new Frequencies(binning));
    const drifts = Array.from({ length: HOURS }, () => random());
    hours.set(subject.name, whole);
    for (const instance of INSTANCES) {
      const paths = new Map<string, number[]>();
      for (let hour = 0; hour < HOURS; hour++) {
        const own = new Frequencies(binning);
        for (let scrape = 0; scrape < SCRAPES_PER_HOUR; scrape++) {
          // The first scrape of an hour sees the counters at 0.
          const rows = scrape === 0 ? 0 : Math.floor((rowsOf(hour) / INSTANCES.length / (SCRAPES_PER_HOUR - 1)) * (0.5 + random()));
          for (let row = 0; row < rows; row++) own.update(subject.valueOf(drifts[hour]!, random));
          for (const [series, value] of exported(subject, own)) {
            const values = paths.get(series);
            if (values === undefined) paths.set(series, [0, value]);
            else values.push(value);
          }
        }
        whole[hour]!.merge(own);
      }
      for (const [series, values] of paths) scraped.push({ series: onInstance(series, instance), values: values.join(' ') });
    }
    const labels = labelsOf(subject);
    const quantile = chiSquareQuantile(1 - SIGNIFICANCE, binLabels(binning).length - 1);
    scraped.push({ series: `modelwatch_baseline_chi_square_quantile{${labels}}`, values: `${quantile}x${HOURS * SCRAPES_PER_HOUR}` });
  }
  return { hours, scraped };
}

function exported(subject: Subject, own: Frequencies): readonly (readonly [string, number])[] {
  const cumulative = own.cumulative();
  return binLabels(subject.binning).flatMap((bin, i) => {
    const series = (name: string) => `modelwatch_feature_${name}_total{${labelsOf(subject)},bin="${bin}"}`;
    const count = [series('bin'), own.counts[i]!] as const;
    return subject.binning.kind === 'numeric' ? [count, [series('cumulative'), cumulative[i]!] as const] : [count];
  });
}

function merged(all: readonly Frequencies[]): Frequencies {
  const [first, ...others] = all;
  const whole = first!.clone();
  for (const other of others) whole.merge(other);
  return whole;
}

/** What the core says, by the recorded series that must say the same. */
function expectations(hours: History['hours']): readonly (readonly [string, number])[] {
  return SUBJECTS.flatMap((subject) => {
    const counts = hours.get(subject.name)!;
    const current = counts[HOURS - 1]!;
    const references = { trailing: merged(counts.slice(HOURS - 25, HOURS - 1)), week: counts[HOURS - 1 - 168]! };
    return Object.entries(references).flatMap(([name, reference]) => {
      const series = (statistic: string) =>
        `model_version_feature:modelwatch_feature_${statistic}:1h{feature="${subject.name}",reference="${name}"}`;
      const input = { current, reference, significance: SIGNIFICANCE };
      const [p, js, ks] = [psi.measure(input), jensenShannon.measure(input), kolmogorovSmirnovBinned.measure(input)];
      return [
        [series('reference_values'), reference.count],
        [series('psi'), valueOf(p)],
        [series('psi_critical'), criticalOf(p)],
        [series('js_distance'), valueOf(js)],
        [series('js_distance_critical'), criticalOf(js)],
        ...(subject.name === 'numeric' && name === 'week'
          ? [[series('ks'), valueOf(ks)] as const, [series('ks_critical'), criticalOf(ks)] as const]
          : []),
      ] as const;
    });
  });
}

withPromtool('the recording rules of drift against production', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-references-'));
    // The groups of the hour alone: eight days of all the others would take their time.
    const { groups } = parse(await readFile(recording, 'utf8')) as { readonly groups: readonly { readonly name: string }[] };
    const ofHour = groups.filter(({ name }) => /^modelwatch-feature-drift-(?:references-)?1h$/.test(name));
    await writeFile(path.join(folder, 'rules.yaml'), stringify({ groups: ofHour }, { lineWidth: 0 }));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function evaluate(scraped: readonly InputSeries[], checks: readonly (readonly [expr: string, value: number | undefined])[]) {
    const test = {
      interval: '30m',
      input_series: scraped,
      promql_expr_test: checks.map(([expr, value]) => ({
        expr,
        eval_time: `${HOURS}h`,
        exp_samples: value === undefined ? [] : [{ labels: '{}', value }],
      })),
    };
    const file = path.join(folder, 'test.yaml');
    await writeTest(file, path.join(folder, 'rules.yaml'), '1h', [test]);
    return runProgram('promtool', ['test', 'rules', file]);
  }
  const within = (expected: readonly (readonly [string, number])[]) =>
    expected.map(([series, value]) => [agrees(series, value), 1] as const);

  it.each([1, 2])(
    'say what the core says of the same hours, with hours without traffic, seed %p',
    async (seed) => {
      const random = seededRandom(seed);
      const quiet = new Set(Array.from({ length: 6 }, () => HOURS - 2 - Math.floor(random() * 20)));
      const { hours, scraped } = history(random, (hour) => (quiet.has(hour) ? 0 : 200 + 400 * random()));
      const expected = expectations(hours);
      expect(expected).toHaveLength(22);
      expect(await evaluate(scraped, within(expected))).toEqual({ code: 0, text: expect.stringContaining('SUCCESS') });
      // A thousandth off a score is found.
      const [series, value] = expected[1]!;
      if (seed === 1) expect((await evaluate(scraped, within([[series, value + 0.001]]))).code).toBe(1);
    },
    170_000,
  );

  it('record no score against a reference without values, nor for a window without any', async () => {
    const scores = (reference: string) =>
      ['psi', 'psi_critical', 'js_distance', 'js_distance_critical', 'ks', 'ks_critical'].map(
        (score) => [`model_version_feature:modelwatch_feature_${score}:1h{reference="${reference}"}`, undefined] as const,
      );
    // The first traffic ever came two days ago: nothing is known of last week.
    const young = history(seededRandom(5), (hour) => (hour < HOURS - 48 ? 0 : 300));
    const trailing = ['count(model_version_feature:modelwatch_feature_psi:1h{reference="trailing"})', SUBJECTS.length] as const;
    const values = ['sum(model_version_feature:modelwatch_feature_reference_values:1h{reference="week"})', 0] as const;
    expect(await evaluate(young.scraped, [...scores('week'), trailing, values])).toMatchObject({ code: 0 });
    const silent = history(seededRandom(6), (hour) => (hour === HOURS - 1 ? 0 : 300));
    expect(await evaluate(silent.scraped, [...scores('week'), ...scores('trailing')])).toMatchObject({ code: 0 });
  }, 170_000);
});
