import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { seededRandom } from '@modelwatch/core';
import { hasProgram } from './debian-program.js';
import { answerOf, startRawUpstream, type Answerer, type RawUpstream } from './raw-upstream.js';
import { atTheHour, evaluateRecordings } from './rule-expectations.js';
import { startTestSidecar, until, type TestSidecar } from './test-sidecar.js';
import { FEATURE, onInstance } from './two-replicas.js';

const BASELINE = path.join(import.meta.dirname, '..', 'baseline', 'testdata', 'valid', 'plain.json');
const ROWS_MAX = 10;

interface Asked {
  readonly features: readonly string[];
  readonly entities: Readonly<Record<string, readonly string[]>>;
}

/** Answers as a feature server does that knows this distance of every city. */
const knows =
  (distance: number | null): Answerer =>
  (socket, { body }) => {
    const cities = (JSON.parse(body.toString()) as Asked).entities['city']!;
    const column = (values: readonly unknown[]) => ({ values, statuses: values.map(() => 'PRESENT') });
    const answer = { metadata: { feature_names: ['city', 'km'] }, results: [column(cities), column(cities.map(() => distance))] };
    socket.write(answerOf('200 OK', [], JSON.stringify(answer)));
  };

describe('feature parity', () => {
  let model: RawUpstream;
  let store: RawUpstream;
  let sidecar: TestSidecar;

  beforeAll(async () => {
    model = await startRawUpstream((socket, { body }) => {
      const { trips } = JSON.parse(body.toString()) as { trips: unknown[] };
      socket.write(answerOf('200 OK', [], JSON.stringify({ scores: trips.map(() => 0.5) })));
    });
    store = await startRawUpstream(knows(2));
  });
  afterAll(async () => {
    await model.close();
    await store.close();
  });
  beforeEach(async () => {
    store.forget();
    store.answer(knows(2));
    sidecar = await startTestSidecar(`
store: { path: ':memory:' }
models:
  - name: trips
    champion:
      version: '1'
      upstream:
        url: ${model.url}
        protocol: json
        mapping: { path: /score, rows: /trips, features: { distance: /km, city: /city }, outputRows: /scores, output: '' }
      baseline: ${BASELINE}
    parity:
      url: ${store.url}
      entities: { city: city }
      features: { distance: 'trips:km' }
      share: 1
      rowsMax: ${ROWS_MAX}
      deadline: 300ms
      breakerFailures: 1000
`);
  });
  afterEach(() => sidecar.close());

  const counts = async (family: string) => {
    const found: Record<string, number> = {};
    for (const [name, value] of await sidecar.seriesOf(`modelwatch_parity_${family}`)) {
      if (value > 0) found[/outcome="(\w+)"/.exec(name)![1]!] = value;
    }
    return found;
  };
  const lookups = () => counts('lookups_total');
  const values = () => counts('values_total');
  const send = async (...trips: object[]) => {
    const answer = await sidecar.post('/score', JSON.stringify({ trips }));
    expect([answer.status, answer.json()]).toEqual([200, { scores: trips.map(() => 0.5) }]);
  };
  const settled = async (times: number) => {
    await until(async () => Object.values(await lookups()).reduce((sum, count) => sum + count, 0) === times);
  };

  it('compares what is served with what the feature server says, in its protocol', async () => {
    await send({ km: 2, city: 'Bonn' }, { km: 3, city: 'Aachen' }, { km: 2 });
    await settled(1);
    expect([await lookups(), await values()]).toEqual([{ compared: 1 }, { matched: 1, mismatched: 1 }]);
    const [{ start, headers, body }] = store.requests as [RawUpstream['requests'][number]];
    expect(start).toBe('POST /get-online-features HTTP/1.1');
    expect(headers.map((line) => line.toLowerCase())).toContain('content-type: application/json');
    expect(JSON.parse(body.toString())).toEqual({ features: ['trips:km'], entities: { city: ['Bonn', 'Aachen'] } });
  });

  it.each<[string, string, Answerer]>([
    ['is another status', 'failed', (socket) => socket.write(answerOf('500 Internal Server Error', [], '{}'))],
    ['is no JSON', 'failed', (socket) => socket.write(answerOf('200 OK', [], '{"metadata":'))],
    ['is JSON of another form', 'failed', (socket) => socket.write(answerOf('200 OK', [], '[1,2]'))],
    [
      'has another number of rows',
      'failed',
      (socket) =>
        socket.write(
          answerOf('200 OK', [], '{"metadata":{"feature_names":["km"]},"results":[{"values":[1,2],"statuses":["PRESENT","PRESENT"]}]}'),
        ),
    ],
    ['is no HTTP', 'failed', (socket) => socket.write('220 ftp ready\r\n')],
    ['is cut off', 'failed', (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"meta')],
    ['is a reset', 'failed', (socket) => socket.resetAndDestroy()],
    ['does not come', 'timed_out', () => undefined],
    ['begins and does not end', 'timed_out', (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{')],
    [
      'comes a byte at a time',
      'timed_out',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n');
        const drip = setInterval(() => socket.write(' '), 20);
        socket.on('close', () => {
          clearInterval(drip);
        });
      },
    ],
  ])('counts a look-up whose answer %s as %s, and goes on', async (_what, outcome, answerer) => {
    store.answer(answerer);
    await send({ km: 2, city: 'Bonn' });
    await settled(1);
    expect([await lookups(), await values()]).toEqual([{ [outcome]: 1 }, {}]);
    store.answer(knows(2));
    await send({ km: 2, city: 'Bonn' });
    await settled(2);
    expect([await lookups(), await values()]).toEqual([{ [outcome]: 1, compared: 1 }, { matched: 1 }]);
  });

  it('reads no more of an answer than one can have, however much is sent', async () => {
    let sent = 0;
    let isClosed = false;
    store.answer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
      const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(65_536, 0x20), Buffer.from('\r\n')]);
      const more = () => {
        while (!isClosed && socket.write(chunk)) sent += chunk.length;
      };
      socket.on('drain', more).on('close', () => (isClosed = true));
      more();
    });
    await send({ km: 2, city: 'Bonn' });
    await settled(1);
    await until(() => Promise.resolve(isClosed));
    expect(await lookups()).toEqual({ failed: 1 });
    // What the kernel's buffers hold on the way comes on top of the 4 MiB.
    expect(sent).toBeLessThan(16 * 1_048_576);
  });

  it('follows no redirect', async () => {
    let connections = 0;
    const other = net.createServer((socket) => {
      connections++;
      socket.destroy();
    });
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as net.AddressInfo;
    store.answer((socket) => socket.write(answerOf('302 Found', [`Location: http://127.0.0.1:${port}/get-online-features`])));
    await send({ km: 2, city: 'Bonn' });
    await settled(1);
    expect([await lookups(), connections, store.requests.length]).toEqual([{ failed: 1 }, 0, 1]);
    other.close();
  });

  it('looks up rows of all parts of a large request, as many as allowed', async () => {
    const trips = Array.from({ length: 100 }, (_, row) => ({ km: 2, city: `city ${row}` }));
    await send(...trips);
    await settled(1);
    const asked = (JSON.parse(store.requests[0]!.body.toString()) as Asked).entities['city']!.map((city) => Number(city.slice(5)));
    expect(asked).toHaveLength(ROWS_MAX);
    expect(asked.map((row) => Math.floor(row / ROWS_MAX))).toEqual(expect.arrayContaining([0, 5, 9]));
    expect(new Set(asked.slice(1).map((row, i) => row - asked[i]!))).toEqual(new Set([10]));
  });

  it('looks ingested predictions up once they are durable, each once, a batch in one look-up', async () => {
    const event = (id: string, features: object) => ({ model: 'trips', id, output: 0.5, features });
    const events = [event('a', { distance: 2, city: 'Bonn' }), event('b', { distance: 7, city: 'Aachen' }), event('c', { distance: 2 })];
    for (let again = 0; again < 2; again++) {
      expect((await sidecar.post('/v1/predictions', JSON.stringify(events))).status).toBe(200);
    }
    await settled(1);
    expect([await lookups(), await values()]).toEqual([{ compared: 1 }, { matched: 1, mismatched: 1 }]);
    expect(JSON.parse(store.requests[0]!.body.toString())).toEqual({ features: ['trips:km'], entities: { city: ['Bonn', 'Aachen'] } });
    expect(store.requests).toHaveLength(1);
  });
});

const OUTCOMES = ['matched', 'mismatched', 'missing_offline'] as const;

(hasProgram('promtool') ? describe : describe.skip)('the recorded ratios of parity', () => {
  it.each([1, 2])('are those of all replicas together, absent where nothing was compared, seed %p', async (seed) => {
    const random = seededRandom(seed);
    const features = ['temp', 'humid', 'unknown'];
    const replicas = [900, 30].map((size) =>
      features.map((feature) =>
        Object.fromEntries(
          OUTCOMES.map((outcome) => [outcome, feature === 'unknown' && outcome !== 'missing_offline' ? 0 : Math.ceil(size * random())]),
        ),
      ),
    );
    const scraped = replicas.flatMap((counts, replica) =>
      features.flatMap((feature, i) =>
        OUTCOMES.map((outcome) => ({
          series: onInstance(`modelwatch_parity_values_total{${FEATURE}="${feature}",outcome="${outcome}"}`, `r${replica}`),
          values: `0 0 ${counts[i]![outcome]!}x58`,
        })),
      ),
    );
    const tests = features.flatMap((feature, i) => {
      const sum = (outcome: string) => replicas.reduce((total, counts) => total + counts[i]![outcome]!, 0);
      const [matched, mismatched, missing] = OUTCOMES.map(sum) as [number, number, number];
      const series = (name: string) => `model_version_feature:modelwatch_parity_${name}:1h{${FEATURE}="${feature}"}`;
      const compared = matched + mismatched;
      return [
        atTheHour(series('values_compared'), compared),
        atTheHour(series('missing_offline_ratio'), missing / (compared + missing)),
        atTheHour(series('mismatch_ratio'), compared > 0 ? mismatched / compared : undefined),
      ];
    });
    expect(await evaluateRecordings(scraped, tests)).toEqual({ code: 0, text: expect.stringContaining('SUCCESS') });
  });
});
