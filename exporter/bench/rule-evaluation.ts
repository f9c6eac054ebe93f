import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { durationSeconds, generateRules, slosOf, type Config, type ModelConfig } from '@modelwatch/core';
import { parse } from 'yaml';
import { parseConfig } from '../config/load-config.js';
import { fleetSeries, seriesText, type FleetSeries } from './rules/fleet-series.js';
import { reaches, writeHistory, type PastSeries } from './rules/history.js';
import { startMeasuredPrometheus, type MeasuredPrometheus } from './rules/measured-prometheus.js';

/*
 * What the rules cost to evaluate: `node exporter/dist/bench/rule-evaluation.js --models 1,10,100`, run at the top of the repository. Debian's Prometheus,
 * on two cores, scrapes one page a model, of 50 features with 20 bins each; it is given the past that the rules look back on, as far as `--past` says,
 * before they are loaded. A round is one evaluation of every group, once in each `--interval`: on a machine that does other work too, a longer one than
 * that of the rules lets every group have its turn, and CPU time is what counts. `--scrape` is in seconds.
 */

const FEATURES = 50;
const BINS = 20;
const SLICE_VALUES = 5;
const example = path.join('exporter', 'examples', 'flights', 'modelwatch.yaml');
const golden = path.join('exporter', 'contract', 'testdata', 'scrape.prom');
/** Counters of the fleet began so long ago. */
const AGE_SECONDS = 40 * 86_400;

interface Group {
  readonly name: string;
  readonly interval: string;
  readonly rules: readonly { readonly expr: string }[];
}

interface Options {
  readonly scrapeSeconds: number;
  readonly intervalSeconds: number;
  readonly rounds: number;
  readonly pastSecondsMax: number;
}

interface Row {
  readonly models: number;
  readonly scraped: number;
  readonly recorded: number;
  /** CPU of one evaluation of every group, scraping apart. */
  readonly roundCpuSeconds: number;
  /** The same a minute, each group as often as it is evaluated. */
  readonly minuteCpuSeconds: number;
  readonly groups: readonly (readonly [group: string, seconds: number])[];
  readonly missed: number;
  readonly residentBytes: number;
  readonly load: number;
}

async function flights(): Promise<Config> {
  const config = parseConfig(await readFile(example), example);
  if (!config.ok) throw new Error(`${example} is at fault`);
  return config.value;
}

/** Pages of the fleet, one a model, rendered when they are asked for. */
async function servePages(fleet: ReadonlyMap<string, readonly FleetSeries[]>): Promise<Server> {
  const pages = new Map(
    [...fleet].map(([model, series]) => [`/${model}`, series.map((one) => ({ text: seriesText(one), valueAt: one.valueAt }))]),
  );
  const server = createServer((request, response) => {
    const nowSeconds = Date.now() / 1000;
    const lines = pages.get(request.url ?? '')!.map(({ text, valueAt }) => `${text} ${valueAt(nowSeconds)}\n`);
    response.setHeader('content-type', 'text/plain; version=0.0.4').end(lines.join(''));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** What rules have recorded in the past and read over long ranges: counts by bin, and of objectives. */
function recordedPast(model: ModelConfig, page: readonly FleetSeries[], intervalSeconds: number): readonly PastSeries[] {
  const bins = page.filter(({ name }) => /^modelwatch_(?:feature|output|ground_truth)_bin_total$/.test(name));
  const counts = bins.flatMap(({ name, labels }) =>
    model.alerts.driftWindows.map((window) => {
      const level = name.includes('_feature_') ? 'model_version_feature_bin' : 'model_version_role_bin';
      return { name: `${level}:${name.replace('_total', '')}:increase${window}`, labels, valueAt: () => 360 };
    }),
  );
  const { version } = model.champion;
  const objectives = slosOf(model).flatMap(({ name: slo, evidence }) => {
    const labels = { model: model.name, slo };
    const versioned = { ...labels, version, ...(evidence === undefined ? {} : { evidence }) };
    const count = (metric: string, window: string, value: number) => ({
      name: `model_version_slo:modelwatch_slo_${metric}:${window}`,
      labels: versioned,
      valueAt: () => value,
    });
    return [
      ...['5m', 'tile'].flatMap((window) => [count('events', window, 600), count('errors', window, 0)]),
      { name: 'model_slo:modelwatch_slo_watched:tile', labels, valueAt: (seconds: number) => seconds },
    ];
  });
  return [
    ...counts.map((series) => ({ series, stepSeconds: series.name.endsWith('6h') ? 4 * intervalSeconds : intervalSeconds })),
    ...objectives.map((series) => ({ series, stepSeconds: series.name.endsWith('tile') ? 5 * intervalSeconds : intervalSeconds })),
  ];
}

async function measure(count: number, options: Options): Promise<Row> {
  const config = await flights();
  const model = config.models[0]!;
  const scrape = await readFile(golden, 'utf8');
  const nowSeconds = Math.floor(Date.now() / 1000);
  const models = Array.from({ length: count }, (_, i) => ({ ...model, name: `model-${i}` }));
  const shape = { features: FEATURES, bins: BINS, sliceValues: SLICE_VALUES };
  const fleet = new Map(models.map(({ name }) => [name, fleetSeries(scrape, name, shape, nowSeconds - AGE_SECONDS)]));
  const rulesEvery = (interval: string) => generateRules({ rules: { ...config.rules, interval }, models });
  const groupsOfRules = rulesEvery(config.rules.interval).flatMap(
    ({ text }) => (parse(text, { maxAliasCount: 0 }) as { readonly groups: readonly Group[] }).groups,
  );
  const reach = reaches(groupsOfRules.flatMap((group) => group.rules.map(({ expr }) => expr)));
  const server = await servePages(fleet);
  const prometheus = await startMeasuredPrometheus(options.intervalSeconds);
  try {
    const past = [...fleet].flatMap(([name, page]) => [
      ...page.map((series) => ({
        series: { ...series, labels: { ...series.labels, job: 'modelwatch', instance: name } },
        stepSeconds: options.scrapeSeconds,
      })),
      ...recordedPast({ ...model, name }, page, durationSeconds(config.rules.interval)),
    ]);
    const samples = await writeHistory(prometheus.url, past, reach, nowSeconds, options.pastSecondsMax);
    process.stderr.write(`${count} models: ${samples} samples of the past in ${Math.round(Date.now() / 1000 - nowSeconds)} s\n`);
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const targets = models.map(({ name }) => ({ host, path: `/${name}`, instance: name }));
    await prometheus.scrape(targets, options.scrapeSeconds, []);
    await atRest(prometheus);
    const idle = await cpuRatio(prometheus, 2 * options.scrapeSeconds);
    await prometheus.scrape(targets, options.scrapeSeconds, rulesEvery(`${options.intervalSeconds}s`));
    return {
      models: count,
      scraped: [...fleet.values()].reduce((sum, page) => sum + page.length, 0),
      ...(await rounds(prometheus, idle, groupsOfRules, options)),
    };
  } finally {
    await prometheus.close();
    server.close();
  }
}

const cpuSeconds = async (prometheus: MeasuredPrometheus): Promise<number> =>
  (await prometheus.ownMetrics()).get('process_cpu_seconds_total')!;

async function cpuRatio(prometheus: MeasuredPrometheus, seconds: number): Promise<number> {
  const before = await cpuSeconds(prometheus);
  await pause(1000 * seconds);
  return ((await cpuSeconds(prometheus)) - before) / seconds;
}

const REST_MILLISECONDS = 70_000;

/** Waits until Prometheus has put the past into its blocks, which is no part of what rules cost. */
async function atRest(prometheus: MeasuredPrometheus): Promise<void> {
  const compacted = async () => (await prometheus.ownMetrics()).get('prometheus_tsdb_compactions_total')!;
  for (let before = -1, now = await compacted(); before !== now;) {
    await pause(REST_MILLISECONDS);
    [before, now] = [now, await compacted()];
  }
}

const byGroup = (metrics: ReadonlyMap<string, number>, name: string): readonly (readonly [group: string, value: number])[] =>
  [...metrics]
    .filter(([series]) => series.startsWith(`${name}{`))
    .map(([series, value]) => [/;([^;"]*)"/.exec(series)![1]!, value] as const);

/** The first round finds nothing recorded; those after it are measured. */
async function rounds(
  prometheus: MeasuredPrometheus,
  idleRatio: number,
  groupsOfRules: readonly Group[],
  { intervalSeconds, rounds: count }: Options,
): Promise<Omit<Row, 'models' | 'scraped'>> {
  await pause(1000 * intervalSeconds);
  const missed = async () =>
    byGroup(await prometheus.ownMetrics(), 'prometheus_rule_group_iterations_missed_total').reduce((sum, [, value]) => sum + value, 0);
  const missedBefore = await missed();
  const ratio = await cpuRatio(prometheus, intervalSeconds * count);
  const metrics = await prometheus.ownMetrics();
  const groups = byGroup(metrics, 'prometheus_rule_group_last_duration_seconds');
  const everySeconds = new Map(groupsOfRules.map(({ name, interval }) => [name, durationSeconds(interval)]));
  const total = groups.reduce((sum, [, seconds]) => sum + seconds, 0);
  const aMinute = groups.reduce((sum, [group, seconds]) => sum + (seconds * 60) / everySeconds.get(group)!, 0);
  const roundCpuSeconds = (ratio - idleRatio) * intervalSeconds;
  return {
    recorded: await prometheus.query('count({__name__=~".+:.+"})'),
    roundCpuSeconds,
    minuteCpuSeconds: (roundCpuSeconds * aMinute) / total,
    groups: groups.toSorted(([, one], [, other]) => other - one),
    missed: (await missed()) - missedBefore,
    residentBytes: metrics.get('process_resident_memory_bytes')!,
    load: os.loadavg()[1]!,
  };
}

const { values } = parseArgs({
  options: {
    models: { type: 'string', default: '1,10,100' },
    scrape: { type: 'string', default: '15' },
    rounds: { type: 'string', default: '5' },
    interval: { type: 'string', default: '1m' },
    past: { type: 'string', default: '40d' },
  },
});
const LONGEST_GROUPS = 8;
console.log(
  '| models | series scraped | recorded | CPU of a round, s | CPU a minute, s | all groups, s | longest group, s | evaluations missed | memory, GB | load average |\n' +
    '|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|',
);
for (const count of values.models.split(',').map(Number)) {
  const row = await measure(count, {
    scrapeSeconds: Number(values.scrape),
    intervalSeconds: durationSeconds(values.interval),
    rounds: Number(values.rounds),
    pastSecondsMax: durationSeconds(values.past),
  });
  const sum = row.groups.reduce((total, [, seconds]) => total + seconds, 0);
  const cells = [
    count,
    row.scraped,
    row.recorded,
    row.roundCpuSeconds.toFixed(1),
    row.minuteCpuSeconds.toFixed(1),
    sum.toFixed(1),
    row.groups[0]![1].toFixed(1),
  ];
  console.log(`| ${[...cells, row.missed, (row.residentBytes / 1e9).toFixed(1), row.load.toFixed(1)].join(' | ')} |`);
  process.stderr.write(
    `${row.groups
      .slice(0, LONGEST_GROUPS)
      .map(([group, seconds]) => `  ${group} ${seconds.toFixed(2)} s`)
      .join('\n')}\n`,
  );
}
