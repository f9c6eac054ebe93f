import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Frequencies, generateRules, psi, type Baseline, type BaselineFeature, type Config } from '@modelwatch/core';
import { binningOf } from '../pipeline/model-watch.js';
import { hasProgram } from './debian-program.js';
import { flightRows, sendFlights, type FlightRow } from './flights-traffic.js';
import { startPrometheus, type PrometheusServer } from './prometheus-server.js';
import { FLIGHTS, startTestSidecar, type TestSidecar } from './test-sidecar.js';

/** Long enough for all the traffic on a busy machine. */
const WINDOWS = ['60s', '70s'] as const;
/** No whole second, so that evaluations fall at every phase between two scrapes. */
const INTERVAL = '900ms';
const baseline = JSON.parse(readFileSync(path.join(FLIGHTS, 'baseline.json'), 'utf8')) as Baseline;
/** The temperature of July is one that the training data have never seen. */
const july = flightRows('live.csv').filter(({ time }) => time!.startsWith('2013-07'));
/** As few flights as a quiet day has, of the very distribution the model was trained on. */
const quiet = flightRows('training.csv').filter((_, i) => i % 200 === 0);

/** Waits for real programs: a busy machine takes its time. */
const PATIENCE_MILLISECONDS = 200_000;

let sidecars: readonly TestSidecar[];
let prometheus: PrometheusServer;

/** PSI of each feature over all rows at once, by the core. */
function psiOf(rows: readonly FlightRow[]): ReadonlyMap<string, number> {
  return new Map(baseline.features.map((feature) => [feature.name, psiOfFeature(feature, rows)]));
}

function psiOfFeature(feature: BaselineFeature, rows: readonly FlightRow[]): number {
  const current = new Frequencies(binningOf(feature));
  for (const row of rows) {
    const cell = row[feature.name]!;
    // As the model gets them: single precision.
    current.update(feature.kind === 'categorical' ? cell : cell === '' ? NaN : Math.fround(Number(cell)));
  }
  const reading = psi.measure({ current, reference: Frequencies.fromCounts(binningOf(feature), feature.counts) });
  return reading.kind === 'measured' ? reading.value : NaN;
}

const isNear = (actual: ReadonlyMap<string, number>, expected: ReadonlyMap<string, number>): boolean =>
  [...expected].every(([name, value]) => Math.abs((actual.get(name) ?? NaN) - value) < 1e-6);

(hasProgram('prometheus') ? describe : describe.skip)('two sidecars, one Prometheus', () => {
  beforeAll(async () => {
    const model = (name: string) => `
  - name: ${name}
    champion:
      version: '1'
      onnx: { path: ${path.join(FLIGHTS, 'champion.onnx')} }
      baseline: ${name}.json
    output: { tensor: probabilities, column: 1 }
    alerts: { driftWindows: ['${WINDOWS[0]}', '${WINDOWS[1]}'], driftFor: 1s, driftCountMin: 50 }`;
    const yaml = `store: { path: ':memory:' }\nrules: { interval: ${INTERVAL} }\nmodels:${model('july')}${model('quiet')}\n`;
    const files = Object.fromEntries(['july', 'quiet'].map((name) => [`${name}.json`, JSON.stringify({ ...baseline, model: name })]));
    sidecars = await Promise.all([startTestSidecar(yaml, { files }), startTestSidecar(yaml, { files })]);
    const config: Config = await sidecars[0]!.configOf(yaml);
    prometheus = await startPrometheus(
      generateRules(config),
      sidecars.map(({ url }) => url),
    );
    // Every counter is seen at 0 before the first request, so that `increase` sees all of it.
    await prometheus.until(
      () => prometheus.query('count(modelwatch_feature_values_total == 0)', ''),
      (series) => series.get('') === 60,
    );
    for (const [i, sidecar] of sidecars.entries()) {
      const half = (rows: readonly FlightRow[]) => rows.filter((_, row) => row % 2 === i);
      await sendFlights(sidecar, 'july', half(july));
      await sendFlights(sidecar, 'quiet', half(quiet));
    }
    // `increase` stretches each replica's counters from its last sample to the end of the window, so replicas scraped half a second apart weigh
    // a little differently. Where the last sample lies further back it adds half an interval to each alike, and what rules give is exact.
    const sent = july.length + quiet.length;
    await prometheus.until(
      () => prometheus.query('sum(modelwatch_feature_values_total{feature="temp"})', ''),
      (seen) => seen.get('') === sent,
    );
    await prometheus.stopScraping();
  }, PATIENCE_MILLISECONDS);

  afterAll(async () => {
    await prometheus.close();
    await Promise.all(sidecars.map((sidecar) => sidecar.close()));
  });

  it(
    "the rule's PSI over both is the core's PSI on the whole, within 1e-6",
    async () => {
      const expected = psiOf(july);
      const recorded = `model_version_feature:modelwatch_feature_psi:${WINDOWS[0]}{model="july"}`;
      const actual = await prometheus.until(
        () => prometheus.query(recorded, 'feature'),
        (answer) => isNear(answer, expected),
      );
      for (const [feature, value] of expected) expect([feature, actual.get(feature)]).toEqual([feature, expect.closeTo(value, 6)]);
      expect(actual.get('temp')).toBeGreaterThan(5);
    },
    PATIENCE_MILLISECONDS,
  );

  it(
    'the alert fires on the drifted days, and says where and how much',
    async () => {
      const isTemp = ({ labels }: { readonly labels: Readonly<Record<string, string>> }) =>
        labels['alertname'] === 'ModelwatchFeatureDrift' && labels['model'] === 'july' && labels['feature'] === 'temp';
      const alerts = await prometheus.until(
        () => prometheus.alerts(),
        (found) => found.some((alert) => isTemp(alert) && alert.state === 'firing'),
      );
      const alert = alerts.find(isTemp);
      expect(alert).toMatchObject({ state: 'firing', labels: { severity: 'ticket' } });
      expect(alert?.annotations['summary']).toMatch(/^Feature temp of july 1 drifted: PSI \d+\.\d{3} over 60s, bar 0\.2$/);
    },
    PATIENCE_MILLISECONDS,
  );

  it('and not on a quiet, undrifted day, where PSI is above the bar by chance', async () => {
    const recorded = `model_version_feature:modelwatch_feature_psi:${WINDOWS[0]}{model="quiet"}`;
    const readings = await prometheus.query(recorded, 'feature');
    expect([...readings.values()].filter((value) => value > 0.2)).not.toHaveLength(0);
    const alerts = await prometheus.alerts();
    expect(alerts.filter(({ labels }) => labels['model'] === 'quiet' && labels['alertname'] === 'ModelwatchFeatureDrift')).toEqual([]);
  });
});
