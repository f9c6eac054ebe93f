import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { together } from './testing/clients.js';
import { FULL, promise } from './testing/promise.js';
import { makePlace, type Place } from './testing/sidecar-of.js';

const DRAINS = FULL ? 50 : 5;
const CLIENTS = 6;
const ANSWERS_BEFORE = 60;

interface Drain {
  readonly taken: number;
  /** Requests that reached the server behind and got no answer. */
  readonly lost: number;
  readonly unwanted: number;
  readonly saidReady: number;
  readonly acknowledged: readonly string[];
  readonly exitCode: number | null;
  readonly seconds: number;
}

const event = (id: string) => JSON.stringify({ model: 'e', id, output: 0.5, time: 1 });

/** One life under load that ends by SIGTERM. */
async function drainOnce(place: Place, reached: Set<string>, life: number): Promise<Drain> {
  const sidecar = await place.start();
  const { clients } = sidecar;
  const answered = new Set<string>();
  const acknowledged: string[] = [];
  let unwanted = 0;
  let saidReady = 0;
  let asked = 0;
  let startSeconds: number | undefined;
  let draining = false;
  void sidecar.logged('draining').then(() => (draining = true));
  await together(CLIENTS, async (client) => {
    for (let i = 0; ; i++) {
      const id = `${life}-${client}-${i}`;
      const wasDraining = draining;
      const kind = client === 0 ? 'event' : client === 1 ? 'ready' : 'infer';
      const answer =
        kind === 'event'
          ? await clients.send('/v1/predictions', event(id))
          : kind === 'ready'
            ? await clients.send('/v2/health/ready')
            : await clients.send('/v2/models/m/infer', '{}', { 'x-request-id': id });
      // Refused, or ended between two requests: nobody has taken it.
      if (answer === undefined) return;
      if (kind === 'ready' && wasDraining && answer.status === 200) saidReady++;
      if (kind === 'event' && answer.status === 200) acknowledged.push(id);
      if (kind === 'infer') {
        answered.add(id);
        if (answer.status !== 200) unwanted++;
      }
      if (++asked !== ANSWERS_BEFORE) continue;
      startSeconds = performance.now() / 1000;
      sidecar.kill('SIGTERM');
    }
  });
  const { code } = await sidecar.end;
  return {
    taken: answered.size,
    lost: [...reached].filter((id) => !answered.has(id)).length,
    unwanted,
    saidReady,
    acknowledged,
    exitCode: code,
    seconds: performance.now() / 1000 - startSeconds!,
  };
}

promise('P8', `of ${DRAINS} ends by SIGTERM under load none costs a request that was taken or anything acknowledged`, async (findings) => {
  const reached = new Set<string>();
  const upstream = http.createServer((request, response) => {
    request.resume().on('end', () => {
      const id = request.headers['x-request-id'];
      if (typeof id === 'string') reached.add(id);
      response.end('{"outputs":[]}');
    });
  });
  await once(upstream.listen(0, '127.0.0.1'), 'listening');
  const place = await makePlace(`
store: { path: kept.db }
models:
  - { name: m, champion: { version: '1', upstream: { url: 'http://127.0.0.1:${(upstream.address() as AddressInfo).port}' } } }
  - { name: e, champion: { version: '1' } }
`);
  try {
    const drains: Drain[] = [];
    for (let life = 0; life < DRAINS; life++) {
      reached.clear();
      drains.push(await drainOnce(place, reached, life));
    }
    const sum = (of: (drain: Drain) => number) => drains.reduce((total, drain) => total + of(drain), 0);
    findings.bound(
      'requests answered',
      sum(({ taken }) => taken),
      { min: DRAINS * 20 },
    );
    findings.count(
      'requests taken and not answered',
      sum(({ lost }) => lost),
      0,
    );
    findings.count(
      'answers other than 200',
      sum(({ unwanted }) => unwanted),
      0,
    );
    findings.count(
      'answers that said ready during the drain',
      sum(({ saidReady }) => saidReady),
      0,
    );
    findings.count(
      'ends with another exit code than 0',
      sum(({ exitCode }) => Number(exitCode !== 0)),
      0,
    );
    const acknowledged = drains.flatMap((drain) => drain.acknowledged);
    findings.bound('predictions acknowledged', acknowledged.length, { min: DRAINS });
    const { clients } = await place.start();
    let known = 0;
    for (const id of acknowledged) {
      const answer = await clients.send('/v1/predictions', event(id));
      known += (JSON.parse(answer!.body.toString()) as { readonly duplicates: number }).duplicates;
    }
    findings.count('of them lost', acknowledged.length - known, 0);
    findings.time(
      'from SIGTERM to the end',
      drains.map(({ seconds }) => seconds),
      'longest',
      10,
    );
  } finally {
    await place.remove();
    upstream.close();
  }
});
