import assert from 'node:assert/strict';
import type { ConfusionJSON } from '@modelwatch/core';
import fc from 'fast-check';
import type { JoinedJSON } from '../../joined-counts.js';
import type { SliceJSON } from '../../series-tally.js';
import type { StoreModel } from '../../store.js';
import type { Oracle, OraclePaired, OracleSeries, OracleSlice } from './ledger-oracle.js';
import { openLedger, type Ledger, type LedgerOptions } from '../ledger.js';
import type { LedgerReport, PairedUpdate, WriteMessage } from '../messages.js';

const HORIZON_SECONDS = 10;

export const commandModels: readonly StoreModel[] = (['probability', 'regression'] as const).map((kind) => ({
  name: kind,
  kind,
  threshold: 0.5,
  horizonSeconds: HORIZON_SECONDS,
  challengers: ['c0', 'c1'].map((version, i) => ({ version, threshold: 0.3 + i / 2, toleranceAbsolute: 0.5 })),
  slices: [{ name: 'region', valuesMax: 1, keptMax: 2 }],
  baselines: [],
}));

/** How much has been compared. */
export interface Watched {
  commands: number;
  restarts: number;
}

/** The oracle and what only the caller knows: the time. */
export interface Expected {
  readonly oracle: Oracle;
  readonly watched: Watched;
  now: number;
}

export interface Real {
  readonly options: LedgerOptions;
  ledger: Ledger;
}

type Command = fc.Command<Expected, Real>;

/** Part of a request: predictions of some ids, or what came true for them. Its output, version and slice follow from the id. */
interface Sending {
  readonly kind: 'record' | 'challenger' | 'predictions' | 'truths';
  readonly model: 'probability' | 'regression';
  readonly ids: readonly number[];
  readonly value: 0 | 1;
  /** How much ground truth is older than now. */
  readonly ageSeconds: number;
}

const outputOf = (id: number) => (id === 7 ? NaN : id / 11);
const sliceOf = (id: number) => `r${id % 3}`;
/** Of a challenger's: another output, from another version. */
const secondOf = (id: number) => (id === 5 ? NaN : 1 - id / 13);
const versionOf = ({ kind, ids }: Sending) => `${kind === 'challenger' ? 'c' : ''}${ids[0]! % 2}`;

function messageOf(sending: Sending, nowSeconds: number): WriteMessage {
  const { kind, model, ids, value, ageSeconds } = sending;
  const identity = { model, version: versionOf(sending), role: 'champion' as const, ids: ids.map(String), slices: [ids.map(sliceOf)] };
  const outputs = Float64Array.from(ids, outputOf);
  switch (kind) {
    case 'record':
      return { kind, nowSeconds, ...identity, outputs, timesSeconds: new Float64Array(ids.length).fill(nowSeconds) };
    case 'challenger': {
      const seconds = Float64Array.from(ids, secondOf);
      const times = new Float64Array(ids.length).fill(nowSeconds);
      return { kind: 'record', nowSeconds, ...identity, role: 'challenger', outputs: seconds, timesSeconds: times };
    }
    case 'predictions':
      return { kind, ticket: 1, nowSeconds, batch: { ...identity, rows: ids.length, timeSeconds: nowSeconds, features: [], outputs } };
    case 'truths':
      return {
        kind,
        ticket: 1,
        nowSeconds,
        truths: ids.map((id) => ({ model, id: String(id), value, timeSeconds: nowSeconds - ageSeconds })),
      };
  }
}

function expectedOf(sending: Sending, { oracle, now }: Expected): readonly string[] {
  const { kind, model, ids, value, ageSeconds } = sending;
  if (kind === 'challenger') {
    for (const id of ids) oracle.second({ model, version: versionOf(sending), id: String(id), output: secondOf(id), slice: sliceOf(id) });
    return [];
  }
  return ids.map((id) =>
    kind === 'truths'
      ? oracle.tell(model, String(id), value, now - ageSeconds, now)
      : oracle.predict(
          { model, version: versionOf(sending), id: String(id), output: outputOf(id), slice: sliceOf(id) },
          now,
          kind === 'predictions',
        ),
  );
}

/** What the ledger has counted, in the oracle's words. */
function totalsOf({ models, series, gauges }: LedgerReport): ReturnType<Oracle['totals']> {
  return {
    models: Object.fromEntries(
      models.map(({ model, received, duplicates, conflicts, late, unmatched, pending, events }) => [
        model,
        { received, duplicates, conflicts, late, unmatched, pending, events: { ...events.prediction } },
      ]),
    ),
    series: Object.fromEntries(series.map(({ model, version, ...update }) => [`${model}/${version}`, seriesOf(update)])),
    waiting: gauges.waiting,
    settled: gauges.settled,
  };
}

function seriesOf({ quality, events, slices, paired }: Omit<LedgerReport['series'][number], 'model' | 'version'>): OracleSeries {
  const { joined, expired, errors, confusion, delaySeconds } = quality!;
  assert.equal(errors.count + errors.missing, joined);
  // Each of its predictions has a slice.
  assert.equal(
    slices.reduce((sum, { predictions }) => sum + predictions, 0),
    events!.predictions,
  );
  assert.equal(
    delaySeconds.counts.reduce((sum, count) => sum + count, 0),
    joined,
  );
  return {
    joined,
    expired,
    withoutOutput: errors.missing,
    outcomes: outcomesOf(confusion),
    delaySeconds: delaySeconds.sum,
    slices: slicesOf(slices, ({ joined: counts }) => counts),
    tail: slicesOf(slices, ({ tail }) => tail),
    events: events!.predictions,
    ...(paired === undefined ? {} : { paired: pairedOf(paired) }),
  };
}

function outcomesOf({ truePositive, falsePositive, trueNegative, falseNegative }: ConfusionJSON): OracleSeries['outcomes'] {
  return [truePositive, falsePositive, trueNegative, falseNegative];
}

function slicesOf(slices: readonly SliceJSON[], of: (slice: SliceJSON) => JoinedJSON | undefined): Record<string, OracleSlice> {
  const counted = slices.flatMap((slice) => {
    const counts = of(slice);
    return counts === undefined ? [] : [[slice.value, sliceOfCounts(counts)] as const];
  });
  return Object.fromEntries(counted);
}

/** Scores and calibration count what confusion counts: all outputs lie in 0..1. */
function sliceOfCounts({ confusion, scores, calibration, errors }: JoinedJSON): OracleSlice {
  const outcomes = outcomesOf(confusion);
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  assert.deepEqual([sum(scores.positive), sum(scores.negative)], [outcomes[0] + outcomes[3], outcomes[1] + outcomes[2]]);
  assert.deepEqual([sum(calibration.counts), sum(calibration.positives)], [sum(outcomes), outcomes[0] + outcomes[3]]);
  return { joined: errors.count + errors.missing, withoutOutput: errors.missing, outcomes, bias: errors.over - errors.under };
}

function pairedOf({ counts, slices }: PairedUpdate): OraclePaired {
  const { received, duplicates, unmatched, full, quality } = counts;
  assert.equal(full, 0);
  const pairedOutcomes = (outcomes: readonly number[]) => [...outcomes] as unknown as OracleSeries['outcomes'];
  return {
    received,
    duplicates,
    unmatched,
    outcomes: pairedOutcomes(quality.outcomes),
    missing: quality.missing,
    loss: quality.moreLoss - quality.lessLoss,
    slices: Object.fromEntries(slices.map(({ value, quality: own }) => [value, pairedOutcomes(own.outcomes)])),
  };
}

/** Losses and errors are summed in another order than the oracle's; everything else is a count. */
const SUM_DIFFERENCE_MAX = 1e-9;

function assertCounted(report: LedgerReport, oracle: Oracle): void {
  const found = totalsOf(report);
  const wanted = oracle.totals();
  for (const [name, series] of Object.entries(found.series)) {
    const own = wanted.series[name];
    settle(series.paired, own?.paired, 'loss');
    for (const kind of ['slices', 'tail'] as const) {
      for (const [value, slice] of Object.entries(series[kind])) settle(slice, own?.[kind][value], 'bias');
    }
  }
  assert.deepEqual(found, wanted);
}

/** Takes over a sum that is as good as equal. */
function settle<Key extends string>(
  found: Record<Key, number> | undefined,
  wanted: Readonly<Record<Key, number>> | undefined,
  key: Key,
): void {
  if (found === undefined || wanted === undefined) return;
  if (Math.abs(found[key] - wanted[key]) < SUM_DIFFERENCE_MAX) found[key] = wanted[key];
}

function commit(messages: readonly WriteMessage[], expected: Expected, { ledger }: Real): readonly unknown[] {
  const { outcomes, settled } = ledger.commit(messages);
  assert.equal(settled, true);
  assertCounted(ledger.report(), expected.oracle);
  expected.watched.commands++;
  return outcomes;
}

/** What arrives together is committed together. */
function send(sendings: readonly Sending[]): Command {
  return {
    check: () => true,
    run(expected, real) {
      expected.oracle.pass(expected.now);
      const outcomes = sendings.map((sending) => expectedOf(sending, expected));
      const wanted = outcomes.map((outcome, i) => (['record', 'challenger'].includes(sendings[i]!.kind) ? undefined : outcome));
      const messages = sendings.map((sending) => messageOf(sending, expected.now));
      assert.deepEqual(commit(messages, expected, real), wanted);
    },
    toString: () => `send(${JSON.stringify(sendings)})`,
  };
}

/** Wall clocks go back too. */
function moveClock(seconds: number): Command {
  return {
    check: () => true,
    run(expected, real) {
      expected.now += seconds;
      expected.oracle.pass(expected.now);
      commit([{ kind: 'tick', nowSeconds: expected.now }], expected, real);
    },
    toString: () => `moveClock(${seconds})`,
  };
}

function restart(): Command {
  return {
    check: () => true,
    run(expected, real) {
      real.ledger.close();
      real.ledger = openLedger(real.options);
      assertCounted(real.ledger.report(), expected.oracle);
      expected.watched.restarts++;
    },
    toString: () => 'restart()',
  };
}

const sending = fc.record<Sending>({
  kind: fc.constantFrom('record', 'predictions', 'challenger', 'challenger', 'truths', 'truths'),
  model: fc.constantFrom('probability', 'regression'),
  ids: fc.array(fc.nat(11), { minLength: 1, maxLength: 5 }),
  value: fc.constantFrom(0, 1),
  ageSeconds: fc.constantFrom(0, 3, -3, 1000),
});

const sent = fc.array(sending, { minLength: 1, maxLength: 3 }).map(send);
const moved = fc.constantFrom(1, 4, 9, 10, 25, -5).map(moveClock);

/** Histories of predictions, outputs of challengers, ground truth in any order, repeats, conflicts, time that passes or goes back, and restarts. */
export const histories = fc.commands([sent, sent, sent, sent, moved, moved, fc.constant(restart())], { maxCommands: 40 });
