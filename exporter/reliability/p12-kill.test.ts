import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { together } from './testing/clients.js';
import { FULL, promise } from './testing/promise.js';
import { makePlace, type Place, type Running } from './testing/sidecar-of.js';

const KILLS = FULL ? 200 : 25;
const CLIENTS = 4;
const PER_REQUEST = 10;
/** Acknowledged requests after which a life ends, one after the other: from the middle of the first to well under way. */
const ACKNOWLEDGED = [1, 40, 7, 0, 90, 23, 3, 60, 11, 150];

/** What the clients know: which numbers they may be sure of. */
interface Ledger {
  readonly acknowledged: { readonly predictions: Set<number>; readonly truths: Set<number> };
  next: number;
}

/** After how long a drain is killed, one after the other. */
const DRAIN_MILLISECONDS = [5, 60, 20, 2000, 0, 40];

interface SliceQuality {
  readonly overall: readonly { readonly joined: number }[];
}

interface Outcomes {
  readonly duplicates: number;
}

const bodyOf = {
  predictions: (numbers: readonly number[]) => numbers.map((n) => ({ model: 'm', id: `id-${n}`, time: 1, output: 0.9 })),
  'ground-truth': (numbers: readonly number[]) => numbers.map((n) => ({ model: 'm', id: `id-${n}`, time: 2, value: 1 })),
};

/** Sends some numbers; undefined where no answer came, which says nothing of what was kept. */
async function send({ clients }: Running, kind: keyof typeof bodyOf, numbers: readonly number[]): Promise<Outcomes | undefined> {
  const answer = await clients.send(`/v1/${kind}`, JSON.stringify(bodyOf[kind](numbers)));
  return answer?.status === 200 ? (JSON.parse(answer.body.toString()) as Outcomes) : undefined;
}

/** One life of a sidecar: clients send until so many requests are acknowledged, then it is killed in the middle of the others. */
async function live(place: Place, ledger: Ledger, requests: number, signal: NodeJS.Signals): Promise<number> {
  const startSeconds = performance.now() / 1000;
  const sidecar = await place.start();
  const readySeconds = performance.now() / 1000 - startSeconds;
  let acknowledged = 0;
  let dead = requests === 0;
  const told = (kind: keyof Ledger['acknowledged'], numbers: readonly number[]) => {
    for (const number of numbers) ledger.acknowledged[kind].add(number);
    if (++acknowledged < requests || dead) return;
    dead = true;
    sidecar.kill(signal);
    // A drain, which writes the counts of the window under way, is killed as well: before, in the middle, or it is done by then.
    if (signal === 'SIGTERM') setTimeout(() => sidecar.kill('SIGKILL'), DRAIN_MILLISECONDS[ledger.next % DRAIN_MILLISECONDS.length]);
  };
  const client = async () => {
    while (!dead) {
      const numbers = Array.from({ length: PER_REQUEST }, (_, i) => ledger.next + i);
      ledger.next += PER_REQUEST;
      if ((await send(sidecar, 'predictions', numbers)) !== undefined) told('predictions', numbers);
      if ((await send(sidecar, 'ground-truth', numbers)) !== undefined) told('truths', numbers);
    }
  };
  if (dead) sidecar.kill('SIGKILL');
  await together(CLIENTS, client);
  await sidecar.end;
  return readySeconds;
}

/** What SQLite says of the files as a kill left them; of copies, since looking would mend them, and the driver holds on to what it has read. */
async function isSound(file: string): Promise<boolean> {
  const copy = `${file}.copy`;
  for (const suffix of ['', '-wal']) await copyFile(file + suffix, copy + suffix);
  const db = new DatabaseSync(copy);
  try {
    return JSON.stringify(db.prepare('PRAGMA integrity_check').all()) === '[{"integrity_check":"ok"}]';
  } finally {
    db.close();
  }
}

promise('P12', `killed ${KILLS} times under load, nothing acknowledged is lost and nothing is counted twice`, async (findings) => {
  const place = await makePlace("store: { path: kept.db }\nmodels: [{ name: m, champion: { version: '1' } }]\n");
  try {
    const ledger: Ledger = { acknowledged: { predictions: new Set(), truths: new Set() }, next: 0 };
    const readySeconds: number[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      const requests = ACKNOWLEDGED[kill % ACKNOWLEDGED.length]!;
      readySeconds.push(await live(place, ledger, requests, kill % 3 === 2 ? 'SIGTERM' : 'SIGKILL'));
    }
    findings.count('stores that are sound after the last kill', Number(await isSound(path.join(place.folder, 'kept.db'))), 1);

    const sidecar = await place.start();
    const lostOf = async (kind: keyof typeof bodyOf, numbers: readonly number[]) => {
      let known = 0;
      for (let i = 0; i < numbers.length; i += 1000) known += (await send(sidecar, kind, numbers.slice(i, i + 1000)))?.duplicates ?? 0;
      return numbers.length - known;
    };
    const { predictions, truths } = ledger.acknowledged;
    findings.bound('acknowledged predictions and ground truth', predictions.size + truths.size, { min: KILLS * 100 });
    findings.count('acknowledged ground truth lost', await lostOf('ground-truth', [...truths]), 0);
    findings.count('acknowledged predictions lost', await lostOf('predictions', [...predictions]), 0);
    // Whatever was under way at a kill is sent once more: then each number has been taken once.
    const all = Array.from({ length: ledger.next }, (_, number) => number);
    await lostOf('predictions', all);
    await lostOf('ground-truth', all);
    const series = await sidecar.series();
    const value = (name: string) => series.get(name) ?? NaN;
    findings.count('predictions counted twice', value('modelwatch_events_received_total{model="m",kind="prediction"}') - ledger.next, 0);
    const labels = 'model="m",version="1",role="champion"';
    findings.count('pairs counted twice', value(`modelwatch_ground_truth_joined_total{${labels}}`) - ledger.next, 0);
    findings.count('conflicts', value('modelwatch_ground_truth_conflicts_total{model="m"}'), 0);
    // The window of the snapshots is an hour: what lies between two of them was killed again and again.
    sidecar.kill('SIGTERM');
    await sidecar.end;
    const { clients } = await place.start();
    const quality = JSON.parse((await clients.send('/v1/models/m/slice-quality?from=0'))!.body.toString()) as SliceQuality;
    const joined = quality.overall.reduce((sum, overall) => sum + overall.joined, 0);
    findings.count('pairs that the snapshots of all windows tell twice or not', joined - ledger.next, 0);
    findings.time('from the start of the process to its first answer', readySeconds, 'p99', 2);
  } finally {
    await place.remove();
  }
});
