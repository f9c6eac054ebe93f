import { createHash } from 'node:crypto';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { OperationalEvent, Promotion, RegistryVersion } from '@modelwatch/core';
import { runSidecar, type SidecarProcess } from './sidecar-process.js';
import { MODELS, parsePage } from './test-sidecar.js';

/** Three at each point by PROMOTION_KILLS=21. */
const KILLS = Number(process.env['PROMOTION_KILLS'] ?? 7);
const CLIENTS = 4;
/** Where a promotion is when its process is killed: what the log has just said, or that it was asked for, or answered. */
const POINTS = [
  'asked',
  'promotion intended',
  'promotion loaded',
  'promotion committed',
  'promotion in force',
  'promotion done',
  'answered',
];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-promote-'));
  await copyFile(path.join(MODELS, 'identity-fp32.onnx'), path.join(folder, 'model.onnx'));
  await writeFile(
    path.join(folder, 'modelwatch.yaml'),
    `models: [{ name: m, champion: { version: one, registry: true, onnx: { path: model.onnx } } }]\n`,
  );
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const BODY = '{"inputs":[{"name":"x","datatype":"FP32","shape":[1,2],"data":[1,2]}]}';
const JSON_TYPE = { 'content-type': 'application/json' };
const start = () => runSidecar(['--config', path.join(folder, 'modelwatch.yaml'), '--port', '0']);
const post = (url: string, route: string, body: string) => fetch(url + route, { method: 'POST', headers: JSON_TYPE, body });
const get = async <T>(url: string, route: string) => (await (await fetch(url + route)).json()) as T;

async function servedBy(url: string): Promise<string> {
  const answer = await post(url, '/v2/models/m/infer', BODY);
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { readonly model_version: string }).model_version;
}

/** Sends until the process is gone; tells the codes and versions of all that was answered. */
async function load(url: string, seen: Set<string>): Promise<void> {
  for (;;) {
    try {
      const answer = await post(url, '/v2/models/m/infer', BODY);
      const { model_version: version = '' } = (await answer.json()) as { readonly model_version?: string };
      seen.add(`${answer.status} ${version}`);
    } catch {
      return;
    }
  }
}

/** The promotion once it is at its end; undefined where it was never written down. */
async function ended(url: string, id: string): Promise<Promotion | undefined> {
  for (let attempt = 0; attempt < 1000; attempt++) {
    const { promotions } = await get<{ readonly promotions: readonly Promotion[] }>(url, '/v1/registry/promotions');
    const found = promotions.find((promotion) => promotion.id === id);
    if (found === undefined || found.state === 'done' || found.state === 'aborted') return found;
    await pause(10);
  }
  throw new Error('the promotion has not come to its end');
}

async function killAt(point: string, id: string, sidecar: SidecarProcess, asked: Promise<unknown>): Promise<void> {
  if (point === 'answered') await asked;
  else if (point !== 'asked') await sidecar.logged(point, { promotion: id });
  sidecar.kill('SIGKILL');
  await sidecar.end;
}

it(`kill -9 in the middle of a promotion, ${KILLS} times under load: it ends once, either way, never neither, never both`, async () => {
  let sidecar = start();
  let url = await sidecar.url;
  const digest = createHash('sha256')
    .update(await readFile(path.join(folder, 'model.onnx')))
    .digest('hex');
  const second = JSON.stringify({ model: 'm', version: 'two', onnx: { file: 'model.onnx', digest } });
  expect((await post(url, '/v1/registry/versions', second)).status).toBe(200);
  let production = 'one';
  const ends = new Set<string>();
  for (let kill = 0; kill < KILLS; kill++) {
    const target = production === 'one' ? 'two' : 'one';
    const point = POINTS[kill % POINTS.length]!;
    const id = `p-${kill}`;
    const seen = new Set<string>();
    const clients = Array.from({ length: CLIENTS }, () => load(url, seen));
    let acknowledged = false;
    const asked = post(url, '/v1/registry/promotions', JSON.stringify({ id, model: 'm', version: target })).then(
      ({ status }) => {
        acknowledged = status === 200;
      },
      () => undefined,
    );
    await killAt(point, id, sidecar, asked);
    await Promise.all([asked, ...clients]);
    for (const answered of seen) expect([`200 ${production}`, `200 ${target}`]).toContain(answered);

    sidecar = start();
    url = await sidecar.url;
    const end = await ended(url, id);
    const { versions } = await get<{ readonly versions: readonly RegistryVersion[] }>(url, '/v1/registry/versions?stage=production');
    expect(versions).toHaveLength(1);
    const after = versions[0]!.version;
    expect(await servedBy(url)).toBe(after);
    expect([end?.state ?? 'never', after]).toEqual(end === undefined ? ['never', production] : ['done', target]);
    if (acknowledged || (point !== 'asked' && point !== 'promotion intended')) expect(after).toBe(target);
    ends.add(`${point}: ${end?.state ?? 'never'}`);
    production = after;
  }
  // The log tells of each promotion that was committed, once, whatever its process was killed at.
  const { promotions } = await get<{ readonly promotions: readonly Promotion[] }>(url, '/v1/registry/promotions');
  const { events } = await get<{ readonly events: readonly OperationalEvent[] }>(url, '/v1/events?model=m&limit=1000');
  const committed = promotions.filter(({ state }) => state === 'done').map(({ id }) => `registry:${id}`);
  expect(events.map(({ id }) => id).toSorted()).toEqual(committed.toSorted());
  const scrape = parsePage(await (await fetch(`${url}/metrics`)).text());
  const counted = ['promotion', 'rollback'].map((kind) =>
    scrape.get(`modelwatch_log_events_ended_total{model="m",kind="${kind}",outcome="succeeded"}`)!,
  );
  expect(counted).toEqual(['promotion', 'rollback'].map((kind) => events.filter((event) => event.kind === kind).length));
  expect(counted[0]! + counted[1]!).toBe(committed.length);
  expect(ends.size).toBeGreaterThanOrEqual(Math.min(KILLS, POINTS.length));
  sidecar.kill('SIGTERM');
  expect((await sidecar.end).code).toBe(0);
}, 600_000);
