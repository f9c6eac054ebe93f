import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Frequencies, generateRules, psi, type Baseline, type BaselineFeature, type Config } from '@modelwatch/core';
import { binningOf } from '../pipeline/model-watch.js';
import { hasProgram } from './debian-program.js';
import { flightRows, sendFlights, type FlightRow } from './flights-traffic.js';
import { startPrometheus, type Alert, type PrometheusServer } from './prometheus-server.js';
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

/** On a machine so busy that a window passes before all traffic is scraped, the same flights are sent again. */
const PASSES_MAX = 3;
const PATIENCE_MILLISECONDS = 600_000;
/** Every series of this family on both sidecars is there once both have been scraped. */
const FAMILY = 'modelwatch_feature_values_total';

/** What Prometheus said while it was asked again and again. */
interface Seen {
  psi: ReadonlyMap<string, number>;
  /** The alert for the temperature of July, once it fires. */
  drift: Alert | undefined;
  /** The highest PSI of each feature of the quiet day. */
  readonly quietPsi: Map<string, number>;
  readonly quietAlerts: Alert[];
}

let sidecars: readonly TestSidecar[];
let prometheus: PrometheusServer;
const seen: Seen = { psi: new Map(), drift: undefined, quietPsi: new Map(), quietAlerts: [] };

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
    explain: { share: 0 }
    alerts: { driftWindows: ['${WINDOWS[0]}', '${WINDOWS[1]}'], driftFor: 1s, driftCountMin: 50 }`;
    const yaml = `store: { path: ':memory:' }\nrules: { interval: ${INTERVAL} }\nmodels:${model('july')}${model('quiet')}\n`;
    const files = Object.fromEntries(['july', 'quiet'].map((name) => [`${name}.json`, JSON.stringify({ ...baseline, model: name })]));
    sidecars = await Promise.all([startTestSidecar(yaml, { files }), startTestSidecar(yaml, { files })]);
    const config: Config = await sidecars[0]!.configOf(yaml);
    prometheus = await startPrometheus(
      generateRules(config),
      sidecars.map(({ url }) => url),
    );
    for (let pass = 1; pass <= PASSES_MAX && !(await passShowsAll(pass)); pass++);
  }, PATIENCE_MILLISECONDS);

  afterAll(async () => {
    await prometheus.close();
    await Promise.all(sidecars.map((sidecar) => sidecar.close()));
  });

  it("the rule's PSI over both is the core's PSI on the whole, within 1e-6", () => {
    for (const [feature, value] of psiOf(july)) expect([feature, seen.psi.get(feature)]).toEqual([feature, expect.closeTo(value, 6)]);
    expect(seen.psi.get('temp')).toBeGreaterThan(5);
  });

  it('the alert fires on the drifted days, and says where and how much', () => {
    expect(seen.drift).toMatchObject({ state: 'firing', labels: { severity: 'ticket' } });
    expect(seen.drift?.annotations['summary']).toMatch(/^Feature temp of july 1 drifted from baseline: PSI \d+\.\d{3}, bar 0\.2$/);
  });

  it('and not on a quiet, undrifted day, where PSI is above the bar by chance', () => {
    expect([...seen.quietPsi.values()].filter((value) => value > 0.2)).not.toHaveLength(0);
    expect(seen.quietAlerts).toEqual([]);
  });
});

/** Sends all flights, half to each sidecar, and asks until everything was seen; false where its window passed before. */
async function passShowsAll(pass: number): Promise<boolean> {
  await prometheus.setScraping(true);
  // Every counter is seen before the first request, so that `increase` sees all of it.
  await prometheus.until(
    () => prometheus.query(`count(time() - timestamp(${FAMILY}) < 2)`, ''),
    (series) => series.get('') === sidecars.length * 2 * baseline.features.length,
  );
  for (const [i, sidecar] of sidecars.entries()) {
    const half = (rows: readonly FlightRow[]) => rows.filter((_, row) => row % 2 === i);
    await sendFlights(sidecar, 'july', half(july), `pass-${pass}`);
    await sendFlights(sidecar, 'quiet', half(quiet), `pass-${pass}`);
  }
  // `increase` stretches each replica's counters from its last sample to the end of the window, so replicas scraped half a second apart weigh
  // a little differently. Where the last sample lies further back it adds half an interval to each alike, and what rules give is exact.
  const sent = pass * (july.length + quiet.length);
  await prometheus.until(
    () => prometheus.query(`sum(${FAMILY}{feature="temp"})`, ''),
    (counted) => counted.get('') === sent,
  );
  await prometheus.setScraping(false);
  const expected = psiOf(july);
  return prometheus.until(
    async () => {
      await look(expected);
      return isNear(seen.psi, expected) && seen.drift !== undefined;
    },
    (all) => all,
  );
}

async function look(expected: ReadonlyMap<string, number>): Promise<void> {
  const psiOfModel = (model: string) =>
    prometheus.query(`model_version_feature:modelwatch_feature_psi:${WINDOWS[0]}{model="${model}",reference="baseline"}`, 'feature');
  if (!isNear(seen.psi, expected)) seen.psi = await psiOfModel('july');
  for (const [feature, value] of await psiOfModel('quiet')) seen.quietPsi.set(feature, Math.max(value, seen.quietPsi.get(feature) ?? 0));
  for (const alert of await prometheus.alerts()) {
    const { alertname, model, feature } = alert.labels;
    if (alertname !== 'ModelwatchFeatureDrift') continue;
    if (model === 'quiet') seen.quietAlerts.push(alert);
    else if (feature === 'temp' && alert.state === 'firing') seen.drift = alert;
  }
}
