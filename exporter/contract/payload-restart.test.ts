import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runSidecar, type SidecarProcess } from './sidecar-process.js';
import { parsePage } from './test-sidecar.js';

/* Halves of logged exchanges that were acknowledged, and the process killed before the others came. */

const MODELS = ['plain', 'private'];

let folder: string;
let sidecar: SidecarProcess;
const place = (name: string) => path.join(folder, name);

const start = () => (sidecar = runSidecar(['--config', place('modelwatch.yaml'), '--port', '0']));
async function killAndStart(meanwhile: () => Promise<void> = () => Promise.resolve()): Promise<void> {
  sidecar.kill('SIGKILL');
  await sidecar.end;
  await meanwhile();
  await start().url;
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-halves-'));
  await writeFile(
    place('modelwatch.yaml'),
    `
store: { path: kept.db }
models:
  - { name: plain, champion: { version: '1' } }
  - { name: private, private: [city], champion: { version: '1' } }
`,
  );
  await start().url;
});
afterAll(async () => {
  sidecar.kill('SIGKILL');
  await sidecar.end;
  await rm(folder, { recursive: true, force: true });
});

async function half(model: string, id: string, kind: 'request' | 'response') {
  const answer = await fetch(`${await sidecar.url}/v1/predictions`, {
    method: 'POST',
    body: JSON.stringify(kind === 'request' ? { instances: [{ city: `oslo-${model}` }] } : { predictions: [0.75] }),
    headers: {
      ...{ 'content-type': 'application/json', 'ce-specversion': '1.0', 'ce-id': id, 'ce-source': 'http://localhost/' },
      ...{ 'ce-type': `org.kubeflow.serving.inference.${kind}`, 'ce-inferenceservicename': model },
    },
  });
  return { status: answer.status, ...((await answer.json()) as object) };
}

async function series(name: string) {
  return parsePage(await (await fetch(`${await sidecar.url}/metrics`)).text()).get(`modelwatch_${name}`);
}

const UNREADABLE = 'queue_dropped_total{queue="payloads",reason="unreadable"}';
const PAIRED = { status: 200, outcome: 'paired', predictions: 1, duplicates: 0 };

describe('a half that was acknowledged', () => {
  it('meets its other half after a kill, whether it was sealed or not', async () => {
    for (const model of MODELS) expect(await half(model, 'a', 'request')).toEqual({ status: 200, outcome: 'waiting' });
    const texts = await Promise.all(['kept.db', 'kept.db-wal'].map((name) => readFile(place(name), 'latin1')));
    expect(MODELS.map((model) => texts.join('').includes(`oslo-${model}`))).toEqual([true, false]);
    expect((await stat(place('kept.db.key'))).mode & 0o777).toBe(0o600);
    await killAndStart();
    for (const model of MODELS) expect([model, await half(model, 'a', 'request')]).toEqual([model, { status: 200, outcome: 'duplicate' }]);
    for (const model of MODELS) expect([model, await half(model, 'a', 'response')]).toEqual([model, PAIRED]);
    expect(await series(UNREADABLE)).toBe(0);
  });

  it('makes room for the half that comes where its key is gone', async () => {
    for (const id of ['b', 'c']) for (const model of MODELS) await half(model, id, 'request');
    await killAndStart(() => rm(place('kept.db.key')));
    expect(await half('plain', 'b', 'response')).toEqual(PAIRED);
    // Of the same kind it is taken anew, of the other it waits in turn; each then meets what is sent again.
    expect(await half('private', 'b', 'request')).toEqual({ status: 200, outcome: 'waiting' });
    expect(await half('private', 'b', 'response')).toEqual(PAIRED);
    expect(await half('private', 'c', 'response')).toEqual({ status: 200, outcome: 'waiting' });
    expect(await half('private', 'c', 'request')).toEqual(PAIRED);
    expect([await series(UNREADABLE), await series('queue_entries{queue="payloads"}')]).toEqual([2, 1]);
  });

  it('is not given up for a key that was cut: the sidecar says so and does not start', async () => {
    sidecar.kill('SIGKILL');
    await sidecar.end;
    await writeFile(place('kept.db.key'), 'short');
    start().url.catch(() => undefined);
    expect(await sidecar.end).toMatchObject({ code: 1, stderr: expect.stringContaining('kept.db.key is no key of 32 bytes') });
  });
});
