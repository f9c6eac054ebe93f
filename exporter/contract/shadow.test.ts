import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Agreement, PairedQuality, ROLLOUT_CRITERIA, rolloutVerdict, verdictText, VERDICTS, type RolloutVerdict } from '@modelwatch/core';
import { flightRows, flightsModel, flightsRequest } from './flights-traffic.js';
import { FLIGHTS, MODELS, startTestSidecar, until, type TestSidecar } from './test-sidecar.js';

const model = (name: string) => path.join(MODELS, `${name}.onnx`);
const OUTCOMES = ['scored', 'dropped', 'failed', 'timed_out', 'skipped'];

const challengerReady = (sidecar: TestSidecar, name: string, version: string) => () =>
  sidecar.series(`modelwatch_model_ready{model="${name}",version="${version}",role="challenger"}`).then((ready) => ready === 1);

/** Copies sent to a challenger and what became of them, once nothing is waiting or under way. */
async function accounts(sidecar: TestSidecar, name: string, version: string, sent: number) {
  const labels = `model="${name}",version="${version}",role="challenger"`;
  const of = async (series: string, more = '') => (await sidecar.series(`modelwatch_shadow_${series}{${labels}${more}}`)) ?? NaN;
  await until(async () => (await of('sent_total')) === sent && (await of('in_flight')) === 0);
  const outcomes = Object.fromEntries(
    await Promise.all(OUTCOMES.map(async (outcome) => [outcome, await of('outcomes_total', `,outcome="${outcome}"`)] as const)),
  );
  expect(Object.values(outcomes).reduce((sum, count) => sum + count, 0)).toBe(sent);
  return outcomes as Record<string, number>;
}

describe('challengers that die, hang and devour', () => {
  let upstream: Server;
  let sidecar: TestSidecar;
  const given: string[] = [];

  beforeAll(async () => {
    // Answers each request with as many outputs as its first input has rows.
    upstream = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        if (request.method !== 'POST') return void response.end();
        const [first] = (JSON.parse(Buffer.concat(chunks).toString()) as { inputs: readonly { shape: readonly [number] }[] }).inputs;
        const data = new Array<number>(first!.shape[0]).fill(0.25);
        const answer = JSON.stringify({ outputs: [{ name: 'y', datatype: 'FP32', shape: first!.shape, data }], note: given.length });
        given.push(answer);
        response.end(answer);
      });
    }).listen(0, '127.0.0.1');
    await once(upstream, 'listening');
    const challenger = (version: string, file: string, deadline: string, more = '') =>
      `{ version: ${version}, onnx: { path: ${file}, deadline: ${deadline}, memoryBytesMax: 100000000, outputBytesMax: 1000000 }${more} }`;
    sidecar = await startTestSidecar(`
store: { path: ':memory:' }
models:
  - name: m
    champion: { version: '1', upstream: { url: 'http://127.0.0.1:${(upstream.address() as AddressInfo).port}' } }
    output: { tensor: y }
    challengers:
      - ${challenger('divide', model('divide'), '20s')}
      - ${challenger('hang', model('hang'), '300ms', ', inFlightMax: 2')}
      - ${challenger('allocate', model('allocate'), '5s')}
      - ${challenger('broken', model('garbage'), '5s')}
`);
    for (const version of ['divide', 'hang', 'allocate']) await until(challengerReady(sidecar, 'm', version));
  }, 120_000);

  afterAll(async () => {
    await sidecar.close();
    upstream.close();
  });

  const infer = async (...inputs: readonly (readonly [name: string, datatype: string, data: readonly (number | string)[]])[]) => {
    const body = { inputs: inputs.map(([name, datatype, data]) => ({ name, datatype, shape: [data.length], data })) };
    // Numbers beyond 2^53 have no place here: all fit.
    const answer = await sidecar.post('/v2/models/m/infer', JSON.stringify(body));
    expect(answer.status).toBe(200);
    expect(answer.body.toString()).toBe(given.at(-1));
  };

  it('stand on the landing page, each with its role and state', async () => {
    const page = await (await fetch(`${sidecar.url}/`)).text();
    for (const [version, state] of [
      ['divide', '<span class="ready">ready</span>'],
      ['broken', '<span class="not">cannot be loaded</span>'],
    ]) {
      expect(page).toContain(
        `<tr><td><a href="/v1/models/m/challengers">m</a></td><td>${version}</td><td>challenger</td><td>${state}</td><td>ONNX</td><td>0</td>`,
      );
    }
  });

  it('cost the champion neither an answer nor a byte, and every copy is accounted for', async () => {
    const fine = ['a', 'INT32', [6]] as const;
    const requests = 14;
    await infer(fine, ['b', 'INT32', [3]]);
    // SIGFPE, twice: then it is quarantined.
    for (let i = 0; i < 3; i++) await infer(['a', 'INT32', [-2147483648]], ['b', 'INT32', [-1]]);
    await infer(fine, ['b', 'INT32', [2]]);
    // Far past the deadline; two may be under way at once.
    for (let i = 0; i < 5; i++) await infer(['n', 'INT64', [9_000_000_000]]);
    await infer(['n', 'INT64', [3]]);
    // 40 GB of output, then one that is fine.
    await infer(['shape', 'INT64', [100_000, 100_000]]);
    await infer(['shape', 'INT64', [2, 1]]);
    await infer(['nobody', 'INT64', [1]]);

    const divide = await accounts(sidecar, 'm', 'divide', requests);
    expect(divide).toMatchObject({ scored: 2, failed: 3, skipped: 9 });
    const hang = await accounts(sidecar, 'm', 'hang', requests);
    // While two hang there is no room, whatever the copy.
    expect(hang['timed_out']).toBeGreaterThan(0);
    expect(hang['dropped']).toBeGreaterThan(0);
    expect(hang['timed_out']! + hang['failed']! + hang['dropped']!).toBeGreaterThanOrEqual(5);
    const allocate = await accounts(sidecar, 'm', 'allocate', requests);
    expect(allocate['scored']).toBe(1);
    expect(await accounts(sidecar, 'm', 'broken', requests)).toMatchObject({ skipped: requests });

    expect(await sidecar.series('modelwatch_requests_answered_total{model="m",version="1",role="champion",code="2xx"}')).toBe(requests);
    const failed = await sidecar.seriesOf('modelwatch_requests_failed_total{model="m"');
    expect([...failed.values()].reduce((sum, count) => sum + count, 0)).toBe(0);
    expect(await sidecar.series('modelwatch_model_ready{model="m",version="broken",role="challenger"}')).toBe(0);
  }, 120_000);
});

const CLASSES = { kind: 'probability', championThreshold: 0.5, challengerThreshold: 0.5 } as const;

/** What `GET /v1/models/{model}/challengers` tells. */
interface Told {
  readonly challengers: readonly (RolloutVerdict & {
    readonly agreement: { readonly outcomes: unknown };
    readonly quality: { readonly outcomes: unknown };
    readonly latency: unknown;
    readonly slices: readonly { readonly values: readonly { readonly quality: unknown }[] }[];
  })[];
}

describe('the flights challenger', () => {
  it('is compared on the very outputs that both models give, and goes on with its counts over a reload', async () => {
    const alone = flightsModel([], { name: 'alone', version: '2', file: 'challenger.onnx', baseline: '' });
    const slices = 'slices: [{ name: hour, header: x-hour }]';
    const compared = (pairsMin: number) => [
      `challengers: [{ version: '2', onnx: { path: ${path.join(FLIGHTS, 'challenger.onnx')} } }]`,
      `rollout: { pairsMin: ${pairsMin}, latencyRatioMax: none, failureRatioMax: none }`,
    ];
    const yamlOf = (keys: readonly string[]) =>
      `store: { path: ':memory:' }\nmodels:${flightsModel([slices, ...keys], { name: 'flights', baseline: '' })}${alone}\n`;
    const yaml = yamlOf(compared(500));
    const sidecar = await startTestSidecar(yaml);
    try {
      await until(challengerReady(sidecar, 'flights', '2'));
      const rows = flightRows('live.csv').slice(0, 600);
      const expected = new Agreement(CLASSES);
      const quality = new PairedQuality(CLASSES);
      let requests = 0;
      const ids: string[] = [];
      for (let from = 0; from < rows.length; from += 50) {
        for (let row = 0; row < 50; row++) ids.push(`r-${from}/${row}`);
        const body = flightsRequest(rows.slice(from, from + 50), `r-${from}`);
        const probabilities = await Promise.all(
          ['flights', 'alone'].map(async (name) => {
            const { outputs } = (
              await sidecar.post(`/v2/models/${name}/infer`, body, { 'content-type': 'application/json', 'x-hour': 'noon' })
            ).json() as {
              outputs: readonly { name: string; data: number[] }[];
            };
            return outputs.find((output) => output.name === 'probabilities')!.data.filter((_, i) => i % 2 === 1);
          }),
        );
        probabilities[0]!.forEach((champion, row) => {
          const challenger = probabilities[1]![row]!;
          expected.update({ champion, challenger });
          quality.update({ champion, challenger, truth: 1 });
        });
        requests++;
      }
      expect(await accounts(sidecar, 'flights', '2', requests)).toMatchObject({ scored: requests });
      const page = await (await fetch(`${sidecar.url}/`)).text();
      const row = `<td>2</td><td>challenger</td><td><span class="ready">ready</span></td><td>ONNX</td><td>${rows.length}</td>`;
      expect(page).toContain(row);
      const labels = 'model="flights",version="2",role="challenger"';
      const agreed = ['both_positive', 'champion_only_positive', 'challenger_only_positive', 'both_negative'];
      const counted = await Promise.all(
        agreed.map((outcome) => sidecar.series(`modelwatch_shadow_agreement_total{${labels},outcome="${outcome}"}`)),
      );
      expect(counted).toEqual([...expected.outcomes]);
      expect(expected.disagreed).toBeGreaterThan(0);
      const squared = await sidecar.series(`modelwatch_shadow_difference_squared_total{${labels}}`);
      // The answers print FP32 in few digits.
      expect(squared).toBeCloseTo(expected.differences.squared, 4);
      const bins = await sidecar.seriesOf(`modelwatch_shadow_difference_bin_total{${labels}`);
      expect([...bins.values()].reduce((sum, count) => sum + count, 0)).toBe(rows.length);
      expect(await sidecar.series(`modelwatch_scoring_duration_seconds_count{${labels}}`)).toBe(requests);

      // Every flight was late: who said so is right.
      const truths = ids.map((id) => ({ model: 'flights', id, value: 1 }));
      for (let from = 0; from < truths.length; from += 300) {
        const told = await sidecar.post('/v1/ground-truth', JSON.stringify(truths.slice(from, from + 300)));
        expect(told.status).toBe(200);
      }
      const right = ['both_right', 'champion_only_right', 'challenger_only_right', 'both_wrong'];
      await until(async () => (await sidecar.series(`modelwatch_ground_truth_joined_total{${labels}}`)) === rows.length);
      const paired = await Promise.all(
        right.map((outcome) => sidecar.series(`modelwatch_shadow_paired_total{${labels},outcome="${outcome}"}`)),
      );
      expect(paired).toEqual([...expected.outcomes]);
      expect(await sidecar.series(`modelwatch_shadow_outputs_received_total{${labels}}`)).toBe(rows.length);

      const criteria = {
        pairsMin: 500,
        quality: 'accuracy',
        qualityLossMax: 0.01,
        qualityGainMin: 0,
        disagreementRatioMax: 0.2,
        confidence: 0.99,
      } as const;
      const judged = rolloutVerdict({ agreement: expected, quality }, criteria);
      const told = (await (await fetch(`${sidecar.url}/v1/models/flights/challengers`)).json()) as Told;
      expect(told).toMatchObject({ model: 'flights', championVersion: '1', challengers: [{ version: '2', ready: true }] });
      const [challenger] = told.challengers;
      expect(challenger).toMatchObject({ ...judged, text: verdictText(judged), copies: { sent: requests, scored: requests, inFlight: 0 } });
      expect(challenger!.agreement.outcomes).toEqual(Object.fromEntries(agreed.map((outcome, i) => [outcome, expected.outcomes[i]])));
      expect(challenger!.quality.outcomes).toEqual(Object.fromEntries(right.map((outcome, i) => [outcome, expected.outcomes[i]])));
      expect(challenger!.latency).toMatchObject({ compared: requests, missing: 0 });
      const [hour] = challenger!.slices;
      expect(hour).toMatchObject({ slice: 'hour', valuesLeftOut: 0, values: [{ value: 'noon', agreement: { compared: rows.length } }] });
      expect(hour!.values[0]!.quality).toMatchObject({ judged: rows.length });
      const local = await sidecar.seriesOf('modelwatch_local_rollout_verdict');
      expect([...local]).toEqual(
        VERDICTS.map((verdict) => [`modelwatch_local_rollout_verdict{${labels},verdict="${verdict}"}`, verdict === judged.verdict ? 1 : 0]),
      );
      expect((await fetch(`${sidecar.url}/v1/models/nobody/challengers`)).status).toBe(404);

      // Other criteria judge the same counts.
      await sidecar.sidecar.reload(await sidecar.configOf(yamlOf(compared(ROLLOUT_CRITERIA.pairsMin))));
      const strict = `modelwatch_local_rollout_verdict{${labels},verdict="insufficient_data"}`;
      expect(await sidecar.series(strict)).toBe(1);
      expect(await sidecar.series(`modelwatch_shadow_sent_total{${labels}}`)).toBe(requests);
      await sidecar.sidecar.reload(await sidecar.configOf(yamlOf([])));
      expect(await sidecar.series(`modelwatch_shadow_sent_total{${labels}}`)).toBeUndefined();
      expect(await sidecar.series('modelwatch_predictions_total{model="flights",version="1",role="champion"}')).toBe(rows.length);
    } finally {
      await sidecar.close();
    }
  }, 120_000);
});
