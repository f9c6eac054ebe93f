import { builtFile } from '../built-file.js';
import { INFER_PATH, MODEL } from '../bench/modelwatch-setup.js';
import { seededRows } from '../bench/seeded-rows.js';
import { startNode } from '../bench/server-process.js';
import { COMBINED_REQUESTS, PROXIED_ANSWERS, PROXIED_REQUESTS } from '../contract/proxy-corpus.js';
import { digested, expectedAtClient, expectedAtUpstream, passedOn, wireOf, wireOfAnswer } from '../contract/proxied-wire.js';
import { exchangeRaw } from '../contract/raw-http.js';
import { answerOf, startRawUpstream } from '../contract/raw-upstream.js';
import { createClients } from './testing/clients.js';
import { paced } from './testing/paced.js';
import { FULL, promise, type Findings } from './testing/promise.js';
import { makePlace } from './testing/sidecar-of.js';

const REQUESTS = [...PROXIED_REQUESTS, ...COMBINED_REQUESTS];
const REQUESTS_MIN = 300;
const PER_SECOND = 1000;
const SECONDS = 4;
const PAIRS = 7;
const P99_ADDED_SECONDS_MAX = 0.001;

const isAlike = (found: unknown, wanted: unknown) => JSON.stringify(found) === JSON.stringify(wanted);

promise('P4', 'what passes through the proxy is the same byte for byte, and at most 1 ms later', async (findings) => {
  const ok = answerOf('200 OK', ['Content-Type: application/json', 'x-request-id: u'], '{}');
  const upstream = await startRawUpstream((socket) => socket.write(ok));
  const place = await makePlace(`
store: { path: ':memory:' }
models: [{ name: m, champion: { version: '7', upstream: { url: ${upstream.url}, model: there, breakerFailures: 1000 } } }]
`);
  try {
    const { address, series } = await place.start();
    const changed: string[] = [];
    for (const request of REQUESTS) {
      upstream.forget();
      const { answers } = await exchangeRaw(address, wireOf(request));
      const isAnswered = isAlike(
        answers.map(({ start, body }) => [start, body.toString()]),
        [['HTTP/1.1 200 OK', '{}']],
      );
      if (!isAnswered || !isAlike(upstream.requests.map(digested), [digested(expectedAtUpstream(request, upstream.url))]))
        changed.push(request.name);
    }
    findings.bound('requests passed', REQUESTS.length, { min: REQUESTS_MIN });
    findings.count(
      `of them not the same on the other side${changed
        .slice(0, 3)
        .map((name) => `, ${name}`)
        .join('')}`,
      changed.length,
      0,
    );

    const changedAnswers: string[] = [];
    for (const answer of PROXIED_ANSWERS) {
      upstream.answer((socket) => {
        if (answer.framing === 'until_end') socket.end(wireOfAnswer(answer));
        else socket.write(wireOfAnswer(answer));
      });
      const { answers } = await exchangeRaw(address, wireOf({ name: 'any', headers: ['x-request-id: mine'], body: '{}' }));
      if (!isAlike(answers.map(passedOn), [expectedAtClient(answer)])) changedAnswers.push(answer.name);
    }
    findings.count(
      `of ${PROXIED_ANSWERS.length} answers not the same${changedAnswers.map((name) => `, ${name}`).join('')}`,
      changedAnswers.length,
      0,
    );
    const received = (await series()).get('modelwatch_requests_received_total{model="m",version="7",role="champion"}');
    findings.count('requests received', received ?? NaN, REQUESTS.length + PROXIED_ANSWERS.length);
  } finally {
    await place.remove();
    await upstream.close();
  }
  if (FULL) await measureAdded(findings);
});

/** In turns, straight to a server and through the sidecar, which watches what passes. */
async function measureAdded(findings: Findings): Promise<void> {
  const upstream = await startNode([builtFile(import.meta.url, '../bench/rivals/bare-upstream.js')]);
  const place = await makePlace(`
store: { path: passed.db }
models:
  - name: ${MODEL}
    champion: { version: '1', upstream: { url: ${upstream.url} } }
    output: { kind: probability, tensor: probabilities, column: 1 }
    slices: [{ name: tenant, header: x-tenant }]
`);
  const direct = createClients(upstream.url);
  try {
    const { clients } = await place.start();
    const bodies = seededRows(64, 4).map((data) =>
      JSON.stringify({ inputs: [{ name: 'features', datatype: 'FP32', shape: [1, data.length], data }] }),
    );
    let other = 0;
    const ask = (to: typeof direct) => async (i: number) => {
      const answer = await to.send(INFER_PATH, bodies[i % bodies.length]!, { 'x-tenant': `t${i % 8}` });
      if (answer?.status !== 200) other++;
    };
    // Both have compiled what they need, and have their connections open.
    for (const to of [direct, clients]) await paced(PER_SECOND, SECONDS, ask(to));
    const turns: [readonly number[], readonly number[]][] = [];
    for (let pair = 0; pair < PAIRS; pair++) {
      turns.push([await paced(PER_SECOND, SECONDS, ask(direct)), await paced(PER_SECOND, SECONDS, ask(clients))]);
    }
    findings.count(`answers other than 200 of ${(PAIRS + 1) * SECONDS * PER_SECOND * 2} at ${PER_SECOND} a second`, other, 0);
    findings.added('latency through the proxy', turns, () => P99_ADDED_SECONDS_MAX);
  } finally {
    direct.close();
    await place.remove();
    await upstream.stop();
  }
}
