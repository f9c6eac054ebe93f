import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { systemClock } from '../clock.js';
import { parseConfig } from '../config/index.js';
import { createWatchedModel, type AnsweredRequest } from '../pipeline/watched-model.js';
import { startChallenger } from './challenger.js';

const MODELS = path.join(import.meta.dirname, '..', 'models', 'testdata');

/** A challenger of a champion that is not there: copies are offered by the test. */
function challengerOf(scorer: string) {
  const champion = `champion: { version: '1', onnx: { path: a.onnx } }`;
  const parsed = parseConfig(
    `models: [{ name: m, ${champion}, output: { tensor: y, column: 0 }, challengers: [{ version: '2', inFlightMax: 1000, ${scorer} }] }]`,
    'test',
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  const [config] = parsed.value.models;
  const watched = createWatchedModel({ config: config!, baseline: undefined, localWindow: '1m', nowSeconds: 0 });
  const logger = pino({ level: 'silent' });
  const unused = () => {
    throw new Error('a challenger answers nobody');
  };
  return startChallenger(config!, config!.challengers[0]!, 'print', watched, {
    clock: systemClock,
    logger,
    requestSeries: unused,
    keeper: {
      take: unused,
      key: new Uint8Array(32),
      queue: { entries: 0, capacity: 0, memory: { bytes: 0, bytesMax: 0 }, dropped: { full: 0, store: 0, fault: 0 } },
      drain: unused,
    },
    record: () => undefined,
  });
}

const tensor = (name: string) => ({ name, datatype: 'FP32', shape: [1, 2], data: Float32Array.of(0.25, 0.5) }) as const;
const answered = (id: string): AnsweredRequest => ({ id, inputs: [tensor('x')], outputs: [tensor('y')], headerSlices: undefined });

describe('a challenger that is closed with copies under way', () => {
  const closeWith = async (challenger: ReturnType<typeof challengerOf>, copies: number) => {
    while (!challenger.ready) await nextTurn();
    for (let i = 0; i < copies; i++) challenger.shadow.offer(answered(`r-${i}`));
    expect(challenger.shadow.inFlight).toBe(copies);
    await Promise.all([challenger.close(), challenger.close()]);
    while (challenger.shadow.inFlight > 0) await nextTurn();
    expect(challenger.shadow.sent).toBe(copies);
    return challenger.shadow.outcomes;
  };

  it('has the outcome of each, in children of its own', async () => {
    const { scored, dropped, ...others } = await closeWith(challengerOf(`onnx: { path: ${path.join(MODELS, 'identity-fp32.onnx')} }`), 500);
    expect(scored + dropped).toBe(500);
    expect(dropped).toBeGreaterThan(0);
    expect(others).toEqual({ failed: 0, timed_out: 0, skipped: 0 });
  }, 60_000);

  it('has the outcome of each, behind a server that hangs', async () => {
    const server = createServer((request, response) => {
      if (request.method === 'GET') response.end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const outcomes = await closeWith(challengerOf(`upstream: { url: '${url}', deadline: 1h }`), 100);
    expect(outcomes).toEqual({ scored: 0, dropped: 100, failed: 0, timed_out: 0, skipped: 0 });
    server.closeAllConnections();
    server.close();
  }, 60_000);
});
