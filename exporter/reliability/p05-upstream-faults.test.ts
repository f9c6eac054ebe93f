import { readdir, readlink } from 'node:fs/promises';
import { answerOf, startRawUpstream } from '../contract/raw-upstream.js';
import { accountsIn, until } from '../contract/test-sidecar.js';
import { together } from './testing/clients.js';
import { startFaultyLink, type Direction, type Toxic } from './testing/faulty-link.js';
import { FULL, promise } from './testing/promise.js';
import { makePlace } from './testing/sidecar-of.js';

const CLIENTS = FULL ? 8 : 2;
const REQUESTS_EACH = FULL ? 25 : 2;
const DEADLINE_SECONDS = 0.3;
const CONCURRENCY_MAX = 32;
/** What the sidecar may take beyond its deadline to say so. */
const LATE_SECONDS_MAX = 0.1;
const BODY = JSON.stringify({ inputs: [], padding: 'p'.repeat(400) });
const ANSWER = JSON.stringify({ outputs: [], padding: 'a'.repeat(400) });
const INSIDE_THE_BODY = 300;

/** The one model has the deadline; the other has time, for what is to be answered on a machine that is busy with other tests. */
const HASTY = 'hasty';
const PATIENT = 'patient';

/** Status and code, or an answer that breaks off. */
type End = '200' | '502 upstream_unreachable' | '504 deadline_exceeded' | 'broken off';

interface Fault {
  readonly what: string;
  readonly poison: Toxic | 'down';
  readonly request: End;
  readonly answer: End;
}

const FAULTS: readonly Fault[] = [
  { what: 'latency below the deadline', poison: { kind: 'latency', milliseconds: 10 }, request: '200', answer: '200' },
  {
    what: 'latency beyond it',
    poison: { kind: 'latency', milliseconds: 2000 },
    request: '504 deadline_exceeded',
    answer: '504 deadline_exceeded',
  },
  { what: 'little bandwidth', poison: { kind: 'bandwidth', bytesPerSecond: 100_000 }, request: '200', answer: '200' },
  {
    what: 'hardly any bandwidth',
    poison: { kind: 'bandwidth', bytesPerSecond: 20 },
    request: '504 deadline_exceeded',
    answer: '504 deadline_exceeded',
  },
  { what: 'silence', poison: { kind: 'timeout' }, request: '504 deadline_exceeded', answer: '504 deadline_exceeded' },
  {
    what: 'a reset',
    poison: { kind: 'reset_peer' },
    request: '502 upstream_unreachable',
    answer: '502 upstream_unreachable',
  },
  {
    what: 'an end inside the head',
    poison: { kind: 'limit_data', bytes: 20 },
    request: '502 upstream_unreachable',
    answer: '502 upstream_unreachable',
  },
  {
    what: 'an end inside the body',
    poison: { kind: 'limit_data', bytes: INSIDE_THE_BODY },
    request: '502 upstream_unreachable',
    answer: 'broken off',
  },
  { what: 'a few bytes at a time', poison: { kind: 'slicer', bytes: 7 }, request: '200', answer: '200' },
  { what: 'connections that close late', poison: { kind: 'slow_close', milliseconds: 500 }, request: '200', answer: '200' },
  { what: 'nobody there', poison: 'down', request: '502 upstream_unreachable', answer: '502 upstream_unreachable' },
];

async function socketsOf(processId: number): Promise<number> {
  const folder = `/proc/${processId}/fd`;
  const targets = await Promise.all((await readdir(folder)).map((fd) => readlink(`${folder}/${fd}`).catch(() => '')));
  return targets.filter((target) => target.startsWith('socket:')).length;
}

/** How many ids stand in more than one request. */
function sentTwice(requested: string): number {
  const seen = new Map<string, number>();
  for (const [, id] of requested.matchAll(/x-request-id: (\S+)/gi)) seen.set(id!, (seen.get(id!) ?? 0) + 1);
  return [...seen.values()].filter((count) => count > 1).length;
}

promise('P5', 'a fault of the upstream ends in its documented status by the deadline, once, and leaves no socket', async (findings) => {
  const upstream = await startRawUpstream((socket) => socket.write(answerOf('200 OK', ['Content-Type: application/json'], ANSWER)));
  const link = await startFaultyLink(upstream.url);
  const model = (name: string, deadline: string) => `
  - name: ${name}
    champion:
      version: '1'
      upstream: { url: ${link.url}, deadline: ${deadline}, concurrencyMax: ${CONCURRENCY_MAX}, breakerFailures: 100000 }`;
  const place = await makePlace(`
store: { path: ':memory:' }
models:${model(HASTY, `${DEADLINE_SECONDS * 1000}ms`)}${model(PATIENT, '1m')}
`);
  try {
    const { clients, processId, series } = await place.start();
    let asked = 0;
    const seconds: number[] = [];
    const ask = async (model: string): Promise<string> => {
      const answer = await clients.send(`/v2/models/${model}/infer`, BODY, { 'x-request-id': `request-${asked++}` });
      if (answer === undefined) return 'broken off';
      seconds.push(answer.seconds);
      if (answer.status === 200) return answer.body.toString() === ANSWER ? '200' : '200 with other bytes';
      return `${answer.status} ${(JSON.parse(answer.body.toString()) as { readonly code: string }).code}`;
    };
    const all = async (model: string): Promise<ReadonlyMap<string, number>> => {
      const ends = new Map<string, number>();
      await together(CLIENTS, async () => {
        for (let i = 0; i < REQUESTS_EACH; i++) {
          const end = await ask(model);
          ends.set(end, (ends.get(end) ?? 0) + 1);
        }
      });
      return ends;
    };
    for (const model of [HASTY, PATIENT]) await all(model);
    /** The sidecar's sockets but for those to the upstream, which it keeps for a while. */
    const otherSockets = async () => (await socketsOf(processId)) - link.connections;
    const socketsBefore = await otherSockets();
    seconds.length = 0;
    link.forget();

    for (const { what, poison, ...ends } of FAULTS) {
      for (const direction of ['request', 'answer'] as readonly Direction[]) {
        if (poison === 'down') await link.down();
        else link.poison(direction, poison);
        const wanted = ends[direction];
        const model = wanted === '504 deadline_exceeded' ? HASTY : PATIENT;
        const found = await all(model);
        await link.heal();
        const others = [...found].filter(([end]) => end !== wanted).map(([end, count]) => `${count} x ${end}`);
        const way = direction === 'request' ? 'on the way there' : 'on the way back';
        findings.count(
          `${what}, ${way}: answers of ${wanted}${others.map((other) => `, ${other}`).join('')}`,
          found.get(wanted) ?? 0,
          CLIENTS * REQUESTS_EACH,
        );
        // Connections that are still held up from the fault are given up with their request: the next one is answered.
        findings.count(`${what}, ${way}: the status afterwards`, Number(await ask(PATIENT)), 200);
      }
    }
    findings.time('from the request to its answer', seconds, 'longest', DEADLINE_SECONDS + LATE_SECONDS_MAX);
    findings.count('requests that reached the upstream twice', sentTwice(link.requested), 0);
    await until(async () => link.connections <= 2 * (CONCURRENCY_MAX + 1) && (await otherSockets()) <= socketsBefore);
    findings.bound('sockets left, but for idle ones to the upstream, less those before', (await otherSockets()) - socketsBefore, {
      max: 0,
    });
    const page = await series();
    const accounts = [HASTY, PATIENT].map((name) => accountsIn(page, name));
    const left = accounts.map(({ received, answered, failed, shed, inFlight }) => received - answered - failed - shed - inFlight);
    findings.count('received, less answered, failed and shed', Math.max(...left.map(Math.abs)), 0);
    const received = accounts.reduce((sum, account) => sum + account.received, 0);
    findings.count('requests received, less those asked', received - asked, 0);
  } finally {
    await place.remove();
    await link.close();
    await upstream.close();
  }
});
