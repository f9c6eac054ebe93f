import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { STREAM_KINDS, type StreamChange } from '@modelwatch/core';
import { createChangeStream, type ChangeStream, type Marks } from '../stream/change-stream.js';
import { BYTES_WAITING_MAX } from '../stream/listeners.js';
import { flightsModel } from './flights-traffic.js';
import { startTestSidecar, until, type TestSidecar } from './test-sidecar.js';

/** Who listens: what has come so far, and whether it has ended. */
async function listen(url: string): Promise<{ readonly status: number; text: string; ended: boolean; stop(): void }> {
  const request = http.get(`${url}/v1/stream`, { agent: false });
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  const listener = { status: response.statusCode!, text: '', ended: false, stop: () => request.destroy() };
  response.setEncoding('utf8').on('data', (chunk: string) => (listener.text += chunk));
  response.on('close', () => (listener.ended = true)).on('error', () => undefined);
  return listener;
}

const changesIn = (text: string): readonly string[] =>
  text.split('\n').flatMap((line) => (line.startsWith('data: ') ? (JSON.parse(line.slice(6)) as StreamChange).kinds : []));

describe('the stream of a sidecar', () => {
  const yaml = (version = '1') => `
server: { streamListenersMax: 2 }
store: { path: ':memory:' }
models:${flightsModel([], { baseline: '' })}
  - name: events-only
    champion: { version: '${version}' }
`;
  let sidecar: TestSidecar;
  beforeEach(async () => {
    sidecar = await startTestSidecar(yaml());
  });
  afterEach(() => sidecar.close());
  const entries = () => sidecar.series('modelwatch_stream_listeners_entries');

  it('says that there is something new, of which kind, and nothing while all is as it was', async () => {
    const listener = await listen(sidecar.url);
    expect(listener.status).toBe(200);
    await sidecar.post('/v1/predictions', JSON.stringify({ model: 'events-only', id: 'a', output: 0.5 }));
    await until(() => Promise.resolve(changesIn(listener.text).length > 0));
    expect(changesIn(listener.text)).toEqual(['drift']);
    await sidecar.post('/v1/events', JSON.stringify({ id: 'd', kind: 'deploy', model: 'flights-late' }));
    await until(() => Promise.resolve(changesIn(listener.text).length > 1));
    expect(changesIn(listener.text)).toEqual(['drift', 'events']);
    await sidecar.sidecar.reload(await sidecar.configOf(yaml('2')));
    await until(() => Promise.resolve(changesIn(listener.text).includes('registry')));
    expect(listener.ended).toBe(false);
    listener.stop();
    await until(async () => (await entries()) === 0);
  });

  it('has so many listeners at most; further ones are refused and counted', async () => {
    const listeners = [await listen(sidecar.url), await listen(sidecar.url)];
    expect([await entries(), await sidecar.series('modelwatch_stream_listeners_capacity_entries')]).toEqual([2, 2]);
    const refused = await fetch(`${sidecar.url}/v1/stream`);
    expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([503, 'overloaded']);
    expect(await sidecar.series('modelwatch_stream_listeners_dropped_total{reason="full"}')).toBe(1);
    listeners[0]!.stop();
    await until(async () => (await entries()) === 1);
    const next = await listen(sidecar.url);
    expect(next.status).toBe(200);
    for (const one of [listeners[1]!, next]) one.stop();
  });

  it('ends with a drain, which does not wait for listeners', async () => {
    const listener = await listen(sidecar.url);
    const began = Date.now();
    await sidecar.sidecar.drain();
    await until(() => Promise.resolve(listener.ended));
    // It would take drainTimeout, 10 s, if the stream were waited for.
    expect(Date.now() - began).toBeLessThan(5000);
  });

  it('answers HEAD without a stream', async () => {
    const response = await fetch(`${sidecar.url}/v1/stream`, { method: 'HEAD' });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    expect(await entries()).toBe(0);
  });
});

describe('a stream whose time is told', () => {
  let server: http.Server;
  let stream: ChangeStream;
  let answers: http.ServerResponse[];
  let port: number;
  let mark = 0;
  let seconds = 0;
  const marks = (): Marks => ({ registry: [], events: [mark], drift: [mark] });
  beforeEach(async () => {
    [mark, seconds, answers] = [0, 0, []];
    stream = createChangeStream({ marks, listenersMax: 2, monotonicSeconds: () => seconds });
    server = http.createServer((_request, response) => {
      answers.push(response);
      stream.listen(response);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    port = (server.address() as net.AddressInfo).port;
  });
  afterEach(() => {
    stream.close();
    stream.close();
    server.close();
    server.closeAllConnections();
  });
  const change = () => {
    mark++;
    stream.look();
  };

  it('drops who does not read, with little waiting for it, and goes on for those who do', async () => {
    const reader = await listen(`http://127.0.0.1:${port}`);
    const deaf = net.connect(port, '127.0.0.1');
    deaf.on('error', () => undefined).pause();
    deaf.write('GET /v1/stream HTTP/1.1\r\nHost: x\r\n\r\n');
    await until(() => Promise.resolve(stream.counts.listeners === 2));
    let waitingMax = 0;
    let sent = 0;
    while (stream.counts.slow === 0 && sent < 1_000_000) {
      change();
      sent++;
      waitingMax = Math.max(waitingMax, ...answers.map((answer) => answer.writableLength));
      // Lets the reader read: it is not to be dropped with the other.
      if (sent % 50 === 0) await new Promise(setImmediate);
    }
    expect(stream.counts).toMatchObject({ listeners: 1, slow: 1 });
    expect(waitingMax).toBeGreaterThan(0);
    // Framing of chunks comes on top of the messages.
    expect(waitingMax).toBeLessThanOrEqual(BYTES_WAITING_MAX * 1.25);
    await until(() => Promise.resolve(changesIn(reader.text).length === 2 * sent));
    expect(answers[1]!.destroyed).toBe(true);
    deaf.destroy();
    reader.stop();
  }, 60_000);

  it('has a sign of life, and ends after a quarter of an hour, so that a token is shown again', async () => {
    const listener = await listen(`http://127.0.0.1:${port}`);
    for (let look = 0; look < 15; look++) stream.look();
    await until(() => Promise.resolve(listener.text.includes(': still here')));
    expect([changesIn(listener.text), listener.text.startsWith('retry: ')]).toEqual([[], true]);
    seconds = 900;
    for (let look = 0; look < 15; look++) stream.look();
    await until(() => Promise.resolve(listener.ended));
    expect(stream.counts).toEqual({ listeners: 0, listenersMax: 2, full: 0, slow: 0 });
  });

  it('takes nobody once it is closed', async () => {
    stream.close();
    const request = http.get(`http://127.0.0.1:${port}`).on('error', () => undefined);
    await until(() => Promise.resolve(answers.length === 1));
    expect([answers[0]!.headersSent, stream.counts.full]).toEqual([false, 0]);
    request.destroy();
  });

  it('knows every kind', () => {
    expect(Object.keys(marks()).sort()).toEqual([...STREAM_KINDS].sort());
  });
});
