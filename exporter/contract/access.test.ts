import { writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import http from 'node:http';
import path from 'node:path';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SCOPES, type Scope } from '@modelwatch/core';
import { stringify } from 'yaml';
import { INFER_ROUTE } from '../routes/infer.js';
import type { Route } from '../routes/app.js';
import type { RouteScope } from '../security/access-policy.js';
import { digestText, newToken } from '../security/token.js';
import { startTestSidecar, type TestSidecar } from './test-sidecar.js';

/*
 * P32: every route x every credential, over a socket. The routes are those the router is made of (routes/app.test.ts holds that it reaches no
 * other), so that none can be forgotten here; each
 * asks for exactly its scope.
 */

const tokens = { expired: newToken(), next: newToken(), ...Object.fromEntries(SCOPES.map((scope) => [scope, newToken()])) } as Readonly<
  Record<Scope | 'expired' | 'next', string>
>;
const entry = (name: string, token: string, scopes: readonly Scope[], expires?: string) => ({
  name,
  digest: digestText(token),
  scopes,
  ...(expires === undefined ? {} : { expires }),
});
const ENTRIES = [
  ...SCOPES.map((scope) => entry(scope, tokens[scope], [scope])),
  // The second of two that are live at once, under one name.
  entry('operate', tokens.next, ['operate']),
  entry('old', tokens.expired, SCOPES, '2020-01-01T00:00:00Z'),
];
const CREDENTIALS: readonly (readonly [name: string, authorization: string | undefined, grants: readonly Scope[] | 'unknown'])[] = [
  ['none', undefined, 'unknown'],
  ['garbage', 'Bearer mwt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', 'unknown'],
  ['expired', `Bearer ${tokens.expired}`, 'unknown'],
  ...SCOPES.map((scope) => [scope, `Bearer ${tokens[scope]}`, [scope]] as const),
  ['the second live one of a name', `Bearer ${tokens.next}`, ['operate']],
];

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

async function ask(url: string, method: string, authorization?: string): Promise<Answer> {
  const headers = { 'content-length': '0', ...(authorization === undefined ? {} : { authorization }) };
  const request = http.request(url, { method, agent: false, headers }).end();
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  let text = '';
  // A stream does not end by itself: that it has begun says that the caller was let in.
  if (response.headers['content-type'] === 'text/event-stream') {
    response.destroy();
    return { status: response.statusCode!, headers: response.headers, text };
  }
  for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
  return { status: response.statusCode!, headers: response.headers, text };
}

const yamlOf = (access: object, model = "{ name: m, champion: { version: '1' } }") =>
  stringify({ access, store: { path: ':memory:' } }) + `models: [${model}]\n`;

describe('every route, asked with every credential', () => {
  let sidecar: TestSidecar;
  let routes: readonly Pick<Route, 'method' | 'path' | 'scope'>[];

  beforeAll(async () => {
    sidecar = await startTestSidecar(yamlOf({ tokens: ENTRIES, open: [], operatePerSecondMax: 100_000, readPerSecondMax: 100_000 }));
    routes = [...sidecar.sidecar.routes, INFER_ROUTE];
  });
  afterAll(() => sidecar.close());

  const urlOf = (route: { readonly path: string }) =>
    sidecar.url + route.path.replace(':model', 'm').replace(':version', '1').replaceAll(':', '');

  it('declares its scope, and nothing that changes something is a GET', () => {
    expect(routes.length).toBeGreaterThan(11);
    const known: readonly RouteScope[] = ['public', ...SCOPES];
    expect(routes.filter(({ scope }) => !known.includes(scope))).toEqual([]);
    const unchanging: readonly RouteScope[] = ['public', 'infer', 'metrics', 'read'];
    // Samples change nothing: what they show of inputs is for those alone who operate a model.
    const guarded = routes.filter(({ method, scope }) => method === 'GET' && !unchanging.includes(scope));
    expect(guarded.map(({ path }) => path)).toEqual(['/v1/models/:model/samples']);
    expect(routes.filter(({ method, scope }) => method !== 'GET' && (scope === 'public' || scope === 'metrics'))).toEqual([]);
  });

  it.each(CREDENTIALS)('%s', async (_name, authorization, grants) => {
    const outcomes: unknown[] = [];
    const wanted: unknown[] = [];
    for (const route of routes) {
      const { status, headers, text } = await ask(urlOf(route), route.method, authorization);
      const challenge = headers['www-authenticate'];
      const code = status === 401 || status === 403 ? (JSON.parse(text) as { readonly code: string }).code : undefined;
      outcomes.push([route.method, route.path, code ?? 'let in', challenge]);
      const isGranted = route.scope === 'public' || (grants !== 'unknown' && grants.includes(route.scope));
      const refusal =
        grants === 'unknown'
          ? ['unauthenticated', `Bearer realm="modelwatch"${authorization === undefined ? '' : ', error="invalid_token"'}`]
          : ['forbidden', `Bearer realm="modelwatch", error="insufficient_scope", scope="${route.scope}"`];
      wanted.push([route.method, route.path, ...(isGranted ? ['let in', undefined] : refusal)]);
    }
    expect(outcomes).toEqual(wanted);
  });

  it('counts each refusal, and says nothing of tokens on /metrics', async () => {
    const scrape = async () => (await ask(`${sidecar.url}/metrics`, 'GET', `Bearer ${tokens.metrics}`)).text;
    const denied = (text: string, reason: string) =>
      Number(
        new RegExp(`^modelwatch_access_denied_total\\{route="/v1/ground-truth",reason="${reason}"\\} (\\d+)$`, 'm').exec(text)?.[1] ?? 0,
      );
    const before = await scrape();
    for (const [, authorization] of CREDENTIALS) await ask(`${sidecar.url}/v1/ground-truth`, 'POST', authorization);
    const after = await scrape();
    const reasons = ['token_missing', 'token_unknown', 'token_expired', 'scope_missing'];
    expect(reasons.map((reason) => denied(after, reason) - denied(before, reason))).toEqual([1, 1, 1, SCOPES.length]);
    expect(after).toMatch(/^modelwatch_access_tokens\{kind="live"\} 7$/m);
    expect(after).toMatch(/^modelwatch_access_tokens\{kind="expired"\} 1$/m);
    for (const token of Object.values(tokens)) {
      expect(after).not.toContain(token);
      expect(after).not.toContain(digestText(token).slice(7, 20));
    }
  });

  it('refuses before it reads: a body of any length waits for nothing', async () => {
    const request = http.request(`${sidecar.url}/v1/predictions`, {
      method: 'POST',
      agent: false,
      headers: { 'content-length': '4000000' },
    });
    request.on('error', () => undefined);
    request.flushHeaders();
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    expect([response.statusCode, response.headers.connection]).toEqual([401, 'close']);
    request.destroy();
  });
});

describe('a rate', () => {
  it('that is used up gives 429 to its caller, not to another, and not on /metrics', async () => {
    const entries = [entry('a', tokens.ingest, ['ingest']), entry('b', tokens.next, ['ingest'])];
    const sidecar = await startTestSidecar(yamlOf({ tokens: entries, ingestPerSecondMax: 1 }));
    try {
      const post = (token: string) => ask(`${sidecar.url}/v1/ground-truth`, 'POST', `Bearer ${token}`);
      const answers = [];
      for (let i = 0; i < 20; i++) answers.push(await post(tokens.ingest));
      const refused = answers.find(({ status }) => status === 429);
      expect(JSON.parse(refused!.text)).toMatchObject({ code: 'rate_limited' });
      expect(refused!.headers['retry-after']).toBe('1');
      expect(answers[0]!.status).toBe(415);
      expect((await post(tokens.next)).status).toBe(415);
      const limited = await sidecar.series('modelwatch_access_rate_limited_total{route="/v1/ground-truth"}');
      expect(limited).toBe(answers.filter(({ status }) => status === 429).length);
      for (let i = 0; i < 20; i++) expect((await ask(`${sidecar.url}/v2/health/ready`, 'GET')).status).toBe(200);
    } finally {
      await sidecar.close();
    }
  });
});

describe('P34: rotation', () => {
  it('a hundred times over, with a token that both lists hold, refuses no request of a live one', async () => {
    const file = 'tokens.yaml';
    let [present, next] = [newToken(), newToken()];
    const yaml = yamlOf({ tokensFile: file });
    const list = (...live: readonly string[]) => stringify(live.map((token) => entry('ci', token, ['ingest'])));
    const sidecar = await startTestSidecar(yaml, { files: { [file]: list(present) } });
    const reload = async (...live: readonly string[]) => {
      await writeFile(path.join(sidecar.folder, file), list(...live));
      await sidecar.sidecar.reload(await sidecar.configOf(yaml));
    };
    const statusOf = async (token: string) => (await ask(`${sidecar.url}/v1/ground-truth`, 'POST', `Bearer ${token}`)).status;
    let running = true;
    let live = present;
    const seen = new Map<number, number>();
    // A client that sends without pause, with whichever token is the newest it was given.
    const client = (async () => {
      while (running) {
        const status = await statusOf(live);
        seen.set(status, (seen.get(status) ?? 0) + 1);
      }
    })();
    try {
      for (let round = 0; round < 100; round++) {
        await reload(present, next);
        live = next;
        expect(await statusOf(present)).toBe(415);
        // Whatever the client had under way with the old token has been answered by now, since it asks one at a time.
        const sent = [...seen.values()].reduce((sum, count) => sum + count, 0);
        while ([...seen.values()].reduce((sum, count) => sum + count, 0) < sent + 2) await statusOf(next);
        await reload(next);
        expect(await statusOf(present)).toBe(401);
        [present, next] = [next, newToken()];
      }
    } finally {
      running = false;
      await client;
      await sidecar.close();
    }
    // 415: let in, and refused for the empty body's type.
    expect([...seen.keys()]).toEqual([415]);
  });

  it('a reload that would leave a wide address without a token is refused, and the tokens in force stay', async () => {
    const yaml = (tokenList: readonly object[]) => `server: { host: 0.0.0.0 }\n${yamlOf({ tokens: tokenList, tokensFile: 'tokens.yaml' })}`;
    const sidecar = await startTestSidecar(yaml([entry('ci', tokens.ingest, ['ingest'])]), { files: { 'tokens.yaml': '[]\n' } });
    const { port } = new URL(sidecar.url);
    const post = (token?: string) =>
      ask(`http://127.0.0.1:${port}/v1/ground-truth`, 'POST', token === undefined ? undefined : `Bearer ${token}`);
    try {
      await expect(sidecar.sidecar.reload(await sidecar.configOf(yaml([])))).rejects.toThrow(/beyond loopback/);
      expect([(await post(tokens.ingest)).status, (await post()).status]).toEqual([415, 401]);
    } finally {
      await sidecar.close();
    }
  });

  it('an address beyond loopback and no token do not start', async () => {
    const yaml = `server: { host: 0.0.0.0 }\n${yamlOf({ tokensFile: 'tokens.yaml' })}`;
    await expect(startTestSidecar(yaml, { files: { 'tokens.yaml': '[]\n' } })).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('needs a token'),
    });
  });
});

describe('a token of ours', () => {
  it('does not reach the server behind; what else a client sends as Authorization does', async () => {
    const seen: (string | undefined)[] = [];
    const upstream = http.createServer((request, response) => {
      seen.push(request.headers.authorization);
      request.resume().on('end', () => response.setHeader('content-type', 'application/json').end('{"outputs":[]}'));
    });
    upstream.listen(0, '127.0.0.1');
    await once(upstream, 'listening');
    const url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
    const model = `{ name: m, champion: { version: '1', upstream: { url: '${url}' } } }`;
    const sidecar = await startTestSidecar(yamlOf({ tokens: [entry('client', tokens.infer, ['infer'])] }, model));
    try {
      const infer = (authorization: string) => ask(`${sidecar.url}/v2/models/m/infer`, 'POST', authorization);
      for (const authorization of [`Bearer ${tokens.infer}`, 'Bearer of-the-server', 'Basic YTpi']) await infer(authorization);
      expect(seen.filter((_one, i) => i >= seen.length - 3)).toEqual([undefined, 'Bearer of-the-server', 'Basic YTpi']);
    } finally {
      await sidecar.close();
      upstream.closeAllConnections();
      upstream.close();
    }
  });
});
