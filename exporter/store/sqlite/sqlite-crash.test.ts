import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DatabaseSync } from '@photostructure/sqlite';
import { batchOf, testClock, until } from '../conformance.js';
import { openSqliteStore } from '../index.js';
import type { JoinedCounts } from '../joined-counts.js';
import type { Store, StoreModel } from '../store.js';
import { takeBallast } from './ballast.js';

const client = path.join(import.meta.dirname, 'testdata', 'client.mjs');
const model: StoreModel = {
  name: 'm',
  kind: 'probability',
  threshold: 0.5,
  horizonSeconds: 86_400,
  challengers: [{ version: '2', threshold: 0.5, toleranceAbsolute: 0 }],
  slices: [{ name: 'region', valuesMax: 1, keptMax: 2 }],
  baselines: [
    {
      version: '1',
      features: [{ kind: 'numeric', edges: [0.5], min: 0, max: 1 }],
      output: { kind: 'numeric', edges: [0.5], min: 0, max: 1 },
    },
  ],
};

let directory: string;
beforeAll(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'modelwatch-crash-'));
});
afterAll(() => {
  fs.rmSync(directory, { recursive: true });
});

/** Lines of a client until `enough` says so. */
async function linesOf(child: ChildProcess, enough: (line: string) => boolean): Promise<string[]> {
  const lines: string[] = [];
  let satisfied = false;
  for await (const line of createInterface({ input: child.stdout! })) {
    lines.push(line);
    if (!satisfied && enough(line)) {
      satisfied = true;
      child.kill('SIGKILL');
    }
  }
  return lines;
}

const numbersOf = (lines: readonly string[], kind: string) =>
  lines
    .map((line) => line.split(' '))
    .filter(([first]) => first === kind)
    .flatMap(([, from, to]) => Array.from({ length: Number(to) - Number(from) }, (_, i) => Number(from) + i));

/** As the client has it. */
const regionOf = (number: number) => `r${number % 3}`;

/** Sends all numbers again and checks that what was acknowledged is there, and that nothing is counted twice. Gives the pairs compared before. */
async function expectExactlyOnce(file: string, predicted: readonly number[], told: readonly number[], end: number): Promise<number> {
  const store = await openSqliteStore({
    path: file,
    models: [model],
    clock: testClock(),
    predictionsMax: 1_000_000,
    queueEntriesMax: 1_000_000,
  });
  const send = async (numbers: readonly number[]) => {
    const ids = numbers.map((number) => `id-${number}`);
    const columns = { features: [ids.map(() => 0.3)], outputs: ids.map(() => 0.9), slices: [numbers.map(regionOf)] };
    const batch = { model: 'm', version: '1', role: 'champion' as const, rows: ids.length, ids, timeSeconds: 1, ...columns };
    const predictions = await store.ingestPredictions(batch);
    store.recordPredictions({ ...batch, version: '2', role: 'challenger', features: [] });
    const truths = await store.ingestGroundTruth(ids.map((id) => ({ model: 'm', id, value: 1, timeSeconds: 2 })));
    return {
      predictions: predictions.ok ? new Set<string>(predictions.value) : undefined,
      truths: truths.ok ? new Set<string>(truths.value) : undefined,
    };
  };
  const challenger = () => store.readings().series.find(({ role }) => role === 'challenger')!;
  const comparedBefore = challenger().paired!.quality.count;
  expect((await send(told)).truths).toEqual(new Set(['duplicate']));
  expect((await send(predicted)).predictions).toEqual(new Set(['duplicate']));
  await send(Array.from({ length: end }, (_, i) => i));
  const { models, series } = store.readings();
  expect(models[0]).toMatchObject({ received: end, conflicts: 0, pending: 0, events: { prediction: { received: end } } });
  expect(series[0]!.quality.joined).toBe(end);
  expect(series[0]!.quality.confusion.truePositive).toBe(end);
  expect(series[0]!.events.features[0]!.count).toBe(end);
  const { slices, tail } = series[0]!.quality;
  const ofEach = (counts: ReadonlyMap<string, JoinedCounts> | undefined) =>
    [...(counts ?? [])].map(([, { confusion, scores, calibration, errors }]) => [
      confusion.truePositive,
      scores.count,
      calibration.count,
      errors.count,
    ]);
  // Two regions of three have no counts of their own, and one of these is not kept by itself.
  const third = Array.from({ length: 4 }, () => end / 3);
  expect(ofEach(slices.get('region')).sort(([a], [b]) => a! - b!)).toEqual([third, third.map((count) => 2 * count)]);
  expect(ofEach(tail.get('region'))).toEqual([third, third]);
  const { quality, paired } = challenger();
  expect([quality.joined, paired!.received, ...paired!.quality.outcomes]).toEqual([end, end, end, 0, 0, 0]);
  await store.close();
  return comparedBefore;
}

/** What SQLite says of the files as a crash left them; of a copy, since looking would mend them. */
function integrityOf(file: string): unknown {
  // In a place of its own: the driver holds a file until its statements are collected.
  const copy = path.join(fs.mkdtempSync(path.join(directory, 'copy-')), 'store');
  for (const suffix of ['', '-wal']) if (fs.existsSync(file + suffix)) fs.copyFileSync(file + suffix, copy + suffix);
  const db = new DatabaseSync(copy);
  const result = db.prepare('PRAGMA integrity_check').all();
  db.close();
  return result;
}

describe('a crash', () => {
  it('loses nothing acknowledged and counts nothing twice, killed at any moment', async () => {
    const file = path.join(directory, 'killed');
    const lines: string[] = [];
    let end = 0;
    // Drawn once: the process dies in the middle of what follows its n-th acknowledgement, and twice before it has given any.
    for (const acknowledgedMax of [0, 1, 87, 3, 42, 17, 0, 60, 5, 151, 29, 11]) {
      const child = spawn(process.execPath, [client, file, String(end)], { stdio: ['ignore', 'pipe', 'inherit'] });
      let acknowledged = 0;
      lines.push(...(await linesOf(child, (line) => (line === 'opened' ? acknowledgedMax === 0 : ++acknowledged >= acknowledgedMax))));
      expect(integrityOf(file)).toEqual([{ integrity_check: 'ok' }]);
      // Four clients go on by 40 each; the next one begins where none of these has been.
      end = Math.ceil((Math.max(0, ...numbersOf(lines, 'predictions')) + 100) / 120) * 120;
    }
    const told = numbersOf(lines, 'truths');
    expect(told.length).toBeGreaterThan(500);
    const compared = await expectExactlyOnce(file, numbersOf(lines, 'predictions'), told, end);
    expect(compared).toBeGreaterThanOrEqual(told.length);
  }, 120_000);
});

/** A client whose files may grow to so many blocks of 512 bytes; what is beyond fails, as on a full disk. */
function spawnLimited(file: string, blocks: number): ChildProcess {
  // The signal that would come with it is ignored.
  const shell = `trap '' XFSZ; ulimit -S -f ${blocks}; exec "$0" "$@"`;
  return spawn('sh', ['-c', shell, process.execPath, client, file, '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Its lines, from the first refusal on without the limit, until so much is acknowledged after it. */
async function linesOfHealing(child: ChildProcess, onRefused: () => void = () => undefined): Promise<string[]> {
  let refused = false;
  let acknowledgedAfter = 0;
  const lines = await linesOf(child, (line) => {
    if (line.startsWith('refused') && !refused) {
      refused = true;
      onRefused();
      execFileSync('prlimit', ['--pid', String(child.pid), '--fsize=unlimited']);
    }
    return refused && /^(predictions|truths)/.test(line) && ++acknowledgedAfter > 20;
  });
  expect(lines).toContain('healed');
  expect(lines.filter((line) => line.startsWith('refused'))[0]).toBe('refused store_unavailable up=false');
  return lines;
}

describe('a disk that fails', () => {
  it('gives store_unavailable, keeps what was acknowledged, and heals', async () => {
    const file = path.join(directory, 'full');
    const lines = await linesOfHealing(spawnLimited(file, 12_000));
    const predicted = numbersOf(lines, 'predictions');
    await expectExactlyOnce(file, predicted, numbersOf(lines, 'truths'), Math.ceil((Math.max(...predicted) + 41) / 3) * 3);
  }, 60_000);

  it('leaves the store down at the start, gets the ballast, and heals', async () => {
    const file = path.join(directory, 'down');
    takeBallast(file);
    expect(fs.statSync(`${file}.ballast`).size).toBe(4_194_304);
    let ballast = true;
    const lines = await linesOfHealing(spawnLimited(file, 0), () => (ballast = fs.existsSync(`${file}.ballast`)));
    expect(ballast).toBe(false);
    expect(numbersOf(lines.slice(0, lines.indexOf('healed')), 'predictions')).toEqual([]);
  }, 60_000);

  it('leaves the store down where its file is damaged, until it is mended; and closes while down', async () => {
    const file = path.join(directory, 'damaged');
    const faults: string[] = [];
    const options = {
      path: file,
      models: [model],
      clock: testClock(),
      predictionsMax: 10,
      queueEntriesMax: 10,
      onFault: (message: string) => faults.push(message),
    };
    const send = (store: Store) => store.ingestGroundTruth([{ model: 'm', id: 'a', value: 1, timeSeconds: 1 }]);
    const first = await openSqliteStore(options);
    expect(await send(first)).toMatchObject({ ok: true, value: ['early'] });
    await first.close();
    const sound = fs.readFileSync(file);
    fs.writeFileSync(file, Buffer.from(sound).fill(0xff, 100, 4096));

    const closedWhileDown = await openSqliteStore(options);
    await closedWhileDown.close();
    const store = await openSqliteStore(options);
    expect(store.readings().up).toBe(false);
    expect(await send(store)).toMatchObject({ ok: false, error: { code: 'store_unavailable' } });
    store.recordPredictions(batchOf(['b'], [0.9], 1));
    await until(store, ({ queues }) => queues[0]!.dropped['store_unavailable'] === 1);
    fs.writeFileSync(file, sound);
    await until(store, ({ up }) => up);
    expect(await send(store)).toMatchObject({ ok: true, value: ['duplicate'] });
    expect(new Set(faults)).toEqual(new Set(['database disk image is malformed']));
    await store.close();
  });
});
