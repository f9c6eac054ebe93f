import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DatabaseSync } from '@photostructure/sqlite';
import { Command } from 'commander';
import { addBaselineCommand } from '../baseline/baseline-cli.js';
import { CATEGORICAL, flightRows, flightsRequest, NUMERIC, type FlightRow } from './flights-traffic.js';
import { answerOf, startRawUpstream, type RawUpstream } from './raw-upstream.js';
import { FLIGHTS, startTestSidecar, until, type TestSidecar } from './test-sidecar.js';

/*
 * Values of private features take every way into a sidecar: served, ingested, logged by halves, compared with a feature server, kept for the domain
 * classifier, refused. Then every route that answers, every table, the bytes of the files and the log are searched for them.
 */

/** Of `dest`, one of them in training; of `distance`, exact in 32 bits and found in no row of the example. */
const TEXTS = ['secret-oslo', 'secret-rome', 'secret-lima'];
const NUMBERS = [91_731.25, 83_417.75, 77_129.5];
const TRAINED = 'secret-trained';
const TRAINED_NUMBER = 66_543.25;

/** As text, and as the eight and four bytes of a number, either way round. */
const NEEDLES: readonly (readonly [string, Buffer])[] = [
  ...[...TEXTS, TRAINED].map((text) => [text, Buffer.from(text)] as const),
  ...[...NUMBERS, TRAINED_NUMBER].flatMap((number) => {
    const [double, single] = [Buffer.alloc(8), Buffer.alloc(4)];
    double.writeDoubleLE(number);
    single.writeFloatLE(number);
    return [
      [`${number} as text`, Buffer.from(String(number))],
      [`${number} in 64 bits`, double],
      [`${number} in 64 bits, high first`, Buffer.from(double).reverse()],
      [`${number} in 32 bits`, single],
    ] as const;
  }),
];
const foundIn = (where: string, bytes: Buffer) =>
  NEEDLES.flatMap(([name, needle]) => (bytes.includes(needle) ? [`${where}: ${name}`] : []));

let folder: string;
let server: RawUpstream;
let sidecar: TestSidecar;
const log: string[] = [];
const place = (name: string) => path.join(folder, name);

async function makeBaseline(): Promise<void> {
  const rows = flightRows('training.csv')
    .slice(0, 1000)
    .map((row, i) => ({ ...row, ...(i % 5 === 0 ? { dest: TRAINED } : {}), ...(i === 7 ? { distance: String(TRAINED_NUMBER) } : {}) }));
  await writeFile(place('rows.csv'), [Object.keys(rows[0]!).join(), ...rows.map((row) => Object.values(row).join())].join('\n'));
  let said = '';
  const take = { write: (text: string) => (said += text) };
  const program = new Command('modelwatch').exitOverride();
  let code: number | undefined;
  addBaselineCommand(program, { stdout: take, stderr: take }, (ended) => (code = ended));
  const options = ['--model', 'flights', '--version-name', '1', '--output-column', 'score', '--ground-truth-column', 'late'];
  const more = ['--ignore', 'id,time,ground_truth_time', '--private', 'dest,distance', '--out', place('baseline.json')];
  await program.parseAsync(['baseline', place('rows.csv'), ...options, ...more], { from: 'user' });
  expect([code, said]).toEqual([0, expect.any(String)]);
}

const configuration = () => `
store: { path: ${place('kept.db')} }
registry: { path: ${place('registry')} }
models:
  - name: flights
    private: [dest, distance]
    champion: { version: '1', onnx: { path: ${path.join(FLIGHTS, 'champion.onnx')} }, baseline: ${place('baseline.json')} }
    challengers: [{ version: '2', onnx: { path: ${path.join(FLIGHTS, 'challenger.onnx')} } }]
    output: { kind: probability, tensor: probabilities, column: 1 }
    slices: [{ name: origin }]
    samples: { share: 1, otherwise: keep }
    multivariate: { recentRowsMax: 500, sampleRatio: 1 }
    parity:
      url: ${server.url}
      share: 1
      entities: { origin: origin }
      features: { dest: 'flights:dest', distance: 'flights:distance', temp: 'flights:temp' }
`;

const secretRow = (row: FlightRow, i: number): FlightRow => ({ ...row, dest: TEXTS[i % 3]!, distance: String(NUMBERS[i % 3]) });
const live = flightRows('live.csv').filter((row) => NUMERIC.every((name) => row[name] !== ''));
const featuresOf = (row: FlightRow) =>
  Object.fromEntries([...CATEGORICAL.map((name) => [name, row[name]]), ...NUMERIC.map((name) => [name, Number(row[name])])]);
const half = (id: string, kind: 'request' | 'response', body: string) =>
  sidecar.post('/v1/predictions', body, {
    ...{ 'content-type': 'application/json', 'ce-specversion': '1.0', 'ce-id': id, 'ce-source': 'http://localhost/' },
    ...{ 'ce-type': `org.kubeflow.serving.inference.${kind}`, 'ce-inferenceservicename': 'flights' },
  });

/** The whole of an answer; of a stream, which has no end, what comes first. */
async function bytesOf(response: Response): Promise<Buffer> {
  if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true) return Buffer.from(await response.arrayBuffer());
  const reader = response.body!.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  return Buffer.from(value ?? []);
}

const LABELS = 'model="flights",version="1",role="champion"';

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-private-'));
  server = await startRawUpstream((socket, { body }) => {
    const { entities, features } = JSON.parse(body.toString()) as { entities: Record<string, unknown[]>; features: readonly string[] };
    const origins = entities['origin']!;
    const names = ['origin', ...features.map((name) => name.split(':')[1]!)];
    const results = names.map((name) => {
      const value = name === 'dest' ? TEXTS[1] : NUMBERS[1];
      return { values: name === 'origin' ? origins : origins.map(() => value), statuses: origins.map(() => 'PRESENT') };
    });
    socket.write(answerOf('200 OK', [], JSON.stringify({ metadata: { feature_names: names }, results })));
  });
  await makeBaseline();
  sidecar = await startTestSidecar(configuration(), { log: (line) => log.push(line) });
}, 120_000);
afterAll(async () => {
  await sidecar?.close();
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

describe('values of private features', () => {
  it('come in by every way, and are counted', async () => {
    const rows = live.slice(0, 150).map(secretRow);
    expect((await sidecar.post('/v2/models/flights/infer', flightsRequest(rows, 'served'))).status).toBe(200);
    // Refused, by the model and before it.
    const whole = JSON.parse(flightsRequest([rows[0]!])) as { inputs: { name: string; data: unknown[] }[] };
    const lacking = { inputs: whole.inputs.filter(({ name }) => name !== 'carrier') };
    const retyped = {
      inputs: whole.inputs.map((input) => (input.name === 'temp' ? { ...input, datatype: 'BYTES', data: ['warm'] } : input)),
    };
    for (const body of [lacking, retyped]) expect((await sidecar.post('/v2/models/flights/infer', JSON.stringify(body))).status).toBe(400);
    const events = rows.slice(0, 80).map((row, i) => ({ model: 'flights', id: `e${i}`, output: 0.5, features: featuresOf(row) }));
    expect((await sidecar.post('/v1/predictions', JSON.stringify(events))).status).toBe(200);
    const wrong: readonly object[] = [
      { ...events[0]!, slices: { nobody: TEXTS[0] } },
      { ...events[0]!, output: TEXTS[0] },
      { ...events[0]!, features: { ...featuresOf(rows[0]!), distance: TEXTS[1], temp: 'warm' } },
    ];
    for (const body of wrong) expect((await sidecar.post('/v1/predictions', JSON.stringify(body))).status).toBe(400);
    const truths = rows.slice(0, 100).map((row, i) => ({ model: 'flights', id: `served/${i}`, value: Number(row['late']) }));
    expect((await sidecar.post('/v1/ground-truth', JSON.stringify(truths))).status).toBe(200);
    const outputs = [{ name: 'probabilities', datatype: 'FP32', shape: [1, 2], data: [0.75, 0.25] }];
    expect((await half('paired', 'request', flightsRequest([rows[1]!]))).json()).toEqual({ outcome: 'waiting' });
    expect((await half('waits', 'request', flightsRequest([rows[2]!]))).json()).toEqual({ outcome: 'waiting' });
    expect((await half('paired', 'response', JSON.stringify({ outputs }))).json()).toMatchObject({ outcome: 'paired', predictions: 1 });
    const [served, ingested] = [150, 80 + 1];
    const series = (name: string, more = '') => sidecar.series(`modelwatch_${name}{${LABELS}${more}}`);
    await until(async () => (await series('predictions_total'))! >= served);
    await until(async () => (await series('recent_rows'))! >= served);
    await until(async () => (await series('parity_lookups_total', ',outcome="compared"'))! >= 2);
    expect(server.requests.length).toBeGreaterThanOrEqual(2);
    const unseen = 'modelwatch_feature_bin_total{model="flights",version="1",feature="dest",bin="__unseen__"}';
    await until(async () => (await sidecar.series(unseen)) === served + ingested);
    await until(async () => (await sidecar.series('modelwatch_table_bytes{queue="samples"}'))! > 0);
  });

  it('stand in no answer of any route', async () => {
    const found: string[] = [];
    const statuses = new Map<string, number>();
    const look = async (name: string, asked: Promise<Response>) => {
      const response = await asked;
      statuses.set(name, response.status);
      const headers = JSON.stringify([...response.headers]);
      found.push(...foundIn(name, Buffer.concat([Buffer.from(headers), await bytesOf(response)])));
    };
    const queries = ['', '?feature=dest', '?feature=distance', '?limit=100', '?from=0', '?slice=origin', `?feature=${TEXTS[0]}`];
    for (const { method, path: pattern } of sidecar.sidecar.routes) {
      const route = sidecar.url + pattern.replace(':model', 'flights').replace(':version', '1');
      if (method === 'GET') for (const query of queries) await look(`GET ${pattern}${query}`, fetch(route + query));
      else {
        const post = (body: string) => fetch(route, { method, body, headers: { 'content-type': 'application/json' } });
        const bodies = ['', '{', JSON.stringify({ model: 'flights', id: TEXTS[0], [TEXTS[1]!]: TEXTS[2] }), `"${TEXTS[0]}"`];
        for (const body of bodies) await look(`POST ${pattern} ${body.slice(0, 2)}`, post(body));
      }
    }
    // What the caller itself has just said may be quoted back to it, as the name of a field or of a feature; values may not.
    const quoted = found.filter((each) => !/^(POST \S+ \{"|GET \S+\?feature=secret)/.test(each));
    expect(quoted).toEqual([]);
    // The search has looked at answers that tell something.
    for (const route of ['explanations', 'slices', 'challengers', 'distributions', 'slice-quality', 'samples']) {
      expect([route, statuses.get(`GET /v1/models/:model/${route}`)]).toEqual([route, route === 'explanations' ? 404 : 200]);
    }
    expect(statuses.get('POST /v1/models/:model/domain-classifier ')).toBe(200);
    expect([...statuses.values()].every((status) => status < 500)).toBe(true);
  });

  it('stand in no table, no file of the sidecar, and no line of the log', async () => {
    const tablesIn = (file: string) => {
      const db = new DatabaseSync(file, { readOnly: true });
      try {
        const names = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all() as { name: string }[];
        return names.map(({ name }) => [name, db.prepare(`SELECT * FROM "${name}"`).all()] as const);
      } finally {
        db.close();
      }
    };
    const filled = new Set<string>();
    const found: string[] = [];
    const lookAtFiles = async () => {
      for (const file of await readdir(folder, { recursive: true, withFileTypes: true })) {
        if (!file.isFile() || file.name === 'rows.csv') continue;
        found.push(...foundIn(file.name, await readFile(path.join(file.parentPath, file.name))));
      }
    };
    await lookAtFiles();
    // Something is logged: what takes effect at the next start alone.
    await sidecar.sidecar.reload(await sidecar.configOf(configuration().replace('store:', 'snapshots: { window: 2h }\nstore:')));
    // Ends the window: its snapshot is written.
    await sidecar.sidecar.drain();
    await lookAtFiles();
    for (const [name, rows] of tablesIn(place('kept.db'))) {
      if (rows.length > 0) filled.add(name);
      for (const value of rows.flatMap((row) => Object.values(row as object) as unknown[])) {
        if (value instanceof Uint8Array) found.push(...foundIn(name, Buffer.from(value)));
        else found.push(...foundIn(name, Buffer.from(String(value))));
      }
    }
    found.push(...foundIn('log', Buffer.from(log.join('\n'))));
    expect(found).toEqual([]);
    for (const name of ['model', 'series', 'slice', 'prediction', 'payload', 'snapshots_snapshot', 'samples_sample'])
      expect([...filled]).toContain(name);
    expect(log.length).toBeGreaterThan(0);
  });

  it('of a half that waited are sealed: it meets its other half after a restart', async () => {
    sidecar = await startTestSidecar(configuration());
    const outputs = [{ name: 'probabilities', datatype: 'FP32', shape: [1, 2], data: [0.75, 0.25] }];
    expect((await half('waits', 'response', JSON.stringify({ outputs }))).json()).toMatchObject({ outcome: 'paired', predictions: 1 });
    expect(await sidecar.series('modelwatch_queue_entries{queue="payloads"}')).toBe(0);
  });
});
