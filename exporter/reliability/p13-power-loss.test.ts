import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from '@jest/globals';
import { DatabaseSync } from '@photostructure/sqlite';
import { seededRandom } from '@modelwatch/core';
import { hasProgram } from '../contract/debian-program.js';
import { createDisk } from './testing/disk-image.js';
import { FULL, promise } from './testing/promise.js';
import { readTrace, STRACE_OPTIONS, type Syscall } from './testing/traced-writes.js';

const IMAGES = FULL ? 5000 : 500;
const ACKNOWLEDGEMENTS = FULL ? 600 : 60;
const CLIENT = path.join(import.meta.dirname, '..', 'store', 'sqlite', 'testdata', 'client.mjs');

/** The calls of a store that takes predictions and ground truth until so many requests are acknowledged. */
async function traceStore(folder: string): Promise<readonly Syscall[]> {
  const trace = path.join(folder, 'trace');
  const kept = path.join(folder, 'kept');
  await mkdir(kept);
  const client = ['--disable-warning=ExperimentalWarning', CLIENT, path.join(kept, 'db'), '0'];
  const child = spawn('strace', [...STRACE_OPTIONS, '-o', trace, process.execPath, ...client], { stdio: ['ignore', 'pipe', 'ignore'] });
  let lines = 0;
  // The tracer goes on for as long as what it traces, so the client is ended by its closed stdout.
  createInterface({ input: child.stdout }).on('line', () => {
    if (++lines === ACKNOWLEDGEMENTS) child.stdout.destroy();
  });
  await once(child, 'exit');
  return readTrace(trace, kept);
}

/** Ids that were acknowledged as a kind. */
function idsOf(lines: readonly string[], kind: string): readonly string[] {
  return lines
    .map((line) => line.split(' '))
    .filter(([first]) => first === kind)
    .flatMap(([, from, to]) => Array.from({ length: Number(to) - Number(from) }, (_, i) => `id-${Number(from) + i}`));
}

interface Found {
  readonly isSound: boolean;
  readonly lost: number;
  readonly countsDiffer: boolean;
}

/** Opens what a power loss left and looks for what was acknowledged. */
async function inspect(folder: string, files: ReadonlyMap<string, Buffer>, told: readonly string[]): Promise<Found> {
  await mkdir(folder);
  // What is shared by mapping is no file of the store: it goes with the processes.
  for (const [file, bytes] of files) if (!file.endsWith('-shm')) await writeFile(path.join(folder, path.basename(file)), bytes);
  const db = new DatabaseSync(path.join(folder, 'db'));
  try {
    if (JSON.stringify(db.prepare('PRAGMA integrity_check').all()) !== '[{"integrity_check":"ok"}]') {
      return { isSound: false, lost: 0, countsDiffer: false };
    }
    const hasTables = db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'prediction'").get() !== undefined;
    const rows = hasTables ? (db.prepare('SELECT id, truth FROM prediction WHERE time IS NOT NULL').all() as Row[]) : [];
    const predicted = new Set(rows.map(({ id }) => id));
    const joined = new Set(rows.filter(({ truth }) => truth !== null).map(({ id }) => id));
    const lost =
      idsOf(told, 'predictions').filter((id) => !predicted.has(id)).length + idsOf(told, 'truths').filter((id) => !joined.has(id)).length;
    const counted = hasTables
      ? (db.prepare("SELECT sum(json_extract(quality, '$.joined')) AS joined FROM series WHERE role = 'champion'").get() as {
          readonly joined: number | null;
        })
      : { joined: 0 };
    return { isSound: true, lost, countsDiffer: (counted.joined ?? 0) !== joined.size };
  } finally {
    db.close();
    await rm(folder, { recursive: true });
  }
}

interface Row {
  readonly id: string;
  readonly truth: number | null;
}

const needed = hasProgram('strace') ? describe : describe.skip;
needed('with the system calls of a store', () => {
  promise('P13', `a power loss at any of ${IMAGES} moments loses nothing acknowledged`, async (findings) => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-p13-'));
    try {
      const calls = await traceStore(folder);
      const random = seededRandom(13);
      const moments = calls.filter(({ kind }) => kind !== 'told').length;
      let moment = 0;
      const disk = createDisk();
      const told: string[] = [];
      const sums = { images: 0, torn: 0, unsound: 0, lost: 0, miscounted: 0 };
      for (const call of calls) {
        if (call.kind === 'told') told.push(call.line);
        else disk.apply(call);
        if (call.kind === 'told') continue;
        // As many images by this moment as make the number by the last, each with other sectors that survive: none, all, or each by itself.
        const due = Math.ceil((IMAGES * ++moment) / moments);
        while (sums.images < due) {
          const share = [0, 1, 0.5, 0.9][Math.floor(random() * 4)]!;
          const found = await inspect(
            path.join(folder, 'image'),
            disk.image(() => random() < share),
            told,
          );
          sums.images++;
          if (disk.pendingSectors > 0 && share > 0 && share < 1) sums.torn++;
          if (!found.isSound) sums.unsound++;
          if (found.countsDiffer) sums.miscounted++;
          sums.lost += found.lost;
        }
      }
      findings.bound('moments at which the power was lost', moments, { min: ACKNOWLEDGEMENTS });
      findings.count('images', sums.images, IMAGES);
      findings.bound('of them with writes torn', sums.torn, { min: IMAGES / 20 });
      findings.count('images that are corrupt', sums.unsound, 0);
      findings.count('acknowledged predictions and ground truth lost, over all images', sums.lost, 0);
      findings.count('images whose counts are not those of their rows', sums.miscounted, 0);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('the disk of P13', () => {
  it('loses what was not synced, in sectors, and keeps what was', () => {
    const disk = createDisk();
    const write = (offset: number, text: string, length: number): Syscall => ({
      kind: 'write',
      file: 'a',
      offset,
      bytes: Buffer.alloc(length, text),
    });
    disk.apply(write(0, 'x', 1024));
    disk.apply({ kind: 'sync', file: 'a' });
    disk.apply(write(256, 'y', 512));
    expect(disk.pendingSectors).toBe(2);
    const last = () => disk.image(() => n++ === 1);
    let n = 0;
    expect(last().get('a')!.toString()).toBe('x'.repeat(512) + 'y'.repeat(256) + 'x'.repeat(256));
    expect(
      disk
        .image(() => false)
        .get('a')!
        .toString(),
    ).toBe('x'.repeat(1024));
  });
});
