import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { compareHistories } from './testing/compare-histories.js';
import { commandModels as models } from './testing/ledger-commands.js';
import { openLedger } from './ledger.js';
import type { WriteMessage } from './messages.js';

let directory: string;
let files = 0;
beforeAll(() => {
  // In memory where there is such a place: thousands of commits need not wait for a disk to be counted right.
  directory = fs.mkdtempSync(path.join(fs.existsSync('/dev/shm') ? '/dev/shm' : os.tmpdir(), 'modelwatch-ledger-'));
});
afterAll(() => {
  fs.rmSync(directory, { recursive: true });
});
const freshPath = () => path.join(directory, `${++files}.db`);

const recordOf = (ids: readonly string[]): WriteMessage => ({
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
const truthsOf = (ids: readonly string[]) => ids.map((id) => ({ model: 'probability', id, value: 1, timeSeconds: 100 }));

describe('the ledger', () => {
  // Many more, and others, by LEDGER_HISTORIES=10000 LEDGER_SEED=2.
  const histories = Number(process.env['LEDGER_HISTORIES'] ?? 100);
  const seed = Number(process.env['LEDGER_SEED'] ?? 1);

  it('counts as the oracle does over random histories', () => {
    expect(compareHistories({ folder: directory, waitingMax: 1000, histories, seed })).toMatchObject({ histories });
  }, 600_000);

  it('does so while as much as allowed waits', () => {
    expect(compareHistories({ folder: directory, waitingMax: 4, histories, seed })).toMatchObject({ histories });
  }, 600_000);

  it('writes many rows at once and tells repeats', () => {
    const ledger = openLedger({ path: freshPath(), models, predictionsMax: 1000, settledMax: 10 });
    const ids = Array.from({ length: 300 }, (_, i) => `p${i}`);
    ledger.commit([recordOf(ids), recordOf([...ids.slice(0, 100), 'a\0b', 'a\0c'])]);
    ledger.commit([recordOf(Array.from({ length: 800 }, (_, i) => `q${i}`))]);
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
    const ids = Array.from({ length: 12 }, (_, i) => `p${i}`);
    ledger.commit([recordOf(ids)]);
    ledger.commit([{ kind: 'truths', ticket: 1, nowSeconds: 100, truths: truthsOf(ids) }]);
    const { settled, dropped } = ledger.report().gauges;
    expect({ settled, forgotten: dropped.settledFull }).toEqual({ settled: 10, forgotten: 2 });
    ledger.close();
  });

  it('keeps ids apart that a text of SQLite would not', () => {
    const ledger = openLedger({ path: freshPath(), models, predictionsMax: 1000, settledMax: 10 });
    const ids = ['a', 'a\0b', 'a\0c', 'a\\0b', 'a\\b', 'a\\\\b'];
    ledger.commit([recordOf(ids)]);
    const { outcomes } = ledger.commit([{ kind: 'truths', ticket: 1, nowSeconds: 100, truths: truthsOf(ids) }]);
    expect(outcomes).toEqual([ids.map(() => 'joined')]);
    ledger.close();
  });

  it('goes on from slices as earlier releases wrote them: outcomes alone, and values without the names of their slices', () => {
    const options = { path: freshPath(), models, predictionsMax: 1000, settledMax: 10 };
    const record = (ids: readonly string[], value: string): WriteMessage => ({
      ...(recordOf(ids) as Extract<WriteMessage, { kind: 'record' }>),
      outputs: new Float64Array(ids.length).fill(0.9),
      slices: [ids.map(() => value)],
    });
    const first = openLedger(options);
    first.commit([record(['a'], 'north'), record(['b'], 'south'), record(['c'], 'south')]);
    first.commit([{ kind: 'truths', ticket: 1, nowSeconds: 100, truths: truthsOf(['a', 'b']) }]);
    first.close();
    const db = new DatabaseSync(options.path);
    db.exec('UPDATE slice SET true_positive = 1, joined = NULL, tail = NULL');
    db.exec("DELETE FROM slice WHERE value NOT IN ('north', '__other__')");
    db.exec(`UPDATE prediction SET slices = '["south"]' WHERE slices IS NOT NULL`);
    db.close();
    const ledger = openLedger(options);
    ledger.commit([{ kind: 'truths', ticket: 1, nowSeconds: 100, truths: truthsOf(['c']) }]);
    const slices = ledger
      .report()
      .series[0]!.slices.map(({ value, joined, tail }) => [
        value,
        joined?.confusion.truePositive,
        joined?.errors.count,
        tail?.confusion.truePositive,
      ]);
    // What counted as __other__ before it was kept by value stays beyond what is kept.
    expect(slices).toEqual([
      ['__other__', 2, 1, 1],
      ['north', 1, 0, undefined],
      ['south', undefined, undefined, 1],
    ]);
    ledger.close();
  });

  it('keeps the counts of the latest retired versions, and of those whose predictions wait', () => {
    const options = { path: freshPath(), models, predictionsMax: 1000, settledMax: 1000, retiredMax: 2 };
    const ledger = openLedger(options);
    const use = (servedVersion: string): WriteMessage => ({
      kind: 'use',
      nowSeconds: 100,
      models: models.map((model) => (model.name === 'probability' ? { ...model, servedVersion, challengers: [] } : model)),
    });
    const record = (version: string, ids: readonly string[]) => ({ ...recordOf(ids), version }) as WriteMessage;
    const kept = () =>
      ledger
        .report()
        .series.filter(({ model }) => model === 'probability')
        .map(({ version }) => version);
    const told = () => {
      const { retired, retiredCapacity, dropped } = ledger.report().gauges;
      return { retired, retiredCapacity, dropped: dropped.retiredSuperseded };
    };
    for (const version of ['1', '2', '3', '4', '5']) ledger.commit([use(version), record(version, [`p${version}`])]);
    expect(kept()).toEqual(['1', '2', '3', '4', '5']);
    // All but the second have met their ground truth.
    ledger.commit([{ kind: 'truths', ticket: 1, nowSeconds: 100, truths: truthsOf(['p1', 'p3', 'p4', 'p5']) }]);
    ledger.commit([use('5')]);
    expect([kept(), told()]).toEqual([['2', '3', '4', '5'], { retired: 3, retiredCapacity: 2 * models.length, dropped: 1 }]);
    ledger.commit([{ kind: 'truths', ticket: 2, nowSeconds: 100, truths: truthsOf(['p2']) }]);
    ledger.commit([use('6'), record('6', ['p6'])]);
    expect([kept(), told().dropped]).toEqual([['4', '5', '6'], 3]);
    // What is sent again of a version that is forgotten is still known, and a version that comes back begins anew.
    ledger.commit([use('1'), record('1', ['p1', 'p7'])]);
    expect(ledger.report().gauges.dropped.predictionsDuplicate).toBe(1);
    expect(kept()).toEqual(['5', '6', '1']);
    ledger.close();
    const db = new DatabaseSync(options.path);
    const orphans = db.prepare('SELECT count(*) AS rows FROM slice WHERE series NOT IN (SELECT key FROM series)').get();
    db.close();
    expect(orphans).toEqual({ rows: 0 });
  });

  it('passes over what a challenger gave that is forgotten', () => {
    const ledger = openLedger({ path: freshPath(), models, predictionsMax: 1000, settledMax: 1000, retiredMax: 1 });
    const use = (...versions: string[]): WriteMessage => ({
      kind: 'use',
      nowSeconds: 100,
      models: models.map((model) =>
        model.name === 'probability'
          ? { ...model, servedVersion: '1', challengers: versions.map((version) => ({ version, threshold: 0.5, toleranceAbsolute: 0 })) }
          : model,
      ),
    });
    const given = (version: string, ids: readonly string[]) => ({ ...recordOf(ids), version, role: 'challenger' }) as WriteMessage;
    ledger.commit([use('a', 'b', 'c'), recordOf(['p', 'q']), given('a', ['p', 'q']), given('b', ['p', 'q']), given('c', ['p', 'q'])]);
    ledger.commit([use('c')]);
    expect(ledger.report().gauges).toMatchObject({ retired: 1, dropped: { retiredSuperseded: 1 } });
    const { outcomes } = ledger.commit([{ kind: 'truths', ticket: 1, nowSeconds: 100, truths: truthsOf(['p']) }]);
    expect(outcomes).toEqual([['joined']]);
    // The other expires.
    ledger.commit([{ kind: 'tick', nowSeconds: 1e6 }]);
    const counted = ledger.report().series.map(({ version, quality }) => [version, quality?.joined, quality?.expired]);
    expect(counted).toEqual([
      ['1', 1, 1],
      ['b', 1, 1],
      ['c', 1, 1],
    ]);
    ledger.close();
  });
});
