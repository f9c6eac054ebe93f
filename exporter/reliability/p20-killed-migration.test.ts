import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe } from '@jest/globals';
import { DatabaseSync } from '@photostructure/sqlite';
import { hasProgram } from '../contract/debian-program.js';
import { runSidecar } from '../contract/sidecar-process.js';
import type { StoreModel } from '../store/index.js';
import { openLedger } from '../store/sqlite/ledger.js';
import { SCHEMA_VERSION } from '../store/sqlite/schema.js';
import { FULL, promise, type Findings } from './testing/promise.js';
import { makePlace } from './testing/sidecar-of.js';

const OPENER = path.join(import.meta.dirname, 'testing', 'open-store.mjs');
const OLD_STORES = path.join(import.meta.dirname, '..', 'store', 'sqlite', 'testdata');
/** Calls that decide what is in the file. */
const CALLS = ['pwrite64', 'ftruncate', 'fdatasync', 'unlink'] as const;
/** Of the calls of one kind, every so many is one that the process does not live to see. */
const STRIDE = FULL ? 1 : 13;
/** Made anew, and left by each release before this one. */
const VERSIONS = Array.from({ length: SCHEMA_VERSION }, (_, version) => version);
/** What the old stores hold: testdata/make-old-store.mjs. */
const JOINED = 40;
const RECEIVED = 45;
const PREDICTIONS = 60;

const MODEL: StoreModel = {
  name: 'm',
  kind: 'probability',
  threshold: 0.5,
  horizonSeconds: 86_400,
  challengers: [],
  slices: [{ name: 'region', valuesMax: 2 }],
  baselines: [],
};

async function oldStore(folder: string, version: number): Promise<string> {
  const file = path.join(folder, `v${version}.db`);
  if (version === 0) return file;
  const db = new DatabaseSync(file);
  db.exec(await readFile(path.join(OLD_STORES, `store-v${version}.sql`), 'utf8'));
  db.close();
  return file;
}

/** What a pragma says of a copy of the files: the driver holds a file until its statements are collected. */
async function askCopy(file: string, pragma: string): Promise<unknown> {
  const copy = await mkdtemp(`${file}-copy-`);
  for (const suffix of ['', '-wal']) if (existsSync(file + suffix)) await copyFile(file + suffix, path.join(copy, `store${suffix}`));
  const db = new DatabaseSync(path.join(copy, 'store'));
  const [value] = Object.values(db.prepare(`PRAGMA ${pragma}`).get() as Record<string, unknown>);
  db.close();
  return value;
}

/** Everything a store tells once it is open, and its schema; its integrity first, of the files as they were left. */
async function readStore(file: string): Promise<{ readonly integrity: unknown; readonly told: string; readonly schema: unknown }> {
  const integrity = await askCopy(file, 'integrity_check');
  const ledger = openLedger({ path: file, models: [MODEL], predictionsMax: 1000, settledMax: 1000 });
  const told = JSON.stringify(ledger.report());
  ledger.close();
  return { integrity, told, schema: await askCopy(file, 'user_version') };
}

/** Opens a file in a process of its own under strace; whether it came to its end, and the trace. */
async function openTraced(file: string, trace: string, kill?: { readonly call: string; readonly at: number }): Promise<boolean> {
  const inject = kill === undefined ? [] : ['-e', `inject=${kill.call}:signal=SIGKILL:when=${kill.at}`];
  const options = ['-f', '-o', trace, '-e', `trace=${CALLS.join(',')}`, ...inject, process.execPath, OPENER, file];
  return new Promise((resolve) => {
    execFile('strace', options, (error) => {
      resolve(error === null);
    });
  });
}

const needed = hasProgram('strace') ? describe : describe.skip;
needed('with strace', () => {
  promise('P20', 'a store whose migration is killed at any write is whole and goes on from there', async (findings) => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-migration-'));
    try {
      for (const version of VERSIONS) {
        const from = version === 0 ? 'made anew' : `from schema ${version}`;
        const old = await oldStore(folder, version);
        const unharmed = path.join(folder, `unharmed-${version}.db`);
        const trace = path.join(folder, `trace-${version}`);
        if (version > 0) await copyFile(old, unharmed);
        const cameThrough = await openTraced(unharmed, trace);
        findings.count(`${from}: came through where nobody killed it`, Number(cameThrough), 1);
        const wanted = await readStore(unharmed);
        const calls = (await readFile(trace, 'latin1')).split('\n').map((line) => /^\d+ +(\w+)\(/.exec(line)?.[1]);
        let killed = 0;
        let damaged = 0;
        let other = 0;
        for (const call of CALLS) {
          const count = calls.filter((name) => name === call).length;
          for (let at = 1 + (version % STRIDE); at <= count; at += STRIDE) {
            const own = path.join(folder, `killed-${version}-${call}-${at}`);
            await mkdir(own);
            const file = path.join(own, 'store.db');
            if (version > 0) await copyFile(old, file);
            if (!(await openTraced(file, path.join(own, 'trace'), { call, at }))) killed++;
            const left = await readStore(file);
            if (left.integrity !== 'ok') damaged++;
            if (left.told !== wanted.told || left.schema !== SCHEMA_VERSION) other++;
          }
        }
        findings.bound(`${from}: killed at a write, sync, cut or removal`, killed, { min: 3 });
        findings.count(`${from}: files that were damaged`, damaged, 0);
        findings.count(`${from}: with other counts or another schema than the unharmed one`, other, 0);
        if (version > 0) {
          const { models, series } = JSON.parse(wanted.told) as {
            readonly models: readonly [
              { readonly received: number; readonly events: { readonly prediction: { readonly received: number } } },
            ];
            readonly series: readonly [{ readonly quality: { readonly joined: number } }];
          };
          findings.count(`${from}: predictions in it`, models[0].events.prediction.received, PREDICTIONS);
          findings.count(`${from}: ground truth in it`, models[0].received, RECEIVED);
          findings.count(`${from}: pairs in it`, series[0].quality.joined, JOINED);
        }
      }
    } finally {
      await rm(folder, { recursive: true });
    }
    await runProgram(findings);
  });
});

/** The program itself, on what the release before has left, and on what a later one has. */
async function runProgram(findings: Findings): Promise<void> {
  const place = await makePlace(`
store: { path: kept.db }
models: [{ name: m, champion: { version: '1' }, slices: [{ name: region, feature: region }] }]
`);
  const kept = path.join(place.folder, 'kept.db');
  try {
    await copyFile(await oldStore(place.folder, SCHEMA_VERSION - 1), kept);
    const sidecar = await place.start();
    const joined = (await sidecar.series()).get('modelwatch_ground_truth_joined_total{model="m",version="1",role="champion"}');
    findings.count('pairs that the program tells of a store of the release before', joined ?? NaN, JOINED);
    sidecar.kill('SIGTERM');
    await sidecar.end;

    const db = new DatabaseSync(kept);
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
    db.close();
    const digest = async () =>
      createHash('sha256')
        .update(await readFile(kept))
        .digest('hex');
    const before = await digest();
    const refused = await runSidecar(['--config', path.join(place.folder, 'modelwatch.yaml'), '--port', '0']).end;
    findings.bound('exit code of the program on a store of a later release', refused.code ?? NaN, { min: 1 });
    findings.count(
      'that it says so',
      Number(refused.stderr.includes(`schema version ${SCHEMA_VERSION + 1}, this release knows ${SCHEMA_VERSION}`)),
      1,
    );
    findings.count('bytes it changed', Number((await digest()) !== before), 0);
  } finally {
    await place.remove();
  }
}
