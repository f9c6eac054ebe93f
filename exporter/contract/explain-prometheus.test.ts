import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  attributionNdcg,
  Attributions,
  attributionShares,
  attributionTotalVariation,
  generateRules,
  type Baseline,
  type Reading,
} from '@modelwatch/core';
import { hasProgram } from './debian-program.js';
import { flightRows, flightsModel, flightsRequest } from './flights-traffic.js';
import { startPrometheus, type PrometheusServer } from './prometheus-server.js';
import { FLIGHTS, startTestSidecar, type TestSidecar } from './test-sidecar.js';

const WINDOW = '90s';
const ROWS_EACH = 60;
const baseline = JSON.parse(readFileSync(path.join(FLIGHTS, 'baseline.json'), 'utf8')) as Baseline;
/** In September other features come first than in training. */
const september = flightRows('live.csv').filter(({ time }) => time!.startsWith('2013-09'));
/** What stands in every rule of the model. */
const YAML = `
store: { path: ':memory:' }
rules: { interval: 900ms }
models:${flightsModel(['explain: { share: 1, cpuShareMax: 1 }', `alerts: { driftWindows: ['${WINDOW}', '100s'] }`])}
`;

interface Told {
  readonly counts: { readonly explained: number; readonly sampled: number; readonly inFlight: number };
  readonly ready: boolean;
  readonly features: readonly {
    readonly feature: string;
    readonly positive: number;
    readonly negative: number;
    readonly squared: number;
  }[];
}

const told = async ({ url }: TestSidecar): Promise<Told> =>
  (await (await fetch(`${url}/v1/models/flights-late/explanations`)).json()) as Told;

async function untilTold(sidecar: TestSidecar, isSo: (now: Told) => boolean): Promise<Told> {
  for (let attempt = 0; attempt < 1200; attempt++) {
    const now = await told(sidecar);
    if (isSo(now)) return now;
    await pause(50);
  }
  throw new Error('the sidecar did not get there');
}

/** What a sidecar has summed up, in the order of the baseline. */
function attributionsOf({ counts, features }: Told): Attributions {
  const names = baseline.features.map(({ name }) => name);
  const by = (sum: 'positive' | 'negative' | 'squared') => names.map((name) => features.find(({ feature }) => feature === name)![sum]);
  return Attributions.fromJSON({
    features: names,
    count: counts.explained,
    positive: by('positive'),
    negative: by('negative'),
    squared: by('squared'),
    missing: 0,
  });
}

const valueOf = (reading: Reading): number => (reading.kind === 'measured' ? reading.value : NaN);

(hasProgram('prometheus') ? describe : describe.skip)('explanations of two sidecars, in one Prometheus', () => {
  let sidecars: readonly TestSidecar[];
  let prometheus: PrometheusServer;

  beforeAll(async () => {
    sidecars = await Promise.all([startTestSidecar(YAML), startTestSidecar(YAML)]);
    prometheus = await startPrometheus(
      generateRules(await sidecars[0]!.configOf(YAML)),
      sidecars.map(({ url }) => url),
    );
    for (const sidecar of sidecars) await untilTold(sidecar, ({ ready }) => ready);
  }, 300_000);
  afterAll(async () => {
    await prometheus.close();
    await Promise.all(sidecars.map((sidecar) => sidecar.close()));
  });

  it('have the shares, the NDCG and the total variation of all of them together', async () => {
    // Every counter is seen before the first request, so that `increase` sees all of it.
    await prometheus.until(
      () => prometheus.query('count(modelwatch_attribution_squared_total)', ''),
      (series) => series.get('') === 2 * baseline.features.length,
    );
    for (const [i, sidecar] of sidecars.entries()) {
      const rows = september.filter((_, row) => row % 2 === i).slice(0, ROWS_EACH);
      await sidecar.post('/v2/models/flights-late/infer', flightsRequest(rows, `r-${i}`));
    }
    const whole = new Attributions(baseline.features.map(({ name }) => name));
    for (const sidecar of sidecars) whole.merge(attributionsOf(await untilTold(sidecar, ({ counts }) => counts.explained === ROWS_EACH)));
    const training = Attributions.fromJSON({ features: whole.features, ...baseline.explanations!.attributions });
    await prometheus.until(
      () => prometheus.query('sum(modelwatch_explanation_outcomes_total{outcome="explained"})', ''),
      (counted) => counted.get('') === 2 * ROWS_EACH,
    );
    // `increase` extrapolates the counters of each to the ends of the window, by a little more or less: exact they are in promtool, where scrapes
    // keep time (rules-against-core).
    const isNear = (value: number | undefined, wanted: number) => value !== undefined && Math.abs(value - wanted) < 1e-3;
    const shares = attributionShares(whole).map(valueOf);
    const near = await prometheus.until(
      () => prometheus.query(`model_version_feature:modelwatch_attribution_share_ratio:${WINDOW}`, 'feature'),
      (now) => whole.features.every((feature, i) => isNear(now.get(feature), shares[i]!)),
    );
    expect(whole.features.filter((feature, i) => !isNear(near.get(feature), shares[i]!))).toEqual([]);
    const input = { current: whole, reference: training };
    for (const [name, wanted] of [
      ['ndcg', valueOf(attributionNdcg.measure(input))],
      ['total_variation', valueOf(attributionTotalVariation.measure(input))],
    ] as const) {
      const recorded = await prometheus.query(`model_version:modelwatch_attribution_${name}_ratio:${WINDOW}`, 'model');
      expect([name, recorded.get('flights-late')]).toEqual([name, expect.closeTo(wanted, 2)]);
    }
  }, 300_000);
});
