import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DatabaseSync } from '@photostructure/sqlite';
import fc from 'fast-check';
import type { StoreOpenError } from '../open-error.js';
import type { StoreModel } from '../store.js';
import { openLedger, type Ledger } from './ledger.js';
import type { LedgerReport, WriteMessage } from './messages.js';

const HORIZON_SECONDS = 10;
const models: readonly StoreModel[] = (['probability', 'regression'] as const).map((kind) => ({
  name: kind,
  kind,
  threshold: 0.5,
  horizonSeconds: HORIZON_SECONDS,
  slices: [{ name: 'region', valuesMax: 1 }],
  baselines: [],
}));

let directory: string;
let files = 0;
beforeAll(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'modelwatch-ledger-'));
});
afterAll(() => {
  fs.rmSync(directory, { recursive: true });
});
const freshPath = () => path.join(directory, `${++files}.db`);

interface Action {
  readonly kind: 'record' | 'predictions' | 'truths' | 'tick' | 'restart';
  readonly model: 'probability' | 'regression';
  readonly ids: readonly number[];
  readonly value: 0 | 1;
  readonly afterSeconds: number;
}

/** The law of the store in a page: a map by identity, and nothing moves but by time. */
function createOracle(waitingMax: number) {
  interface Entry {
    state: 'pending' | 'early' | 'joined' | 'expired' | 'unpaired';
    due: number;
    output: number;
    truth?: number;
  }
  const entries = new Map<string, Entry>();
  const totals = {
    received: 0,
    duplicates: 0,
    conflicts: 0,
    late: 0,
    unmatched: 0,
    expired: 0,
    joined: 0,
    positive: 0,
    events: 0,
    again: 0,
  };
  const waiting = () => [...entries.values()].filter(({ state }) => state === 'pending' || state === 'early').length;
  return {
    totals,
    waiting,
    pass(now: number) {
      for (const [key, entry] of entries) {
        if (entry.due > now) continue;
        if (entry.state === 'early') totals.unmatched++;
        if (entry.state === 'pending') totals.expired++;
        if (entry.state === 'pending' && entry.due + HORIZON_SECONDS > now)
          entries.set(key, { ...entry, state: 'expired', due: entry.due + HORIZON_SECONDS });
        else entries.delete(key);
      }
    },
    predict(key: string, output: number, now: number, event: boolean): string {
      const found = entries.get(key);
      if (found !== undefined && found.state !== 'early') {
        if (event) totals.again++;
        return 'duplicate';
      }
      if (found === undefined && waiting() >= waitingMax) {
        if (!event) return 'over_capacity';
        totals.events++;
        entries.set(key, { state: 'unpaired', due: now + HORIZON_SECONDS, output });
        return 'over_capacity';
      }
      if (event) totals.events++;
      entries.set(key, { ...found, state: found === undefined ? 'pending' : 'joined', due: now + HORIZON_SECONDS, output });
      if (found !== undefined) this.count(output, found.truth!);
      return 'accepted';
    },
    tell(key: string, truth: number, now: number): string {
      const found = entries.get(key);
      if (found?.truth !== undefined) {
        const outcome = found.truth === truth ? 'duplicate' : 'conflict';
        totals[found.truth === truth ? 'duplicates' : 'conflicts']++;
        return outcome;
      }
      if (found === undefined && waiting() >= waitingMax) return 'over_capacity';
      totals.received++;
      if (found === undefined) {
        entries.set(key, { state: 'early', due: now + HORIZON_SECONDS, output: NaN, truth });
        return 'early';
      }
      found.truth = truth;
      if (found.state === 'pending') {
        entries.set(key, { ...found, state: 'joined', due: now + HORIZON_SECONDS });
        this.count(found.output, truth);
        return 'joined';
      }
      totals.unmatched++;
      if (found.state === 'unpaired') return 'unpaired';
      totals.late++;
      return 'late';
    },
    count(output: number, truth: number) {
      totals.joined++;
      if (output >= 0.5 && truth === 1) totals.positive++;
    },
  };
}

const actions = fc.array(
  fc.record<Action>({
    kind: fc.constantFrom('record', 'predictions', 'predictions', 'truths', 'truths', 'truths', 'tick', 'restart'),
    model: fc.constantFrom('probability', 'regression'),
    ids: fc.array(fc.nat(11), { minLength: 1, maxLength: 5 }),
    value: fc.constantFrom(0, 1),
    afterSeconds: fc.constantFrom(0, 0, 1, 4, 9, 10, 25),
  }),
  { maxLength: 40 },
);

const outputOf = (id: number) => id / 11;

function messageOf({ kind, model, ids, value }: Action, nowSeconds: number): WriteMessage {
  const base = { model, version: '1', role: 'champion' as const, ids: ids.map(String), slices: [ids.map((id) => `r${id % 3}`)] };
  const outputs = Float64Array.from(ids, outputOf);
  const timesSeconds = new Float64Array(ids.length).fill(nowSeconds);
  switch (kind) {
    case 'record':
      return { kind, nowSeconds, ...base, outputs, timesSeconds };
    case 'predictions':
      return { kind, ticket: 1, nowSeconds, batch: { ...base, rows: ids.length, timeSeconds: nowSeconds, features: [], outputs } };
    case 'truths':
      return { kind, ticket: 1, nowSeconds, truths: ids.map((id) => ({ model, id: String(id), value, timeSeconds: nowSeconds })) };
    default:
      return { kind: 'tick', nowSeconds };
  }
}

function totalsOf({ models: told, series }: LedgerReport) {
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const qualities = series.map(({ quality }) => quality!);
  const probability = series.filter(({ model }) => model === 'probability').map(({ quality }) => quality!);
  return {
    received: sum(told.map(({ received }) => received)),
    duplicates: sum(told.map(({ duplicates }) => duplicates)),
    conflicts: sum(told.map(({ conflicts }) => conflicts)),
    late: sum(told.map(({ late }) => late)),
    unmatched: sum(told.map(({ unmatched }) => unmatched)),
    expired: sum(qualities.map(({ expired }) => expired)),
    joined: sum(qualities.map(({ joined }) => joined)),
    errors: sum(qualities.map(({ errors }) => errors.count)),
    delays: sum(qualities.flatMap(({ delaySeconds }) => delaySeconds.counts)),
    positive: sum(probability.map(({ confusion }) => confusion.truePositive)),
    ofSlices: sum(probability.flatMap(({ slices }) => slices.flatMap(([, values]) => values.map(([, counts]) => counts.truePositive)))),
    events: sum(told.map(({ events }) => events.prediction.received)),
    again: sum(told.map(({ events }) => events.prediction.duplicates)),
    ofEvents: sum(series.map(({ events }) => events!.predictions)),
  };
}

/** Runs a history against the ledger and the oracle, and compares each outcome and every total. */
function compare(history: readonly Action[], waitingMax: number): void {
  const options = { path: freshPath(), models, predictionsMax: waitingMax, settledMax: 1000 };
  const oracles = createOracle(waitingMax);
  let ledger: Ledger = openLedger(options);
  let now = 1_000_000;
  let truePositive = 0;
  for (const action of history) {
    now += action.afterSeconds;
    if (action.kind === 'restart') {
      ledger.close();
      ledger = openLedger(options);
    }
    oracles.pass(now);
    const before = oracles.totals.positive;
    const expected = action.ids.map((id) => {
      const key = `${action.model}/${id}`;
      if (action.kind === 'truths') return oracles.tell(key, action.value, now);
      if (action.kind === 'predictions' || action.kind === 'record')
        return oracles.predict(key, outputOf(id), now, action.kind === 'predictions');
      return undefined;
    });
    if (action.model === 'probability') truePositive += oracles.totals.positive - before;
    const { outcomes, settled } = ledger.commit([messageOf(action, now)]);
    if (action.kind === 'truths' || action.kind === 'predictions') expect(outcomes[0]).toEqual(expected);
    expect(settled).toBe(true);
  }
  const { received, duplicates, conflicts, late, unmatched, expired, joined, events, again } = oracles.totals;
  expect(totalsOf(ledger.report())).toEqual({
    received,
    duplicates,
    conflicts,
    late,
    unmatched,
    expired,
    joined,
    errors: joined,
    delays: joined,
    positive: truePositive,
    ofSlices: truePositive,
    events,
    again,
    ofEvents: events,
  });
  expect(ledger.report().gauges.waiting).toBe(oracles.waiting());
  ledger.close();
}

describe('the ledger', () => {
  // The seed is printed by fast-check with the smallest history that fails; numRuns is small here and large where it costs nothing to wait.
  const numRuns = Number(process.env['LEDGER_HISTORIES'] ?? 150);

  it('counts as the oracle does over random histories of predictions, ground truth, repeats, conflicts, time and restarts', () => {
    fc.assert(
      fc.property(actions, (history) => {
        compare(history, 1000);
      }),
      { numRuns },
    );
  });

  it('does so while as much as allowed waits', () => {
    fc.assert(
      fc.property(actions, (history) => {
        compare(history, 4);
      }),
      { numRuns: Math.ceil(numRuns / 3) },
    );
  });

  it('writes many rows at once and tells repeats', () => {
    const ledger = openLedger({ path: freshPath(), models, predictionsMax: 1000, settledMax: 10 });
    const record = (ids: readonly string[]): WriteMessage => ({
      kind: 'record',
      model: 'probability',
      version: '1',
      role: 'champion',
      nowSeconds: 100,
      ids,
      timesSeconds: new Float64Array(ids.length),
      outputs: new Float64Array(ids.length).fill(NaN),
      slices: [],
    });
    const ids = Array.from({ length: 300 }, (_, i) => `p${i}`);
    ledger.commit([record(ids), record([...ids.slice(0, 100), 'a\0b', 'a\0c'])]);
    ledger.commit([record(Array.from({ length: 800 }, (_, i) => `q${i}`))]);
    const { waiting, dropped } = ledger.report().gauges;
    expect({ waiting, again: dropped.predictionsDuplicate, full: dropped.predictionsFull }).toEqual({
      waiting: 1000,
      again: 100,
      full: 102,
    });
    ledger.close();
  });

  it('forgets the oldest pairs beyond what it may remember', () => {
    const ledger = openLedger({ path: freshPath(), models, predictionsMax: 1000, settledMax: 10 });
    const ids = Array.from({ length: 50 }, (_, i) => i % 12);
    for (const kind of ['record', 'truths'] as const) {
      ledger.commit([messageOf({ kind, model: 'probability', ids, value: 1, afterSeconds: 0 }, 100)]);
    }
    const { settled, dropped } = ledger.report().gauges;
    expect({ settled, forgotten: dropped.settledFull }).toEqual({ settled: 10, forgotten: 2 });
    ledger.close();
  });

  it('refuses a file of a later release, and one that is none', () => {
    const later = freshPath();
    const db = new DatabaseSync(later);
    db.exec('PRAGMA user_version = 99');
    db.close();
    const text = freshPath();
    fs.writeFileSync(text, 'name,value\n'.repeat(200));
    const codeOf = (file: string) => {
      try {
        openLedger({ path: file, models, predictionsMax: 1, settledMax: 1 }).close();
        return 'opened';
      } catch (fault) {
        return (fault as StoreOpenError).code;
      }
    };
    expect([later, text, path.join(directory, 'none', 'x.db')].map(codeOf)).toEqual(['newer_schema', 'not_a_store', 'path_unusable']);
  });
});
