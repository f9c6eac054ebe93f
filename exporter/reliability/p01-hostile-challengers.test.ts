import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { familyOf } from '../bench/process-family.js';
import { until } from '../contract/test-sidecar.js';
import { HOSTILE, challengerYaml, versionOf, type HostileChallenger } from './testing/hostile-challengers.js';
import { paced } from './testing/paced.js';
import { FULL, promise, type Turns } from './testing/promise.js';
import { makePlace, sumOf, type Running } from './testing/sidecar-of.js';

const PAIRS = FULL ? 5 : 1;
const SECONDS = FULL ? 2 : 0.04;
const PER_SECOND = 200;
/** The champion answers, and nobody watches what it says; the same champion with a challenger. */
const ALONE = 'alone';
const P99_ADDED_SECONDS_MAX = 0.001;
const P99_ADDED_RATIO_MAX = 0.05;
const OUTCOMES = ['scored', 'dropped', 'failed', 'timed_out', 'skipped'];
/** Of a child that stands back. */
const NICE_FIELD = 16;

const digestOf = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex');

/** What the champion answers to a request, and to nothing else. */
function championAnswer(body: string): string {
  const { inputs } = JSON.parse(body) as { readonly inputs: readonly { readonly shape: readonly [number] }[] };
  const [rows] = inputs[0]!.shape;
  const data = Array.from({ length: Math.min(rows, 4) }, (_, i) => (i + 1) / 8);
  return JSON.stringify({ outputs: [{ name: 'y', datatype: 'FP32', shape: [data.length], data }], note: digestOf(body) });
}

async function startChampion(): Promise<{ readonly url: string; close(): void }> {
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      response.end(request.method === 'POST' ? championAnswer(Buffer.concat(chunks).toString()) : '{}');
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => void server.close() };
}

const bodyOf = ({ inputs }: HostileChallenger, i: number): string =>
  JSON.stringify({ inputs: inputs(i).map(([name, datatype, shape, data]) => ({ name, datatype, shape, data })) });

async function killChildren(sidecar: Running, signal: NodeJS.Signals): Promise<void> {
  for (const processId of (await familyOf(sidecar.processId)).slice(1)) {
    const stat = await readFile(`/proc/${processId}/stat`, 'utf8').catch(() => '');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (Number(fields[NICE_FIELD]) <= 0) continue;
    try {
      process.kill(processId, signal);
    } catch {
      // It ended by itself meanwhile.
    }
  }
}

/** Sent copies less those that have an outcome or are under way, and both alone, of one scrape. */
async function accountsOf(sidecar: Running, version: string) {
  const page = await sidecar.series();
  const labels = `{model="${version}",version="${version}",role="challenger"`;
  const of = (name: string) => sumOf(page, `modelwatch_shadow_${name}${labels}`);
  const outcome = (name: string) => page.get(`modelwatch_shadow_outcomes_total${labels},outcome="${name}"}`) ?? 0;
  const [sent, inFlight, ended] = [of('sent_total'), of('in_flight'), of('outcomes_total')];
  return {
    sent,
    inFlight,
    unaccounted: sent - inFlight - ended,
    outcomes: Object.fromEntries(OUTCOMES.map((name) => [name, outcome(name)])),
  };
}

promise('P1', 'a challenger that crashes, hangs, devours or lies costs the champion neither an answer nor a byte', async (findings) => {
  const champion = await startChampion();
  const model = (name: string, more: string) => `
  - name: ${name}
    champion: { version: '1', upstream: { url: ${champion.url} } }
    output: { tensor: y }${more}`;
  const place = await makePlace(`
store: { path: ':memory:' }
models:${model(ALONE, '')}${HOSTILE.map((hostile) => model(versionOf(hostile), `\n    challengers: [${challengerYaml(hostile)}]`)).join('')}
`);
  try {
    const sidecar = await place.start();
    const { clients, series } = sidecar;
    const loadable = HOSTILE.filter(({ file }) => file !== 'garbage.onnx').length;
    const ready = async () =>
      [...(await series())].filter(([name, value]) => /_model_ready\{.*challenger/.test(name) && value === 1).length;
    await until(async () => (await ready()) === loadable);
    for (const hostile of HOSTILE) {
      const version = versionOf(hostile);
      let requests = 0;
      let wrong = 0;
      let scrapesThatDoNotAddUp = 0;
      const ask = (name: string) => async () => {
        const body = bodyOf(hostile, requests++);
        const answer = await clients.send(`/v2/models/${name}/infer`, body);
        if (answer?.status !== 200 || digestOf(answer.body) !== digestOf(championAnswer(body))) wrong++;
      };
      const turns: [readonly number[], readonly number[]][] = [];
      let copies = 0;
      for (let pair = 0; pair < PAIRS; pair++) {
        const before = await paced(PER_SECOND, SECONDS, ask(ALONE));
        if (hostile.signal !== undefined) await killChildren(sidecar, hostile.signal);
        const after = await paced(PER_SECOND, SECONDS, ask(version));
        copies += after.length;
        turns.push([before, after]);
        if ((await accountsOf(sidecar, version)).unaccounted !== 0) scrapesThatDoNotAddUp++;
      }
      // A child that was killed may take longer to come back than all these requests.
      while (hostile.signal !== undefined && (await accountsOf(sidecar, version)).outcomes[hostile.outcome] === 0) {
        await ask(version)();
        copies++;
      }
      await until(async () => (await accountsOf(sidecar, version)).sent === copies);
      findings.bound(`${hostile.name}: champion's answers`, requests, { min: PAIRS * SECONDS * PER_SECOND * 2 });
      findings.count(`${hostile.name}: of them not 200 or with another digest`, wrong, 0);
      await until(async () => (await accountsOf(sidecar, version)).inFlight === 0);
      const { sent, unaccounted, outcomes } = await accountsOf(sidecar, version);
      findings.count(`${hostile.name}: copies sent, less those the champion answered`, sent - copies, 0);
      findings.count(`${hostile.name}: less scored, dropped, failed, timed out and skipped`, unaccounted + scrapesThatDoNotAddUp, 0);
      findings.bound(`${hostile.name}: copies ${hostile.outcome}`, outcomes[hostile.outcome]!, { min: 1 });
      if (hostile.signal !== undefined) {
        const restarts = sumOf(
          await series(),
          `modelwatch_scorer_restarts_total{model="${version}",version="${version}",role="challenger"`,
        );
        findings.bound(`${hostile.name}: children replaced`, restarts, { min: 1 });
      }
      findings.added(`${hostile.name}: champion's latency`, turns as Turns, (before) =>
        Math.max(P99_ADDED_SECONDS_MAX, before * P99_ADDED_RATIO_MAX),
      );
    }
    findings.count('ready after all', (await clients.send('/v2/health/ready'))!.status, 200);
  } finally {
    await place.remove();
    champion.close();
  }
});
