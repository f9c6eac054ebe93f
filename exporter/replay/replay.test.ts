import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Row } from '../baseline/row.js';
import { createProgress, type ReplayProgress } from './progress.js';
import { createReplayClient, type GroundTruthItem, type ReplayClient } from './replay-client.js';
import { replay, type ReplayOptions } from './replay.js';
import type { Timer } from './timer.js';

/** What the server heard, by the timer's clock. */
interface Heard {
  readonly predictions: { readonly id: string; readonly atSeconds: number; readonly body: unknown }[];
  readonly groundTruth: { readonly items: readonly GroundTruthItem[]; readonly atSeconds: number }[];
}

type Answer = (path: string, body: string) => Promise<readonly [status: number, body: unknown]> | readonly [number, unknown];

/** Time that passes at once, and only while no request is under way: requests take no time. */
function virtualTimer(isIdle: () => boolean): Timer {
  let now = 0;
  const waiting = new Set<{ readonly atSeconds: number; readonly resolve: () => void }>();
  let turning = false;
  const turn = (): void => {
    turning = waiting.size > 0;
    if (!turning) return;
    if (isIdle()) {
      now = Math.max(now, Math.min(...[...waiting].map(({ atSeconds }) => atSeconds)));
      for (const waiter of waiting) if (waiter.atSeconds <= now) waiter.resolve();
    }
    setImmediate(turn);
  };
  return {
    monotonicSeconds: () => now,
    wait: (seconds, signal) =>
      new Promise((resolve) => {
        const waiter = {
          atSeconds: now + seconds,
          resolve: () => {
            waiting.delete(waiter);
            signal.removeEventListener('abort', waiter.resolve);
            resolve();
          },
        };
        if (signal.aborted) return resolve();
        signal.addEventListener('abort', waiter.resolve, { once: true });
        waiting.add(waiter);
        if (!turning) {
          turning = true;
          setImmediate(turn);
        }
      }),
  };
}

const columns = ['id', 'time', 'x', 'late', 'known'];
const rowsOf = (...cells: (readonly [id: string, time: string, x: string, late: string, known: string])[]) =>
  async function* (): AsyncGenerator<Row> {
    for (const [i, row] of cells.entries()) yield { number: i + 1, columns, cells: row, isTyped: false };
  };
const clock = (minutes: number) => new Date(Date.UTC(2013, 3, 1, 0, minutes)).toISOString();
const flight = (id: string, minute: number, delayMinutes = 60, late = '1') =>
  [id, clock(minute), String(minute), late, clock(minute + delayMinutes)] as const;

const heard: Heard = { predictions: [], groundTruth: [] };
let answer: Answer;
let server: Server;
let client: ReplayClient;
let timer: Timer;
let stop: AbortController;
let progress: ReplayProgress;
let requests: number;

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

beforeEach(async () => {
  heard.predictions.length = 0;
  heard.groundTruth.length = 0;
  answer = () => [200, {}];
  requests = 0;
  stop = new AbortController();
  progress = createProgress();
  timer = virtualTimer(() => requests === 0);
  server = createServer((request, response) => {
    void read(request).then(async (text) => {
      const atSeconds = timer.monotonicSeconds();
      const body = JSON.parse(text) as { readonly id: string } & readonly GroundTruthItem[];
      if (request.url === '/v1/ground-truth') heard.groundTruth.push({ items: body, atSeconds });
      else if (request.url === '/v2/models/flights/infer') heard.predictions.push({ id: body.id, atSeconds, body });
      const [status, content] = await answer(request.url!, text);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = createReplayClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 8);
});

afterEach(async () => {
  await client.destroy();
  server.closeAllConnections();
  server.close();
});

function run(rows: () => AsyncIterable<Row>, changes: Partial<ReplayOptions> = {}): Promise<void> {
  const underWay = async <T>(work: Promise<T>): Promise<T> => {
    requests++;
    return work.finally(() => requests--);
  };
  return replay(
    {
      model: 'flights',
      speed: 60,
      idColumn: 'id',
      timeColumn: 'time',
      groundTruth: { valueColumn: 'late', timeColumn: 'known' },
      inputColumns: new Map(),
      idSuffix: '',
      concurrency: 8,
      loop: false,
      ...changes,
    },
    {
      inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 1] }],
      rows,
      client: {
        infer: (model, body) => underWay(client.infer(model, body)),
        postGroundTruth: (items) => underWay(client.postGroundTruth(items)),
      },
      timer,
      signal: stop.signal,
      progress,
    },
  );
}

const ids = () => heard.predictions.map(({ id }) => id);
const posted = () => heard.groundTruth.flatMap(({ items }) => items);

describe('predictions', () => {
  it('are v2 requests of one row, in the order of the file', async () => {
    await run(rowsOf(flight('a', 0), flight('b', 1), flight('c', 2)));
    expect(heard.predictions.map(({ body }) => body)).toEqual(
      ['a', 'b', 'c'].map((id, minute) => ({ id, inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 1], data: [minute] }] })),
    );
    expect(progress).toMatchObject({ rows: 3, underWay: 0, fileSeconds: Date.parse(clock(2)) / 1000 });
  });

  it('are sent when their time comes, sped up', async () => {
    await run(rowsOf(flight('a', 0), flight('b', 10), flight('c', 10), flight('d', 25)));
    expect(heard.predictions.map(({ atSeconds }) => atSeconds)).toEqual([0, 10, 10, 25]);
  });

  it('are held to the highest rate, and the speed is caught up afterwards', async () => {
    await run(rowsOf(flight('a', 0), flight('b', 0), flight('c', 0), flight('d', 30)), { rateMax: 0.5 });
    const at = heard.predictions.map(({ atSeconds }) => atSeconds);
    expect(at[1]! - at[0]!).toBeCloseTo(1.9, 6);
    expect(at[2]! - at[1]!).toBeCloseTo(2, 6);
    expect(at[3]).toBe(30);
  });

  it('are never more under way than so many clients would have', async () => {
    const held: (() => void)[] = [];
    let most = 0;
    answer = (path) => {
      if (path !== '/v2/models/flights/infer') return [200, {}];
      return new Promise((resolve) => {
        held.push(() => resolve([200, {}]));
        most = Math.max(most, held.length);
        // All that may come have come once as many as allowed are held; the last row comes alone.
        if (held.length === 2 || heard.predictions.length === 5) for (const release of held.splice(0)) release();
      });
    };
    await run(rowsOf(...['a', 'b', 'c', 'd', 'e'].map((id) => flight(id, 0))), { concurrency: 2 });
    expect(most).toBe(2);
    expect(ids().sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('that fail are counted by kind, not sent again, and get no ground truth', async () => {
    answer = (_path, body) => {
      if (body.includes('"b"')) return [504, { code: 'deadline_exceeded' }];
      if (body.includes('"c"')) return [418, 'teapot'];
      return [200, {}];
    };
    await run(rowsOf(flight('a', 0), flight('b', 1), flight('c', 2), ['d', clock(3), 'no number', '1', clock(4)], flight('', 5)));
    expect(Object.fromEntries(progress.errors)).toEqual({ deadline_exceeded: 1, http_418: 1, bad_row: 2 });
    expect(ids()).toEqual(['a', 'b', 'c']);
    expect(posted().map(({ id }) => id)).toEqual(['a']);
  });

  it('that nobody listens to are counted too', async () => {
    server.close();
    await run(rowsOf(flight('a', 0), flight('b', 1)));
    expect(Object.fromEntries(progress.errors)).toEqual({ ECONNREFUSED: 2 });
    expect(progress.rows).toBe(0);
  });

  it('begin again under new ids when looped, until the signal', async () => {
    answer = () => {
      if (heard.predictions.length === 5) stop.abort();
      return [200, {}];
    };
    await run(rowsOf(flight('a', 0), flight('b', 10)), { loop: true, idSuffix: '@run2' });
    expect(ids()).toEqual(['a@run2', 'b@run2', 'a@run2#2', 'b@run2#2', 'a@run2#3']);
    expect(posted().every(({ id }) => id.includes('@run2'))).toBe(true);
  });

  it('of a range start at once', async () => {
    await run(rowsOf(flight('a', 0), flight('b', 10), flight('c', 20), flight('d', 30)), {
      fromSeconds: Date.parse(clock(10)) / 1000,
      toSeconds: Date.parse(clock(30)) / 1000,
    });
    expect(heard.predictions.map(({ id, atSeconds }) => [id, atSeconds])).toEqual([
      ['b', 0],
      ['c', 10],
    ]);
  });
});

describe('ground truth', () => {
  it('comes after its delay, sped up, without a time of its own', async () => {
    await run(rowsOf(flight('a', 0, 60, '1'), flight('b', 10, 30, '0'), flight('c', 20, 300, 'true')));
    expect(posted()).toEqual([
      { model: 'flights', id: 'b', value: 0 },
      { model: 'flights', id: 'a', value: 1 },
      { model: 'flights', id: 'c', value: true },
    ]);
    const at = heard.groundTruth.map(({ atSeconds }) => atSeconds);
    [40, 60, 320].forEach((due, i) => {
      expect(at[i]).toBeGreaterThanOrEqual(due);
      expect(at[i]).toBeLessThanOrEqual(due + 0.051);
    });
    expect(progress).toMatchObject({ groundTruthPosted: 3, groundTruthPending: 0 });
  });

  it('is never ahead of its prediction, however fast the replay', async () => {
    const answered = new Set<string>();
    const early: string[] = [];
    answer = (path, body) => {
      if (path === '/v1/ground-truth') {
        for (const { id } of JSON.parse(body) as GroundTruthItem[]) if (!answered.has(id)) early.push(id);
      } else answered.add((JSON.parse(body) as { readonly id: string }).id);
      return [200, {}];
    };
    await run(rowsOf(...Array.from({ length: 50 }, (_, i) => flight(`f${i}`, i, i % 2 === 0 ? 1 : -5))), { speed: 1e12 });
    expect(early).toEqual([]);
    expect(progress).toMatchObject({ rows: 50, groundTruthPosted: 50 });
  });

  it('is sent again while the server cannot take it', async () => {
    let posts = 0;
    answer = (path) => (path === '/v1/ground-truth' && ++posts <= 3 ? [503, { code: 'overloaded' }] : [200, {}]);
    await run(rowsOf(flight('a', 0)));
    expect(posted()).toEqual(new Array(4).fill({ model: 'flights', id: 'a', value: 1 }));
    const at = heard.groundTruth.map(({ atSeconds }) => atSeconds);
    expect(at.slice(1).map((seconds, i) => Number((seconds - at[i]!).toFixed(6)))).toEqual([0.25, 0.5, 1]);
    expect(Object.fromEntries(progress.errors)).toEqual({ overloaded: 3 });
    expect(progress).toMatchObject({ groundTruthPosted: 1, groundTruthPending: 0 });
  });

  it('is given up when the server never takes it', async () => {
    answer = (path) => (path === '/v1/ground-truth' ? [503, { code: 'store_unavailable' }] : [200, {}]);
    await run(rowsOf(flight('a', 0)));
    expect(Object.fromEntries(progress.errors)).toEqual({ store_unavailable: 12 });
    expect(progress).toMatchObject({ groundTruthPosted: 0, groundTruthPending: 0 });
  });

  it('is not sent again where it is refused', async () => {
    answer = (path) => (path === '/v1/ground-truth' ? [400, { code: 'invalid_value' }] : [200, {}]);
    await run(rowsOf(flight('a', 0)));
    expect(heard.groundTruth).toHaveLength(1);
    expect(Object.fromEntries(progress.errors)).toEqual({ invalid_value: 1 });
  });

  it('that is not known yet is left out, and what is none is counted', async () => {
    await run(rowsOf(flight('a', 0, 60, ''), flight('b', 1, 60, 'perhaps'), ['c', clock(2), '2', '1', 'soon'], flight('d', 3)));
    expect(posted().map(({ id }) => id)).toEqual(['d']);
    expect(Object.fromEntries(progress.errors)).toEqual({ bad_ground_truth: 2 });
  });

  it('is not posted where no column holds it', async () => {
    await run(rowsOf(flight('a', 0)), { groundTruth: undefined });
    expect(heard.groundTruth).toEqual([]);
  });

  it('goes in requests of at most 500', async () => {
    await run(rowsOf(...Array.from({ length: 501 }, (_, i) => flight(`f${i}`, 0))));
    expect(heard.groundTruth.map(({ items }) => items.length)).toEqual([500, 1]);
  });
});

describe('the signal', () => {
  it('ends a replay: what is under way is answered, nothing more is sent', async () => {
    answer = (_path, body) => {
      if (body.includes('"b"')) stop.abort();
      return [200, {}];
    };
    await run(rowsOf(flight('a', 0), flight('b', 1), flight('c', 2)));
    expect(ids()).toEqual(['a', 'b']);
    expect(heard.groundTruth).toEqual([]);
    expect(progress).toMatchObject({ rows: 2, underWay: 0, groundTruthPending: 2 });
  });
});

describe('a file at fault', () => {
  it.each([
    ['is not sorted', [flight('a', 1), flight('b', 0)], {}, 'row 2 is earlier than the one before; sort the file by time'],
    ['has no time', [flight('a', 0), ['b', 'soon', '1', '1', clock(1)] as const], {}, 'row 2 holds no time in the column "time"'],
    [
      'lacks a column',
      [flight('a', 0)],
      { idColumn: 'uid' },
      'there is no column "uid"; the columns are "id", "time", "x", "late", "known"',
    ],
    ['has no rows', [], {}, 'no row of the file lies in the range'],
    ['has no rows in the range', [flight('a', 0)], { fromSeconds: 2e9, loop: true }, 'no row of the file lies in the range'],
  ])('%s', async (_what, rows, changes, sentence) => {
    await expect(run(rowsOf(...rows), changes)).rejects.toThrow(sentence);
    // Ends at once: the ground truth of earlier rows is not waited for.
    expect(heard.groundTruth).toEqual([]);
    expect(progress.underWay).toBe(0);
  });
});
