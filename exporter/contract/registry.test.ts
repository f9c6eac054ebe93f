import { createHash } from 'node:crypto';
import { chmod, copyFile, link, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Baseline, Promotion } from '@modelwatch/core';
import { flightRows, flightsRequest } from './flights-traffic.js';
import { accountsOf, FLIGHTS, MODELS, startTestSidecar, type TestSidecar, until } from './test-sidecar.js';

const CLIENTS = 8;
const digestOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** The inbox: both models of the example, each with its baseline. */
let inbox: string;
let sidecar: TestSidecar | undefined;
const digests = new Map<string, string>();

beforeAll(async () => {
  inbox = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-inbox-'));
  for (const name of ['champion.onnx', 'challenger.onnx', 'baseline.json'])
    await copyFile(path.join(FLIGHTS, name), path.join(inbox, name));
  const baseline = JSON.parse(await readFile(path.join(inbox, 'baseline.json'), 'utf8')) as Baseline;
  const modelDigest = `sha256:${digestOf(await readFile(path.join(inbox, 'challenger.onnx')))}`;
  // What the champion gave for its golden rows is not what the challenger gives.
  const second = { ...baseline, explanations: undefined, version: '2', goldenRows: { ...baseline.goldenRows, features: [], outputs: [] } };
  await writeFile(path.join(inbox, 'second.json'), JSON.stringify({ ...second, provenance: { ...baseline.provenance, modelDigest } }));
  await copyFile(path.join(MODELS, 'garbage.onnx'), path.join(inbox, 'garbage.onnx'));
  for (const name of await readdir(inbox)) digests.set(name, digestOf(await readFile(path.join(inbox, name))));
}, 60_000);
afterEach(async () => {
  await sidecar?.close();
  sidecar = undefined;
});
afterAll(async () => {
  await rm(inbox, { recursive: true, force: true });
});

const yamlOf = (more = '') => `
store: { path: store.db }
registry: { path: models, inbox: ${inbox} }
models:
  - name: flights
    champion:
      version: '1'
      registry: true
      onnx: { path: ${path.join(FLIGHTS, 'champion.onnx')} }
      baseline: baseline.json
    challengers: [{ version: challenger, onnx: { path: ${path.join(FLIGHTS, 'challenger.onnx')} } }]
    output: { tensor: probabilities, column: 1 }${more}
`;
const start = async () => {
  const baseline = await readFile(path.join(FLIGHTS, 'baseline.json'), 'utf8');
  const text = baseline.replace('"model": "flights-late"', '"model": "flights"');
  return (sidecar = await startTestSidecar(yamlOf(), { files: { 'baseline.json': text } }));
};
const file = (name: string) => ({ file: name, digest: digests.get(name)! });
const register = (version: string, onnx: string, more: object = {}) =>
  sidecar!.post('/v1/registry/versions', JSON.stringify({ model: 'flights', version, onnx: file(onnx), ...more }));
const promote = (version: string, id?: string) =>
  sidecar!.post('/v1/registry/promotions', JSON.stringify({ model: 'flights', version, ...(id === undefined ? {} : { id }) }));
const stage = (version: string, to: string) =>
  sidecar!.post('/v1/registry/stages', JSON.stringify({ model: 'flights', version, stage: to }));
const stages = async () => {
  const answer = (await (await fetch(`${sidecar!.url}/v1/registry/versions?model=flights`)).json()) as {
    readonly versions: readonly { readonly version: string; readonly stage: string }[];
  };
  return Object.fromEntries(answer.versions.map(({ version, stage: now }) => [version, now]));
};
const codeOf = ({ status, json }: Awaited<ReturnType<typeof promote>>) => [status, (json() as { readonly code?: string }).code];
const rows = flightRows('live.csv').slice(0, 3);
const infer = () => sidecar!.post('/v2/models/flights/infer', flightsRequest(rows));
const versionOf = (answer: { json(): unknown }) => (answer.json() as { readonly model_version: string }).model_version;

describe('a model that leaves its version to the registry', () => {
  it('begins with the one of its configuration, and keeps what it serves in a private folder by digest', async () => {
    await start();
    expect(versionOf(await infer())).toBe('1');
    expect(await stages()).toEqual({ '1': 'production', challenger: 'shadow' });
    const folder = path.join(sidecar!.folder, 'models');
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    for (const name of await readdir(folder)) expect(digestOf(await readFile(path.join(folder, name)))).toBe(name);
    const page = await (await fetch(sidecar!.url)).text();
    expect(page).toContain('<td>flights</td><td>challenger</td><td>shadow</td>');
  });

  it('exchanges champion and baseline under load without a request that fails, and says which version answered', async () => {
    await start();
    const second = JSON.parse(await readFile(path.join(inbox, 'second.json'), 'utf8')) as Baseline;
    await writeFile(path.join(inbox, 'second-flights.json'), JSON.stringify({ ...second, model: 'flights' }));
    digests.set('second-flights.json', digestOf(await readFile(path.join(inbox, 'second-flights.json'))));
    expect((await register('2', 'challenger.onnx', { baseline: file('second-flights.json'), owner: 'travel' })).status).toBe(200);

    // By version, the only answer there is to these rows.
    const answers = new Map<string, Set<string>>();
    const codes = new Set<number>();
    let over = false;
    let sent = 0;
    let truths = 0;
    const client = async () => {
      while (!over) {
        const answer = await infer();
        sent++;
        codes.add(answer.status);
        const { outputs } = answer.json() as { readonly outputs: readonly { readonly name: string; readonly data: unknown }[] };
        const version = versionOf(answer);
        answers.set(
          version,
          (answers.get(version) ?? new Set()).add(JSON.stringify(outputs.find(({ name }) => name === 'probabilities')!.data)),
        );
      }
    };
    const truthClient = async () => {
      while (!over) {
        codes.add((await sidecar!.post('/v1/ground-truth', JSON.stringify({ model: 'flights', id: `t-${truths++}`, value: 1 }))).status);
      }
    };
    const load = [...Array.from({ length: CLIENTS }, client), truthClient()];
    for (const [version, before] of [
      ['2', '1'],
      ['1', '2'],
      ['2', '1'],
    ] as const) {
      const answer = await promote(version);
      expect([answer.status, answer.json()]).toEqual([200, { promotion: expect.objectContaining({ version, previous: before }) }]);
      // From the answer on, no request that begins is answered by the version before.
      expect(versionOf(await infer())).toBe(version);
      expect(await stages()).toMatchObject({ [version]: 'production', [before]: 'archived' });
    }
    over = true;
    await Promise.all(load);
    expect([...codes]).toEqual([200]);
    expect([...answers].map(([version, given]) => [version, given.size]).sort()).toEqual([
      ['1', 1],
      ['2', 1],
    ]);
    expect(new Set([...answers.values()].flatMap((given) => [...given])).size).toBe(2);
    expect(await accountsOf(sidecar!, 'flights')).toMatchObject({
      received: sent + 3,
      answered: sent + 3,
      failed: 0,
      shed: 0,
      inFlight: 0,
    });
    expect(await sidecar!.series('modelwatch_registry_promotions_total{model="flights",outcome="promoted"}')).toBe(3);
    expect(await sidecar!.series('modelwatch_registry_version_info{model="flights",version="2",stage="production"}')).toBe(1);
    expect((await sidecar!.seriesOf('modelwatch_feature_bin_total{model="flights",version="2"')).size).toBeGreaterThan(10);
    expect((await sidecar!.seriesOf('modelwatch_feature_bin_total{model="flights",version="1"')).size).toBe(0);
  }, 120_000);

  it('goes on with the version in force where another cannot take over', async () => {
    await start();
    expect((await register('broken', 'garbage.onnx')).status).toBe(200);
    // Made with another model file.
    expect((await register('wrong', 'challenger.onnx', { baseline: file('baseline.json') })).status).toBe(200);
    expect(codeOf(await promote('broken', 'p'))).toEqual([409, 'promotion_aborted']);
    expect(codeOf(await promote('broken', 'p'))).toEqual([409, 'promotion_aborted']);
    expect(codeOf(await promote('wrong'))).toEqual([409, 'promotion_aborted']);
    expect(codeOf(await promote('nowhere'))).toEqual([404, 'version_not_found']);
    expect(codeOf(await promote('1'))).toEqual([409, 'version_in_production']);
    expect(codeOf(await stage('1', 'archived'))).toEqual([409, 'version_in_production']);
    expect(codeOf(await stage('broken', 'production'))).toEqual([400, 'invalid_form']);
    expect([(await stage('broken', 'archived')).status, versionOf(await infer())]).toEqual([200, '1']);
    expect(await stages()).toMatchObject({ '1': 'production', broken: 'archived', wrong: 'none' });
    expect(await sidecar!.series('modelwatch_registry_promotions_total{model="flights",outcome="aborted"}')).toBe(2);
  }, 60_000);

  it('stays with what was promoted over a reload, and over promotions asked for at once', async () => {
    await start();
    const asked = await Promise.all([promote('challenger', 'a'), promote('challenger', 'a'), promote('challenger', 'b')]);
    expect(asked.map(({ status }) => status)).toEqual([200, 200, 409]);
    await sidecar!.sidecar.reload(await sidecar!.configOf(yamlOf('\n    team: travel')));
    expect(versionOf(await infer())).toBe('challenger');
    const compared = async () => (await sidecar!.seriesOf('modelwatch_shadow_sent_total')).size;
    expect(await compared()).toBe(0);
    // Another promotion may begin once the version before has answered its last request.
    const promotions = async () => (await (await fetch(`${sidecar!.url}/v1/registry/promotions`)).json()) as { promotions: Promotion[] };
    await until(async () => (await promotions()).promotions.every(({ state }) => state === 'done'));
    // Back: what was rolled back is archived, and compared again once it is in shadow.
    expect([(await promote('1')).status, versionOf(await infer()), await compared()]).toEqual([200, '1', 0]);
    await stage('challenger', 'shadow');
    while ((await compared()) === 0);
    await stage('challenger', 'archived');
    while ((await compared()) > 0);
    expect(versionOf(await infer())).toBe('1');
    expect(codeOf(await promote('challenger', 'a'))).toEqual([200, undefined]);
    expect(await sidecar!.series('modelwatch_registry_promotions_total{model="flights",outcome="promoted"}')).toBe(2);
  }, 60_000);

  it('is known by its configuration alone: others are refused, and one that a reload leaves out comes back as it was', async () => {
    await start();
    const post = (route: string, form: object) => sidecar!.post(`/v1/registry/${route}`, JSON.stringify(form));
    const nobody = { model: 'nobody', version: '2' };
    expect(codeOf(await post('versions', { ...nobody, onnx: file('challenger.onnx') }))).toEqual([404, 'model_not_found']);
    expect(codeOf(await post('promotions', nobody))).toEqual([404, 'model_not_found']);
    expect(codeOf(await post('stages', { ...nobody, stage: 'shadow' }))).toEqual([404, 'version_not_found']);
    // Registered by API alone: the configuration names neither its version nor its file.
    expect([(await register('2', 'challenger.onnx')).status, (await promote('2')).status]).toEqual([200, 200]);
    const other = "models: [{ name: other, champion: { version: '1' } }]";
    await sidecar!.sidecar.reload(await sidecar!.configOf(`store: { path: store.db }\n${other}`));
    expect(codeOf(await promote('1'))).toEqual([404, 'model_not_found']);
    expect(codeOf(await infer())).toEqual([404, 'model_not_found']);
    expect(await stages()).toMatchObject({ '1': 'archived', '2': 'production' });
    await sidecar!.sidecar.reload(await sidecar!.configOf(yamlOf()));
    expect(versionOf(await infer())).toBe('2');
  }, 60_000);
});

describe('a file that is registered', () => {
  it('is taken from the inbox by name, if it is what it was said to be', async () => {
    await start();
    const strange = path.join(inbox, 'linked.onnx');
    const post = (onnx: object) => sidecar!.post('/v1/registry/versions', JSON.stringify({ model: 'flights', version: 'x', onnx }));
    const { digest } = file('challenger.onnx');
    const taken = async (name: string, sha = digest) => codeOf(await post({ file: name, digest: sha }));
    expect(await taken('champion.onnx', 'f'.repeat(64))).toEqual([422, 'digest_mismatch']);
    expect(await taken('nothing.onnx', 'f'.repeat(64))).toEqual([404, 'file_not_found']);
    for (const name of ['../champion.onnx', '/etc/passwd', 'a/b', '..', '.hidden', 'a\u0000b', '%2e%2e']) {
      expect(await taken(name)).toEqual([400, 'invalid_form']);
    }
    const unknown = digestOf(Buffer.from('another'));
    await symlink(path.join(inbox, 'champion.onnx'), strange);
    expect(await taken('linked.onnx', unknown)).toEqual([422, 'file_refused']);
    await rm(strange);
    const twice = path.join(inbox, 'twice.onnx');
    await writeFile(twice, 'another');
    await link(twice, strange);
    expect(await taken('linked.onnx', unknown)).toEqual([422, 'file_refused']);
    await Promise.all([rm(strange), rm(twice)]);
    // What is registered is kept: the inbox may be emptied.
    expect((await register('2', 'garbage.onnx')).json()).toEqual({ outcome: 'registered' });
    await chmod(path.join(inbox, 'garbage.onnx'), 0o000);
    expect((await register('2', 'garbage.onnx')).json()).toEqual({ outcome: 'duplicate' });
    await chmod(path.join(inbox, 'garbage.onnx'), 0o644);
    const kept = await readdir(path.join(sidecar!.folder, 'models'));
    await writeFile(path.join(inbox, 'third.onnx'), 'third');
    digests.set('third.onnx', digestOf(Buffer.from('third')));
    expect(codeOf(await register('2', 'champion.onnx'))).toEqual([409, 'version_conflict']);
    expect(codeOf(await register('2', 'third.onnx'))).toEqual([409, 'version_conflict']);
    // What was taken for nothing is not kept.
    expect((await readdir(path.join(sidecar!.folder, 'models'))).sort()).toEqual(kept.sort());
  });
});
