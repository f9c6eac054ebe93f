import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { DELAY_SECONDS_BUCKETS, seededRandom } from '@modelwatch/core';
import { hasProgram } from './debian-program.js';
import { answerOf, startRawUpstream } from './raw-upstream.js';
import { atTheHour, evaluateRecordings } from './rule-expectations.js';
import { MODELS, startTestSidecar, until, type TestSidecar } from './test-sidecar.js';
import { onInstance } from './two-replicas.js';

const NOW_SECONDS = 1_700_000_000;
const clock = { nowSeconds: () => NOW_SECONDS, monotonicSeconds: () => 0 };
const LABELS = 'model="m",version="1",role="champion"';

/** Age and faults of the one model, those that are there. */
async function readings(sidecar: TestSidecar) {
  const buckets: Record<string, number> = {};
  let before = 0;
  for (const [name, value] of await sidecar.seriesOf('modelwatch_feature_age_seconds_bucket')) {
    if (value > before) buckets[/,le="([^"]+)"/.exec(name)![1]!] = value - before;
    before = value;
  }
  const faults: Record<string, number> = {};
  for (const [name, value] of await sidecar.seriesOf('modelwatch_event_time_faults_total')) {
    if (value > 0) faults[/kind="([^"]+)"/.exec(name)![1]!] = value;
  }
  return { buckets, faults };
}

const seen = async (sidecar: TestSidecar, count: number) => {
  await until(async () => (await sidecar.series(`modelwatch_predictions_total{${LABELS}}`)) === count);
};

describe('the age of events', () => {
  it('comes from a header for every row of a served request; what has none or a wrong one is counted', async () => {
    const sidecar = await startTestSidecar(
      `
store: { path: ':memory:' }
models:
  - name: m
    champion: { version: '1', onnx: { path: ${path.join(MODELS, 'identity-fp32.onnx')} } }
    freshness: { header: x-event-time }
`,
      { clock },
    );
    try {
      const body = JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [2, 2], data: [1, 2, 3, 4] }] });
      const send = async (time?: string) => {
        const headers = { 'content-type': 'application/json', ...(time === undefined ? {} : { 'x-event-time': time }) };
        expect((await sidecar.post('/v2/models/m/infer', body, headers)).status).toBe(200);
      };
      await send(String(NOW_SECONDS - 45));
      await send(String((NOW_SECONDS - 45) * 1000));
      await send(new Date((NOW_SECONDS - 7200) * 1000).toISOString());
      await send();
      await send('last week');
      await send(String(NOW_SECONDS + 5));
      await seen(sidecar, 12);
      expect(await readings(sidecar)).toEqual({
        buckets: { '1': 2, '60': 4, '7200': 2 },
        faults: { missing: 2, unreadable: 2, future: 2 },
      });
      expect(await sidecar.series(`modelwatch_feature_age_seconds_sum{${LABELS}}`)).toBe(4 * 45 + 2 * 7200);
    } finally {
      await sidecar.close();
    }
  }, 60_000);

  it('comes from a feature, row by row, of a JSON service', async () => {
    const upstream = await startRawUpstream((socket) => socket.write(answerOf('200 OK', [], JSON.stringify({ scores: [0.1, 0.2, 0.3] }))));
    const mapping = '{ path: /score, rows: /trips, features: { taken: /at }, outputRows: /scores, output: "" }';
    const sidecar = await startTestSidecar(
      `
store: { path: ':memory:' }
models:
  - name: m
    champion: { version: '1', upstream: { url: '${upstream.url}', protocol: json, mapping: ${mapping} } }
    freshness: { feature: taken }
`,
      { clock },
    );
    try {
      const trips = [{ at: NOW_SECONDS - 8 }, {}, { at: NOW_SECONDS - 200 }];
      await sidecar.post('/score', JSON.stringify({ trips }));
      await seen(sidecar, 3);
      expect(await readings(sidecar)).toEqual({ buckets: { '10': 1, '300': 1 }, faults: { missing: 1 } });
    } finally {
      await sidecar.close();
      await upstream.close();
    }
  }, 60_000);

  it('comes from a feature of ingested predictions, against the time of each, once', async () => {
    const baseline = path.join(import.meta.dirname, '..', 'baseline', 'testdata', 'valid', 'plain.json');
    const sidecar = await startTestSidecar(
      `
store: { path: ':memory:' }
models:
  - name: trips
    champion: { version: '1', baseline: ${baseline} }
    freshness: { feature: distance }
`,
      { clock },
    );
    try {
      const event = (id: string, time: number, distance: number | null) => ({
        model: 'trips',
        id,
        output: 0.5,
        time,
        features: { distance },
      });
      const events = [event('a', 1_600_000_000, 1_599_999_000), event('b', 1_650_000_000, 1_649_999_991), event('c', 1_650_000_000, null)];
      for (let again = 0; again < 2; again++) expect((await sidecar.post('/v1/predictions', JSON.stringify(events))).status).toBe(200);
      expect(await readings(sidecar)).toEqual({ buckets: { '10': 1, '3600': 1 }, faults: { missing: 1 } });
    } finally {
      await sidecar.close();
    }
  }, 60_000);

  it('refuses to start where no input of the model can hold it', async () => {
    const start = startTestSidecar(`
models:
  - name: m
    champion: { version: '1', onnx: { path: ${path.join(MODELS, 'identity-fp32.onnx')} } }
    freshness: { feature: taken }
`);
    await expect(start).rejects.toThrow('model m: no input of the model holds "taken", which freshness.feature names');
  }, 60_000);
});

/** Replicas' ages over an hour, cumulative by bucket: 0 where the hour begins, so that `increase` has nothing to extrapolate. */
function scraped(replicas: readonly (readonly number[])[]) {
  return replicas.flatMap((ages, i) =>
    [...DELAY_SECONDS_BUCKETS, Infinity].map((bound) => {
      const le = bound === Infinity ? '+Inf' : String(bound);
      const count = ages.filter((age) => age <= bound).length;
      return { series: onInstance(`modelwatch_feature_age_seconds_bucket{${LABELS},le="${le}"}`, `r${i}`), values: `0 0 ${count}x58` };
    }),
  );
}

(hasProgram('promtool') ? describe : describe.skip)('the recorded quantiles of ages', () => {
  it.each([
    [1, 400, 90],
    [2, 1000, 1],
  ])('lie in the bucket of the exact quantile of all replicas together, where its rank puts it, seed %p', async (seed, many, few) => {
    const random = seededRandom(seed);
    // From seconds to weeks, replicas of very different ages and traffic: the mean of two quantiles would be far off.
    const replicas = [
      Array.from({ length: many }, () => 10 ** (2.5 * random())),
      Array.from({ length: few }, () => 10 ** (3 + 3 * random())),
    ];
    const all = replicas.flat().sort((a, b) => a - b);
    const expected = ([50, 95] as const).map((percent) => {
      const rank = (percent / 100) * all.length;
      const exact = all[Math.ceil(rank) - 1]!;
      const bucket = DELAY_SECONDS_BUCKETS.findIndex((bound) => exact <= bound);
      const [lower, upper] = [DELAY_SECONDS_BUCKETS[bucket - 1] ?? 0, DELAY_SECONDS_BUCKETS[bucket]!];
      const below = all.filter((age) => age <= lower).length;
      const inside = all.filter((age) => age <= upper).length - below;
      const value = lower + ((upper - lower) * (rank - below)) / inside;
      expect(value > lower && value <= upper).toBe(true);
      return [`model_version_role:modelwatch_feature_age_seconds_p${percent}:1h{${LABELS}}`, value] as const;
    });
    const series = [...expected, [`model_version_role:modelwatch_feature_age_seconds_count:1h{${LABELS}}`, all.length] as const];
    const faults = replicas.map((_, i) => ({
      series: onInstance(`modelwatch_event_time_faults_total{${LABELS},kind="future"}`, `r${i}`),
      values: `0 0 ${3 + i}x58`,
    }));
    const fault = [`model_version_role_kind:modelwatch_event_time_faults:increase1h{${LABELS},kind="future"}`, 7] as const;
    const tests = [...series, fault].map(([name, value]) => atTheHour(name, value));
    expect(await evaluateRecordings([...scraped(replicas), ...faults], tests)).toEqual({
      code: 0,
      text: expect.stringContaining('SUCCESS'),
    });
  });
});
