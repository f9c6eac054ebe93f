import { spawnSync } from 'node:child_process';
import { afterEach, describe, expect, it } from '@jest/globals';
import { hasProgram } from '../contract/debian-program.js';
import { testClock } from '../store/conformance.js';
import { openSqliteStore, type EventBatch, type Store, type StoreModel } from '../store/index.js';
import { qualityFamilies, type QualityModel } from './quality-series.js';
import { SlicedRegistry } from './registry.js';
import { sliceQualityFamilies } from './slice-series.js';
import { storeFamilies } from './store-series.js';

const models: readonly QualityModel[] = [
  {
    model: 'late',
    version: '2',
    role: 'champion',
    kind: 'probability',
    slices: [{ name: 'origin', valuesMax: 2, worstMax: 2, keptMax: 3 }],
  },
  { model: 'price', version: '1', role: 'champion', kind: 'regression', slices: [{ name: 'origin', valuesMax: 10 }] },
];
const storeModels: readonly StoreModel[] = models.map(({ model, kind, slices = [] }) => ({
  name: model,
  kind,
  threshold: 0.5,
  horizonSeconds: 1000,
  slices,
  baselines: [],
}));

let store: Store;
afterEach(() => store.close());

async function setUp() {
  const clock = testClock();
  store = await openSqliteStore({ path: ':memory:', models: storeModels, clock, predictionsMax: 100, queueEntriesMax: 50 });
  const registry = new SlicedRegistry();
  qualityFamilies(
    registry,
    () => store.readings(),
    () => models,
  );
  sliceQualityFamilies(
    registry,
    () => store.readings(),
    () => models,
  );
  storeFamilies(
    registry,
    () => store.readings(),
    () => [{ name: 'watch', entries: 3, capacity: 10, memory: { bytes: 70, bytesMax: 100 }, dropped: { full: 2 } }],
  );
  return { clock, registry };
}

const batch = (model: string, version: string, outputs: readonly number[], timeSeconds: number): EventBatch => ({
  model,
  version,
  role: 'champion',
  rows: outputs.length,
  ids: outputs.map((_, i) => `${version}-${i}`),
  timeSeconds,
  features: [],
  outputs,
  slices: [outputs.map((_, i) => ['JFK', 'a"b\\c\nd'][i % 2])],
});

/** Lines of a metric as a map from labels to value, in the words of the scrape. */
async function linesOf(registry: SlicedRegistry, name: string): Promise<Record<string, number>> {
  const text = (await registry.render('prometheus')).toString();
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return Object.fromEntries(
    lines.map((line) => [line.slice(name.length, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
}

const nonZero = (lines: Record<string, number>) => Object.fromEntries(Object.entries(lines).filter(([, value]) => value !== 0));

/** A small history of two models. */
async function happen(now: number): Promise<void> {
  await store.ingestPredictions(batch('late', '2', [0.9, 0.75, 0.1, 0.02, NaN], now));
  await store.ingestPredictions(batch('late', '2', [0.9], now));
  await store.ingestPredictions(batch('late', 'old', [0.6], now));
  await store.ingestPredictions(batch('price', '1', [10, 7, 3], now));
  const truth = (model: string, id: string, value: number) => ({ model, id, value, timeSeconds: now + 100 });
  await store.ingestGroundTruth([
    ...[1, 0, 0, 1, 1].map((value, i) => truth('late', `2-${i}`, value)),
    truth('late', '2-0', 1),
    truth('late', '2-0', 0),
    truth('late', 'old-0', 1),
    truth('price', '1-0', 12),
    truth('price', '1-1', 4),
  ]);
}

describe('quality on the scrape', () => {
  it('has every series of the configured models at 0 before the first event', async () => {
    const { registry } = await setUp();
    const late = '{model="late",version="2",role="champion"';
    const price = '{model="price",version="1",role="champion"';
    expect(await linesOf(registry, 'modelwatch_ground_truth_joined_total')).toEqual({ [`${late}}`]: 0, [`${price}}`]: 0 });
    expect(await linesOf(registry, 'modelwatch_ground_truth_received_total')).toEqual({ '{model="late"}': 0, '{model="price"}': 0 });
    expect(await linesOf(registry, 'modelwatch_confusion_total')).toEqual({
      [`${late},outcome="true_positive"}`]: 0,
      [`${late},outcome="false_positive"}`]: 0,
      [`${late},outcome="true_negative"}`]: 0,
      [`${late},outcome="false_negative"}`]: 0,
    });
    const scores = Object.keys(await linesOf(registry, 'modelwatch_score_bin_total'));
    expect(scores).toHaveLength(100);
    expect([scores[0], scores[99]]).toEqual([`${late},truth="0",bin="[0,0.02]"}`, `${late},truth="1",bin="(0.98,1]"}`]);
    expect(Object.keys(await linesOf(registry, 'modelwatch_calibration_score_total'))).toHaveLength(10);
    expect(Object.keys(await linesOf(registry, 'modelwatch_squared_error_total'))).toHaveLength(2);
    expect(Object.keys(await linesOf(registry, 'modelwatch_log_loss_nats_total'))).toEqual([`${late}}`]);
    expect(Object.keys(await linesOf(registry, 'modelwatch_events_received_total'))).toHaveLength(6);
    expect(Object.keys(await linesOf(registry, 'modelwatch_ground_truth_delay_seconds_bucket'))).toHaveLength(28);
  });

  it('says what the store has counted', async () => {
    const { clock, registry } = await setUp();
    await happen(clock.nowSeconds());

    const late = 'model="late",version="2",role="champion"';
    const old = 'model="late",version="old",role="champion"';
    const price = 'model="price",version="1",role="champion"';
    const nonZeroOf = async (name: string) => nonZero(await linesOf(registry, name));
    expect(await nonZeroOf('modelwatch_ground_truth_received_total')).toEqual({ '{model="late"}': 6, '{model="price"}': 2 });
    expect(await nonZeroOf('modelwatch_ground_truth_duplicates_total')).toEqual({ '{model="late"}': 1 });
    expect(await nonZeroOf('modelwatch_ground_truth_conflicts_total')).toEqual({ '{model="late"}': 1 });
    // As old as it says itself, and as it arrived where it says more.
    expect(await nonZeroOf('modelwatch_ground_truth_newest_timestamp_seconds')).toEqual({
      '{model="late"}': clock.nowSeconds(),
      '{model="price"}': clock.nowSeconds(),
    });
    expect(await nonZeroOf('modelwatch_predictions_pending')).toEqual({ '{model="price"}': 1 });
    expect(await nonZeroOf('modelwatch_ground_truth_joined_total')).toEqual({ [`{${late}}`]: 5, [`{${old}}`]: 1, [`{${price}}`]: 2 });
    expect(await nonZeroOf('modelwatch_joined_output_missing_total')).toEqual({ [`{${late}}`]: 1 });
    expect(await nonZeroOf('modelwatch_confusion_total')).toEqual({
      [`{${late},outcome="true_positive"}`]: 1,
      [`{${late},outcome="false_positive"}`]: 1,
      [`{${late},outcome="true_negative"}`]: 1,
      [`{${late},outcome="false_negative"}`]: 1,
      [`{${old},outcome="true_positive"}`]: 1,
    });
    expect(await nonZeroOf('modelwatch_score_bin_total')).toEqual({
      [`{${late},truth="0",bin="(0.08,0.1]"}`]: 1,
      [`{${late},truth="0",bin="(0.74,0.76]"}`]: 1,
      [`{${late},truth="1",bin="[0,0.02]"}`]: 1,
      [`{${late},truth="1",bin="(0.88,0.9]"}`]: 1,
      [`{${old},truth="1",bin="(0.58,0.6]"}`]: 1,
    });
    const cumulative = await linesOf(registry, 'modelwatch_score_cumulative_total');
    const below = (truth: 0 | 1, bin: string) => cumulative[`{${late},truth="${truth}",bin="${bin}"}`];
    expect([below(0, '(0.06,0.08]'), below(0, '(0.08,0.1]'), below(0, '(0.98,1]')]).toEqual([0, 1, 2]);
    expect([below(1, '[0,0.02]'), below(1, '(0.86,0.88]'), below(1, '(0.98,1]')]).toEqual([1, 1, 2]);
    expect(await nonZeroOf('modelwatch_calibration_predictions_total')).toMatchObject({
      [`{${late},bin="[0,0.1]"}`]: 2,
      [`{${late},bin="(0.7,0.8]"}`]: 1,
      [`{${late},bin="(0.8,0.9]"}`]: 1,
    });
    expect((await linesOf(registry, 'modelwatch_calibration_score_total'))[`{${late},bin="[0,0.1]"}`]).toBeCloseTo(0.12, 15);
    expect((await linesOf(registry, 'modelwatch_calibration_positive_total'))[`{${late},bin="[0,0.1]"}`]).toBe(1);
    const logLoss = -Math.log(0.9) - Math.log(0.25) - Math.log(0.9) - Math.log(0.02);
    expect((await linesOf(registry, 'modelwatch_log_loss_nats_total'))[`{${late}}`]).toBeCloseTo(logLoss, 12);
    expect(await nonZeroOf('modelwatch_over_error_total')).toMatchObject({ [`{${price}}`]: 3 });
    expect(await nonZeroOf('modelwatch_under_error_total')).toMatchObject({ [`{${price}}`]: 2 });
    expect((await linesOf(registry, 'modelwatch_squared_error_total'))[`{${price}}`]).toBe(13);
    const second = 'slice="origin",slice_value="a\\"b\\\\c\\nd"';
    const first = 'slice="origin",slice_value="JFK"';
    expect(await nonZeroOf('modelwatch_slice_joined_total')).toEqual({
      [`{${late},${first}}`]: 2,
      [`{${late},${second}}`]: 2,
      [`{${price},${first}}`]: 1,
      [`{${price},${second}}`]: 1,
    });
    expect(await nonZeroOf('modelwatch_slice_score_bin_total')).toEqual({
      [`{${late},${first},truth="0",bin="(0.05,0.1]"}`]: 1,
      [`{${late},${first},truth="1",bin="(0.85,0.9]"}`]: 1,
      [`{${late},${second},truth="0",bin="(0.7,0.75]"}`]: 1,
      [`{${late},${second},truth="1",bin="[0,0.05]"}`]: 1,
    });
    const belowOf = await nonZeroOf('modelwatch_slice_score_cumulative_total');
    // In its bin and the two above it; in all twenty.
    expect([belowOf[`{${late},${first},truth="1",bin="(0.95,1]"}`], Object.keys(belowOf).length]).toEqual([1, 23]);
    expect(await nonZeroOf('modelwatch_slice_calibration_positive_total')).toEqual({
      [`{${late},${first},bin="(0.8,0.9]"}`]: 1,
      [`{${late},${second},bin="[0,0.1]"}`]: 1,
    });
    expect((await linesOf(registry, 'modelwatch_slice_over_error_total'))[`{${price},${second}}`]).toBe(3);
    expect((await linesOf(registry, 'modelwatch_slice_under_error_total'))[`{${price},${first}}`]).toBe(2);
    expect((await linesOf(registry, 'modelwatch_slice_squared_error_total'))[`{${price},${second}}`]).toBe(9);
    const fill = ['shown_values', 'shown_values_capacity', 'kept_values', 'kept_values_capacity', 'unkept_total'];
    const ofLate = await Promise.all(
      fill.map(async (name) => (await linesOf(registry, `modelwatch_slice_${name}`))[`{${late},slice="origin"}`]),
    );
    expect(ofLate).toEqual([2, 4, 0, 1, 0]);
    expect(await nonZeroOf('modelwatch_slice_confusion_total')).toEqual({
      [`{${late},slice="origin",slice_value="JFK",outcome="true_positive"}`]: 1,
      [`{${late},slice="origin",slice_value="JFK",outcome="true_negative"}`]: 1,
      [`{${late},${second},outcome="false_positive"}`]: 1,
      [`{${late},${second},outcome="false_negative"}`]: 1,
      [`{${old},slice="origin",slice_value="JFK",outcome="true_positive"}`]: 1,
    });
    const delay = await linesOf(registry, 'modelwatch_ground_truth_delay_seconds_bucket');
    expect([60, 300, '+Inf'].map((bound) => delay[`{${late},le="${bound}"}`])).toEqual([0, 5, 5]);
    expect((await linesOf(registry, 'modelwatch_ground_truth_delay_seconds_sum'))[`{${late}}`]).toBe(500);
    expect(await nonZeroOf('modelwatch_events_received_total')).toEqual({
      '{model="late",kind="prediction"}': 6,
      '{model="price",kind="prediction"}': 3,
    });
    expect(await nonZeroOf('modelwatch_events_duplicates_total')).toEqual({ '{model="late",kind="prediction"}': 1 });
  });

  const withPromtool = hasProgram('promtool') ? it : it.skip;
  withPromtool('is sound to promtool', async () => {
    const { clock, registry } = await setUp();
    await happen(clock.nowSeconds());
    const input = await registry.render('prometheus');
    const { status, stderr } = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});

describe('the store on the scrape', () => {
  it('tells of itself and of every queue, those of others too', async () => {
    const { registry } = await setUp();
    store.recordPredictions(batch('late', '2', new Array<number>(51).fill(0.5), 1));
    await store.ingestPredictions(batch('late', '2', [0.5], 1));
    expect(await linesOf(registry, 'modelwatch_store_up')).toEqual({ '': 1 });
    expect((await linesOf(registry, 'modelwatch_store_size_bytes'))['']).toBeGreaterThan(4096);
    const commits = await linesOf(registry, 'modelwatch_store_commit_duration_seconds_bucket');
    const count = (await linesOf(registry, 'modelwatch_store_commit_duration_seconds_count'))['']!;
    expect(count).toBeGreaterThanOrEqual(2);
    expect(commits['{le="+Inf"}']).toBe(count);
    expect(await linesOf(registry, 'modelwatch_queue_entries')).toEqual({
      '{queue="watch"}': 3,
      '{queue="store"}': 0,
      '{queue="ingest"}': 0,
      '{queue="predictions"}': 1,
      '{queue="retired"}': 0,
      '{queue="settled"}': 0,
      '{queue="payloads"}': 0,
      '{queue="asks"}': 0,
      '{queue="events"}': 0,
      '{queue="alerts"}': 0,
      '{queue="registry"}': 0,
      '{queue="snapshots"}': 0,
      '{queue="samples"}': 0,
    });
    expect(await linesOf(registry, 'modelwatch_queue_capacity_entries')).toEqual({
      '{queue="watch"}': 10,
      '{queue="store"}': 50,
      '{queue="ingest"}': 50,
      '{queue="predictions"}': 100,
      '{queue="retired"}': 40,
      '{queue="settled"}': 100,
      '{queue="payloads"}': 10_000,
      '{queue="asks"}': 1000,
      '{queue="events"}': 100_000,
      '{queue="alerts"}': 100_000,
      '{queue="registry"}': 1000,
      '{queue="snapshots"}': 1_000_000,
      '{queue="samples"}': 10_000,
    });
    expect(await linesOf(registry, 'modelwatch_queue_bytes')).toEqual({ '{queue="watch"}': 70 });
    expect(await linesOf(registry, 'modelwatch_queue_capacity_bytes')).toEqual({ '{queue="watch"}': 100 });
    expect(await linesOf(registry, 'modelwatch_queue_dropped_total')).toEqual({
      '{queue="watch",reason="full"}': 2,
      '{queue="store",reason="full"}': 51,
      '{queue="store",reason="store_unavailable"}': 0,
      '{queue="store",reason="unknown_model"}': 0,
      '{queue="store",reason="duplicate"}': 0,
      '{queue="ingest",reason="full"}': 0,
      '{queue="ingest",reason="store_unavailable"}': 0,
      '{queue="predictions",reason="full"}': 0,
      '{queue="retired",reason="superseded"}': 0,
      '{queue="settled",reason="full"}': 0,
      '{queue="payloads",reason="full"}': 0,
      '{queue="payloads",reason="expired"}': 0,
      '{queue="payloads",reason="unreadable"}': 0,
      '{queue="asks",reason="full"}': 0,
      '{queue="asks",reason="store_unavailable"}': 0,
      '{queue="events",reason="full"}': 0,
      '{queue="events",reason="aged"}': 0,
      '{queue="events",reason="open"}': 0,
      '{queue="alerts",reason="full"}': 0,
      '{queue="alerts",reason="aged"}': 0,
      '{queue="registry",reason="full"}': 0,
      '{queue="snapshots",reason="full"}': 0,
      '{queue="snapshots",reason="bytes"}': 0,
      '{queue="snapshots",reason="aged"}': 0,
      '{queue="samples",reason="full"}': 0,
      '{queue="samples",reason="bytes"}': 0,
      '{queue="samples",reason="aged"}': 0,
    });
  });
});
