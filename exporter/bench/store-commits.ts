import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { seededRandom } from '@modelwatch/core';
import { median } from 'simple-statistics';
import { emptySliceJoined, joinedToJSON } from '../store/joined-counts.js';
import { openLedger, type Ledger } from '../store/sqlite/ledger.js';
import type { WriteMessage } from '../store/sqlite/messages.js';
import type { StoreModel } from '../store/index.js';

/*
 * What one commit of the store's thread costs in processor time, by what is in it: `node exporter/dist/bench/store-commits.js`. The inference path's rows come
 * together for 150 ms, so that a commit a time at 30,000 predictions a second holds 4,500 of them.
 */

const ROWS = 4500;
const COMMITS = 30;
const SECONDS_OF_COMPANY = 0.15;
/** Airports, and carriers of which some are beyond the cap. */
const SLICES = { origin: 3, carrier: 30 } as const;
const random = seededRandom(1);

const modelOf = (slices: StoreModel['slices']): StoreModel => ({
  name: 'm',
  kind: 'probability',
  threshold: 0.5,
  horizonSeconds: 86_400,
  servedVersion: '1',
  slices,
  baselines: [],
});
const names = Object.keys(SLICES) as (keyof typeof SLICES)[];
const SLICED = modelOf(names.map((name) => ({ name, valuesMax: 20, worstMax: 10, keptMax: 200 })));

let ids = 0;
function record(model: StoreModel): WriteMessage & { readonly ids: readonly string[] } {
  return {
    kind: 'record',
    model: 'm',
    version: '1',
    role: 'champion',
    nowSeconds: 100,
    ids: Array.from({ length: ROWS }, () => `00000000-0000-4000-8000-${String(++ids).padStart(12, '0')}`),
    timesSeconds: new Float64Array(ROWS).fill(100),
    outputs: Float64Array.from({ length: ROWS }, random),
    slices: model.slices.map(({ name }) =>
      Array.from({ length: ROWS }, () => `${name}-${Math.floor(SLICES[name as keyof typeof SLICES] * random() ** 2)}`),
    ),
    sliceNames: model.slices.map(({ name }) => name),
  };
}
const truths = (of: readonly string[]): WriteMessage => ({
  kind: 'truths',
  ticket: 1,
  nowSeconds: 101,
  truths: of.map((id) => ({ model: 'm', id, value: random() < 0.3 ? 1 : 0, timeSeconds: 101 })),
});
const ask = (book: 'snapshots' | 'samples', operation: string, argument: unknown): WriteMessage => ({
  kind: 'ask',
  ticket: 2,
  nowSeconds: 102,
  book,
  access: 'writes',
  operation,
  argument,
});

const document = JSON.stringify({ predictions: 1, joined: joinedToJSON(emptySliceJoined()) });
let windows = 0;
/** A window of the flights example: 16 distributions, the quality of all, and that of the values of its slices, each with its mark. */
function snapshot(): WriteMessage {
  const rows = Array.from({ length: 50 }, (_, i) => ({
    model: 'm',
    version: '1',
    role: 'champion',
    subject: i < 16 ? 'feature' : 'slice',
    name: `n${i}`,
    bins: i < 16 ? 'abc' : '',
    document,
  }));
  const marks = rows.map(({ name }) => ({ key: name, document }));
  windows++;
  return ask('snapshots', 'take', { startSeconds: windows * 3600, endSeconds: (windows + 1) * 3600, rows, marks });
}

/** Processor time of the median commit in milliseconds; what `messages` makes is made outside of it. */
function cost(ledger: Ledger, messages: () => readonly WriteMessage[]): number {
  const times: number[] = [];
  for (let i = 0; i < COMMITS; i++) {
    const made = messages();
    const start = process.cpuUsage();
    ledger.commit(made);
    const { user, system } = process.cpuUsage(start);
    times.push((user + system) / 1000);
  }
  return median(times);
}

const folder = await mkdtemp(path.join(tmpdir(), 'modelwatch-bench-'));
try {
  const open = (name: string, model: StoreModel): Ledger => {
    const ledger = openLedger({ path: path.join(folder, name), models: [model], predictionsMax: 1_000_000, settledMax: 1_000_000 });
    ledger.commit([]);
    return ledger;
  };
  const plain = open('plain.db', modelOf([]));
  const sliced = open('sliced.db', SLICED);
  const known: string[][] = [];
  const rows: readonly (readonly [string, number])[] = [
    [`${ROWS.toLocaleString('en')} predictions`, cost(plain, () => [record(modelOf([]))])],
    [
      'the same with two slices',
      cost(sliced, () => {
        const message = record(SLICED);
        known.push([...message.ids]);
        return [message];
      }),
    ],
    [`ground truth of ${ROWS.toLocaleString('en')} of them, joined by two slices`, cost(sliced, () => [truths(known.pop()!)])],
    ['a window of snapshots, 50 rows and their marks', cost(sliced, () => [snapshot()])],
    [
      'a sample of 2 KB',
      cost(sliced, () => [
        ask('samples', 'keep', {
          samples: [
            {
              id: `s${++ids}`,
              timeSeconds: 102,
              model: 'm',
              version: '1',
              failing: false,
              reason: 'ordinary',
              status: 200,
              rows: 1,
              inputs: [{ text: 'x'.repeat(2000) }],
              outputs: [0.5],
            },
          ],
        }),
      ]),
    ],
  ];
  console.log('| in one commit | processor time, ms |\n|---|---:|');
  for (const [what, milliseconds] of rows) console.log(`| ${what} | ${milliseconds.toPrecision(2)} |`);
  console.log(`\nA commit every ${SECONDS_OF_COMPANY} s at 30,000 predictions a second.`);
  plain.close();
  sliced.close();
} finally {
  await rm(folder, { recursive: true });
}
