import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Express } from 'express';
import { pino } from 'pino';
import { metric } from '@modelwatch/core';
import { systemClock } from '../clock.js';
import { loopbackGuard } from '../contract/test-guard.js';
import { createBodySeal } from '../security/body-seal.js';
import { SlicedRegistry } from '../telemetry/registry.js';
import { numberFamily } from '../telemetry/series.js';
import { createApp, type Route } from './app.js';
import { sidecarRoutes } from './index.js';

const BODY_BYTES_MAX = 1000;
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** A route that fails by a fault of ours, which holds what an answer must not. */
const failing: Route = {
  method: 'GET',
  path: '/fails',
  scope: 'public',
  rateClass: 'unlimited',
  bodyBytesMax: 0,
  handle: () => Promise.reject(new Error('/srv/secret: no such file')),
};
const requests = numberFamily(metric('modelwatch_http_requests_total'));
const refused: string[] = [];
const logged: string[] = [];
const declared = sidecarRoutes({
  models: () => new Map(),
  ingestModels: () => new Map(),
  store: () => {
    throw new Error('nothing that is refused reaches the store');
  },
  registry: new SlicedRegistry(),
  registrar: () => {
    throw new Error('nothing that is refused reaches the registry');
  },
  cost: () => ({ seconds: 0, costs: [] }),
  changes: () => ({ listen: () => false }),
  bodies: createBodySeal(),
  clock: systemClock,
  version: '0',
  eventsBytesMax: BODY_BYTES_MAX,
  isAccepting: () => true,
  onRefused: (_model, code) => refused.push(code),
});

let app: Express;
let server: http.Server;
let url: string;

beforeAll(async () => {
  const logger = pino({ level: 'error' }, { write: (line: string) => void logged.push(line) });
  app = createApp([...declared, failing], { logger, guard: loopbackGuard(), requests, onRefused: (_model, code) => refused.push(code) });
  server = http.createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.close();
  server.closeAllConnections();
});

afterEach(() => {
  refused.length = 0;
  logged.length = 0;
});

interface Refusal {
  readonly error: string;
  readonly code: string;
  readonly request_id: string;
}

/** The router's own list: what it would serve, whoever added it. `ANY` stands for the refusal of every method. */
function reachable(): readonly string[] {
  const layers = app.router.stack as unknown as readonly {
    readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> };
  }[];
  return layers.flatMap(({ route }) => {
    if (route === undefined) return [];
    const methods = Object.keys(route.methods).map((method) => method.toUpperCase());
    return METHODS.every((method) => methods.includes(method)) ? [`ANY ${route.path}`] : methods.map((method) => `${method} ${route.path}`);
  });
}

describe('the routes', () => {
  it('are these, each with its scope, the class of its rate and how large its body may be', () => {
    expect(declared.map(({ method, path, scope, rateClass, bodyBytesMax }) => [method, path, scope, rateClass, bodyBytesMax])).toEqual([
      ['GET', '/', 'metrics', 'read', 0],
      ['GET', '/metrics', 'metrics', 'unlimited', 0],
      ['GET', '/v2', 'infer', 'read', 0],
      ['GET', '/v2/health/live', 'public', 'unlimited', 0],
      ['GET', '/v2/health/ready', 'public', 'unlimited', 0],
      ['GET', '/v2/models/:model', 'infer', 'read', 0],
      ['GET', '/v2/models/:model/versions/:version', 'infer', 'read', 0],
      ['GET', '/v2/models/:model/ready', 'public', 'unlimited', 0],
      ['GET', '/v2/models/:model/versions/:version/ready', 'public', 'unlimited', 0],
      ['GET', '/v1', 'read', 'read', 0],
      ['GET', '/v1/models', 'read', 'read', 0],
      ['GET', '/v1/models/:model/explanations', 'read', 'read', 0],
      ['GET', '/v1/models/:model/slices', 'read', 'read', 0],
      ['GET', '/v1/models/:model/drift', 'read', 'read', 0],
      ['GET', '/v1/models/:model/challengers', 'read', 'read', 0],
      ['GET', '/v1/models/:model/calibration', 'read', 'read', 0],
      ['GET', '/v1/models/:model/estimates', 'read', 'read', 0],
      ['GET', '/v1/models/:model/ground-truth', 'read', 'read', 0],
      ['GET', '/v1/cost', 'read', 'read', 0],
      ['GET', '/v1/stream', 'read', 'read', 0],
      ['POST', '/v1/models/:model/domain-classifier', 'operate', 'operate', 8_388_608],
      ['POST', '/v1/predictions', 'ingest', 'ingest', BODY_BYTES_MAX],
      ['POST', '/v1/ground-truth', 'ingest', 'ingest', BODY_BYTES_MAX],
      ['GET', '/v1/registry/versions', 'read', 'read', 0],
      ['GET', '/v1/registry/versions/:model/:version', 'read', 'read', 0],
      ['GET', '/v1/registry/promotions', 'read', 'read', 0],
      ['POST', '/v1/registry/versions', 'operate', 'operate', 65_536],
      ['POST', '/v1/registry/stages', 'operate', 'operate', 65_536],
      ['POST', '/v1/registry/promotions', 'operate', 'operate', 65_536],
      ['POST', '/v1/events', 'operate', 'operate', 65_536],
      ['GET', '/v1/events', 'read', 'read', 0],
      ['POST', '/v1/alerts', 'ingest', 'unlimited', 16_777_216],
      ['GET', '/v1/alerts', 'read', 'read', 0],
      ['GET', '/v1/models/:model/distributions', 'read', 'read', 0],
      ['GET', '/v1/models/:model/slice-quality', 'read', 'read', 0],
      ['GET', '/v1/models/:model/samples', 'operate', 'read', 0],
    ]);
  });

  it('are all that the router reaches, and each refuses every other method', () => {
    const wanted = [...declared, failing].flatMap(({ method, path }) => [`${method} ${path}`, `ANY ${path}`]);
    expect([...reachable()].sort()).toEqual([...new Set(wanted)].sort());
  });

  it.each(declared.map((route) => [`${route.method} ${route.path}`, route] as const))(
    '%s: any other method gives 405 with Allow',
    async (_name, route) => {
      const here = declared.filter(({ path }) => path === route.path).map(({ method }) => method);
      const allowed = here.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
      for (const method of METHODS.filter((other) => !allowed.includes(other))) {
        const response = await fetch(url + route.path.replaceAll(':', ''), { method });
        expect([method, response.status, response.headers.get('allow')]).toEqual([method, 405, allowed.join(', ')]);
        if (method !== 'HEAD') expect(((await response.json()) as Refusal).code).toBe('method_not_allowed');
      }
      expect(new Set(refused)).toEqual(new Set(['method_not_allowed']));
    },
  );

  const asked = declared.filter(({ method, path }) => method === 'GET' && path.startsWith('/v1') && !path.includes(':model/'));
  it.each(asked.map(({ path }) => path))('%s refuses a parameter that it does not know', async (path) => {
    const response = await fetch(`${url}${path}?limits=1`);
    expect([response.status, ((await response.json()) as Refusal).code]).toEqual([400, 'unknown_field']);
    expect(refused).toEqual(['unknown_field']);
  });

  it.each(['/v1/', '/v1/models/', '/metrics/', '/v2/', '/v2/models', '/v2/models/m/infer/x', '/favicon.ico', '/metrics%00'])(
    'nothing is at %s',
    async (path) => {
      const response = await fetch(url + path);
      expect([response.status, ((await response.json()) as Refusal).code]).toEqual([404, 'not_found']);
      expect(refused).toEqual(['not_found']);
    },
  );
});

describe('a body', () => {
  const post = async (body: string | Uint8Array | Uint8Array<ArrayBuffer>, headers: Readonly<Record<string, string>> = {}) => {
    const response = await fetch(`${url}/v1/predictions`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    });
    return { status: response.status, code: ((await response.json()) as Refusal).code, connection: response.headers.get('connection') };
  };
  const zipped = (text: string) => new Uint8Array(gzipSync(text));

  it('is refused where none is taken, by its declared length and in chunks', async () => {
    for (const headers of [{ 'content-length': '4' }, { 'transfer-encoding': 'chunked' }]) {
      const request = http.request(`${url}/v2/health/live`, { method: 'GET', headers });
      request.end('body');
      const [response] = (await once(request, 'response')) as [http.IncomingMessage];
      expect([response.statusCode, response.headers.connection]).toEqual([413, 'close']);
      response.resume();
    }
    expect(refused).toEqual(['body_too_large', 'body_too_large']);
  });

  it('beyond the limit is refused, before and after inflating, and ends its connection', async () => {
    const wanted = { status: 413, code: 'body_too_large', connection: 'close' };
    expect(await post(' '.repeat(BODY_BYTES_MAX + 1))).toEqual(wanted);
    expect(await post(zipped(' '.repeat(1_000_000)), { 'content-encoding': 'gzip' })).toEqual(wanted);
    expect(refused).toEqual(['body_too_large', 'body_too_large']);
  });

  it.each<
    readonly [name: string, body: string | Uint8Array<ArrayBuffer>, headers: Readonly<Record<string, string>>, status: number, code: string]
  >([
    ['an unknown encoding', '{}', { 'content-encoding': 'zstd' }, 415, 'unsupported_encoding'],
    ['an encoding that is not what it says', '{}', { 'content-encoding': 'gzip' }, 400, 'bad_request'],
    ['half of an encoding', zipped('[]').slice(0, 12), { 'content-encoding': 'gzip' }, 400, 'bad_request'],
  ])('in %s is refused and counted once', async (_name, body, headers, status, code) => {
    expect(await post(body, headers)).toMatchObject({ status, code });
    expect(refused).toEqual([code]);
  });
});

describe('an error', () => {
  const idOf = async (given?: string) => {
    const response = await fetch(`${url}/nowhere`, given === undefined ? {} : { headers: { 'x-request-id': given } });
    return ((await response.json()) as Refusal).request_id;
  };

  it("carries the caller's id of the request, or one of ours where that could not stand in a log line", async () => {
    expect(await idOf('order-7')).toBe('order-7');
    for (const bad of [undefined, 'x'.repeat(129), 'a b', 'é']) expect(await idOf(bad)).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('of ours says nothing of the fault, and the log tells it under the same id', async () => {
    const response = await fetch(`${url}/fails`, { headers: { 'x-request-id': 'order-8' } });
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(JSON.parse(text)).toEqual({ error: expect.any(String), code: 'internal_error', request_id: 'order-8' });
    expect(text).not.toMatch(/secret|Error/);
    expect(logged.map((line) => JSON.parse(line) as object)).toMatchObject([
      { requestId: 'order-8', err: { message: expect.stringContaining('secret') } },
    ]);
    expect(refused).toEqual([]);
  });
});
