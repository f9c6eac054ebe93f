import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { METRICS, type Baseline } from '@modelwatch/core';
import { hasProgram } from './debian-program.js';
import { answerOf, startRawUpstream, type RawUpstream } from './raw-upstream.js';
import { MODELS, startTestSidecar, type TestSidecar } from './test-sidecar.js';

/*
 * The whole scrape of a small sidecar, as a file: what a change of code changes on the page shows in its review. The clock stands still, so that
 * every duration is 0; what the machine and the build decide is left out. `SCRAPE_WRITE=1` writes the file anew.
 */

const GOLDEN = path.join(import.meta.dirname, 'testdata', 'scrape.prom');
const BASELINE = path.join(import.meta.dirname, '..', 'baseline', 'testdata', 'valid', 'plain.json');
/** Lines that say how long something took, how often the test has asked, how large a file is, or what else runs in this process. */
const LEFT_OUT =
  /^(?:# (?:HELP|TYPE) )?(?:process_|nodejs_)|^modelwatch_(?:store_commit_duration_seconds|store_size_bytes|exposition_series|exposition_duration_seconds|build_info|explanation_cpu_seconds_total|scorer_cpu_seconds_total|scorer_load_seconds|scorer_first_call_seconds|cost_total)|^modelwatch_scoring_duration_seconds\w*\{model="trips"|^modelwatch_http_requests_total\{route="\/metrics"/;
const NOW_SECONDS = 1_800_000_000;
const TOKEN = 'mw_a-token-of-this-test-alone';
/** Local gauges are reckoned anew once a second. */
const LATER_SECONDS = 2;
/** Enough for every gauge that waits for a minimum. */
const ROWS = 360;

let sidecar: TestSidecar;
let upstream: RawUpstream;
let page: string;
let nowSeconds = NOW_SECONDS;

const text = async (accept = 'text/plain'): Promise<string> => (await fetch(`${sidecar.url}/metrics`, { headers: { accept } })).text();

/** The small baseline as if made of a hundred times as many rows: one of six rows is too small for any drift. */
async function largeBaseline(): Promise<string> {
  const baseline = JSON.parse(await readFile(BASELINE, 'utf8')) as unknown;
  const manifold: ReadonlySet<string> = new Set(['rows', 'count', 'm2', 'missing', 'counts']);
  return JSON.stringify(baseline, (key, value: unknown) => {
    if (!manifold.has(key)) return value;
    if (Array.isArray(value)) return (value as number[]).map((count) => count * 100);
    return typeof value === 'number' ? value * 100 : value;
  });
}

const inBin = (bin: number, count: number) => Array.from({ length: 50 }, (_, i) => (i === bin ? count : 0));
const EVALUATION: Baseline['evaluation'] = {
  kind: 'probability',
  rows: 1000,
  files: [],
  threshold: 0.5,
  confusion: { truePositive: 450, falsePositive: 0, trueNegative: 550, falseNegative: 0 },
  scores: { positive: inBin(39, 450), negative: inBin(9, 550) },
  calibration: { edges: [0.2], counts: [550, 450], scores: [110, 360], positives: [0, 450] },
  errors: { over: 110, under: 90, squared: 40 },
  groundTruth: { edges: [0], counts: [550, 450] },
};
const RECONSTRUCTION: Baseline['reconstruction'] = {
  features: ['a', 'b'].map((name) => ({ name, kind: 'numeric', mean: 1, scale: 2 })),
  components: [[0.6, 0.8]],
  varianceRatio: 0.75,
  errors: { count: 200, sum: 100, squared: 60, beyond: 2 },
};

/** A baseline of the model that gives back its input, one of whose golden rows has another output and another explanation. */
async function identityBaseline(): Promise<string> {
  const plain = JSON.parse(await readFile(BASELINE, 'utf8')) as Baseline;
  const distance = plain.features.find(({ kind }) => kind === 'numeric')!;
  return JSON.stringify({
    ...plain,
    model: 'identity',
    version: '2',
    provenance: { ...plain.provenance, modelDigest: undefined },
    features: ['a', 'b'].map((name) => ({ ...distance, name })),
    evaluation: EVALUATION,
    reconstruction: RECONSTRUCTION,
    goldenRows: {
      features: [
        [1, 2],
        [3, 4],
      ],
      outputs: [2, 4.5],
      toleranceAbsolute: 0.25,
    },
    explanations: {
      seed: 1,
      rowsMax: 64,
      base: 3,
      background: [
        [1, 2],
        [3, 4],
      ],
      attributions: { count: 100, positive: [10, 30], negative: [0, 20], squared: [1, 25], missing: 0 },
      golden: {
        rows: [0, 1],
        values: [
          [0, -1],
          [0.5, 1],
        ],
      },
    },
  });
}

/** A port where nobody listens. */
async function deadPort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

beforeAll(async () => {
  upstream = await startRawUpstream(() => undefined);
  sidecar = await startTestSidecar(
    `
store: { path: ':memory:' }
watch: { localCountMin: ${ROWS} }
access:
  tokens: [{ name: ci, digest: 'sha256:${createHash('sha256').update(TOKEN).digest('hex')}', scopes: [operate], expires: '2100-01-01T00:00:00Z' }]
  open: [infer, metrics, read, ingest]
  readPerSecondMax: 1
models:
  - name: identity
    team: platform
    champion: { version: '2', registry: true, onnx: { path: ${path.join(MODELS, 'identity-fp32.onnx')} }, baseline: identity.json }
    challengers: [{ version: '3', onnx: { path: ${path.join(MODELS, 'identity-fp32.onnx')} } }]
    slices: [{ name: tenant, header: x-tenant }]
    explain: { share: 1 }
    freshness: { header: x-event-time }
    # No input holds the join key: requests are skipped, and nobody is called.
    samples: { failing: false, share: 0 }
    parity: { url: 'http://127.0.0.1:1', entities: { key: key }, features: { x: 'view:x' }, share: 1 }
    cost: { currency: EUR, cpuSecondPrice: 0.01, requestPrice: 0.001, replicaHourPrice: 1 }
  - name: trips
    champion: { version: '1', upstream: { url: '${upstream.url}' }, baseline: baseline.json }
    slices: [{ name: city, valuesMax: 3 }, { name: tenant, header: x-tenant }]
  - name: absent
    champion: { version: '1', upstream: { url: 'http://127.0.0.1:${await deadPort()}' } }
  - name: prices
    champion: { version: '1' }
    output: { kind: regression }
  - name: fares
    champion:
      version: '1'
      onnx: { path: ${path.join(MODELS, 'regression.onnx')} }
      errorModel: { onnx: { path: ${path.join(MODELS, 'regression-errors.onnx')} } }
    output: { kind: regression }
`,
    {
      clock: { nowSeconds: () => nowSeconds, monotonicSeconds: () => 0 },
      files: { 'baseline.json': await largeBaseline(), 'identity.json': await identityBaseline() },
    },
  );
  await traffic();
  nowSeconds += LATER_SECONDS;
  page = await text();
});

afterAll(async () => {
  await sidecar.close();
  await upstream.close();
});

/** Scored rows, half of them beyond the baseline, with their ground truth; refusals; events. */
async function traffic(): Promise<void> {
  while ((await sidecar.series('modelwatch_store_up')) !== 1) await new Promise(setImmediate);
  const challenger = 'model="identity",version="3",role="challenger"';
  while ((await sidecar.series(`modelwatch_model_ready{${challenger}}`)) !== 1) await new Promise(setImmediate);
  const errorModel = 'modelwatch_error_model_ready{model="fares",version="1",role="champion"}';
  while ((await sidecar.series(errorModel)) !== 1) await new Promise(setImmediate);
  const golden = 'modelwatch_golden_replay_timestamp_seconds{model="identity",version="2",role="champion"}';
  while ((await sidecar.series(golden)) === undefined) await new Promise(setImmediate);
  const explained = 'modelwatch_golden_explanation_timestamp_seconds{model="identity",version="2",role="champion"}';
  while ((await sidecar.series(explained)) === undefined) await new Promise(setImmediate);
  const fp32 = (shape: readonly number[]) => JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape, data: [1, 2] }] });
  const scored = `modelwatch_shadow_outcomes_total{${challenger},outcome="scored"}`;
  for (const [shape, copies] of [
    [[1, 2], 1],
    [[1, 2], 2],
    [[2, 1], 2],
  ] as const) {
    await sidecar.post('/v2/models/identity/infer', fp32(shape), {
      'x-request-id': 'same',
      'x-tenant': 'acme',
      'x-event-time': String(NOW_SECONDS - 90),
    });
    // One copy after the other: how many share a call is a matter of timing.
    while ((await sidecar.series(scored)) !== copies) await new Promise(setImmediate);
  }
  for (let row = 0; row < ROWS; row++) {
    const score = row % 4 === 0 ? 0.9 : 0.2;
    upstream.answer((socket) =>
      socket.write(answerOf('200 OK', [], JSON.stringify({ outputs: [{ name: 'p', datatype: 'FP64', shape: [1], data: [score] }] }))),
    );
    const inputs = [
      { name: 'distance', datatype: 'FP64', shape: [1], data: [row % 7] },
      { name: 'city', datatype: 'BYTES', shape: [1], data: [['Bonn', 'a "new"\\\none', 'Aachen', 'Kiel'][row % 4]] },
    ];
    await sidecar.post('/v2/models/trips/infer', JSON.stringify({ id: `t-${row}`, inputs }), { 'x-tenant': `tenant-${row % 2}` });
  }
  upstream.answer((socket) => socket.write(answerOf('500 Internal Server Error', [], '{"error":"no"}')));
  await sidecar.post('/v2/models/trips/infer', '{}');
  upstream.answer((socket) => socket.write(answerOf('200 OK', [], 'no json')));
  await sidecar.post('/v2/models/trips/infer', '{}');
  await sidecar.post('/v2/models/absent/infer', '{}');
  await sidecar.post('/v2/models/nobody/infer', '{}');
  await sidecar.post('/v1/registry/promotions', '{}');
  const job = { id: 'job', kind: 'training_job', model: 'prices', status: 'running' };
  await sidecar.post('/v1/events', JSON.stringify(job), { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` });
  // The rate of a second lets two through at once.
  for (let i = 0; i < 3; i++) await fetch(`${sidecar.url}/v2`);
  const watched = async () => (await sidecar.series('modelwatch_watch_duration_seconds_count')) ?? 0;
  while ((await watched()) < ROWS + 3) await new Promise(setImmediate);
  const explanations = 'modelwatch_explanation_outcomes_total{model="identity",version="2",role="champion",outcome="explained"}';
  while ((await sidecar.series(explanations)) !== 2) await new Promise(setImmediate);
  const truths = Array.from({ length: ROWS }, (_, row) => ({
    model: 'trips',
    id: `t-${row}`,
    value: row % 3 === 0,
    time: NOW_SECONDS + row,
  }));
  const early = { model: 'trips', id: 'not-yet', value: 1 };
  await sidecar.post('/v1/ground-truth', JSON.stringify([...truths, early, { model: 'identity', id: 'same', value: 1 }]));
  await sidecar.post('/v1/ground-truth', JSON.stringify([truths[0], { ...truths[1], value: true }]));
  const event = { model: 'prices', id: 'p', output: 250_000 };
  for (let again = 0; again < 2; again++) await sidecar.post('/v1/predictions', JSON.stringify(event));
  await sidecar.post('/v1/ground-truth', JSON.stringify({ model: 'prices', id: 'p', value: 245_000 }));
}

/** Names of families by their TYPE lines. */
const familiesOf = (exposition: string) =>
  [...exposition.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => ({ name: name!, type: type! }));
const isOwn = ({ name }: { readonly name: string }) => !/^(?:process|nodejs)_/.test(name);

describe('the scrape', () => {
  it('of a small sidecar is this page', async () => {
    const shown = page
      .split('\n')
      .filter((line) => !LEFT_OUT.test(line))
      .join('\n');
    if (process.env['SCRAPE_WRITE'] === '1') await writeFile(GOLDEN, shown);
    expect(shown).toBe(await readFile(GOLDEN, 'utf8'));
  });

  it('holds every family of the table and no other, each once and of its type', () => {
    const own = familiesOf(page).filter(isOwn);
    const wanted = METRICS.map(({ name, type }) => ({ name, type }));
    const order = (a: { readonly name: string }, b: { readonly name: string }) => (a.name < b.name ? -1 : 1);
    expect([...own].sort(order)).toEqual(wanted.map(({ name, type }) => ({ name, type: String(type) })).sort(order));
  });

  it('has a series of every family', () => {
    const names = page.split('\n').flatMap((line) => (line.startsWith('#') ? [] : [/^\w+/.exec(line)?.[0] ?? '']));
    const shown = new Set(names.map((name) => name.replace(/_(?:bucket|sum|count)$/, '')).concat(names));
    expect(METRICS.filter(({ name }) => !shown.has(name)).map(({ name }) => name)).toEqual([]);
  });

  it('has no series twice', () => {
    const series = page.split('\n').flatMap((line) => (line === '' || line.startsWith('#') ? [] : [line.slice(0, line.lastIndexOf(' '))]));
    expect(series.filter((name, i) => series.indexOf(name) !== i)).toEqual([]);
  });

  it('adds up: what was received was answered, failed or shed', () => {
    const sums = new Map<string, number>();
    for (const [, name, model, value] of page.matchAll(/^modelwatch_requests_(\w+?)(?:_total)?\{model="(\w+)".*\} (\d+)$/gm)) {
      sums.set(`${model} ${name}`, (sums.get(`${model} ${name}`) ?? 0) + Number(value));
    }
    const of = (model: string, name: string) => sums.get(`${model} ${name}`) ?? 0;
    for (const model of ['identity', 'trips', 'absent']) {
      expect(of(model, 'received')).toBeGreaterThan(0);
      expect([model, of(model, 'received')]).toEqual([
        model,
        of(model, 'answered') + of(model, 'failed') + of(model, 'shed') + of(model, 'in_flight'),
      ]);
    }
  });

  (hasProgram('promtool') ? it : it.skip)('passes promtool check metrics', () => {
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: page, encoding: 'utf8' });
    expect([status, stdout + stderr]).toEqual([0, '']);
  });
});

describe('the scrape in OpenMetrics', () => {
  it('holds the same series, counters without their suffix in HELP and TYPE, exemplars on buckets alone, and an end', async () => {
    const traceparent = `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`;
    await sidecar.post('/v2/models/identity/infer', '{}', { traceparent });
    const open = await text('application/openmetrics-text;version=1.0.0');
    expect(open.endsWith('\n# EOF\n')).toBe(true);
    expect(open.match(/^# EOF$/gm)).toHaveLength(1);
    const seriesOf = (exposition: string) => [...exposition.matchAll(/^(modelwatch_\w+(?:\{.*?\})?) \S+/gm)].map(([, name]) => name);
    const before = new Set(seriesOf(page));
    for (const name of seriesOf(open)) before.delete(name);
    expect([...before]).toEqual([]);
    const counters = METRICS.filter(({ type }) => type === 'counter').map(({ name }) => name.replace(/_total$/, ''));
    expect(
      familiesOf(open)
        .filter((family) => isOwn(family) && family.type === 'counter')
        .map(({ name }) => name)
        .sort(),
    ).toEqual(counters.sort());
    const exemplars = open.split('\n').filter((line) => / # \{/.test(line));
    expect(exemplars.length).toBeGreaterThan(0);
    for (const line of exemplars) expect(line).toMatch(/^\w+_bucket\{.*\} \d+ # \{trace_id="(?:ab){16}"\} 0 1800000002\.000$/);
  });
});
