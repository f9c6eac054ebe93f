import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { answerOf, startRawUpstream } from '../contract/raw-upstream.js';
import { accountsIn, MODELS, parsePage, until } from '../contract/test-sidecar.js';
import { SEAMS, type Seam } from '../sidecar/seams.js';
import { createClients, tensorRequest } from './testing/clients.js';
import { FULL, promise } from './testing/promise.js';

const FAULTS = ['throws', 'rejects', 'never ends', 'blocks'] as const;
/** Requests while a fault is there, of one after the other. */
const REQUESTS = FULL ? 300 : 5;
/** Each may wait for what blocks, twice and more: within a deadline that has room for it. */
const REQUESTS_BLOCKED = FULL ? 3 : 2;
const BLOCKED_MILLISECONDS = FULL ? 2000 : 20;
const OUTPUT = JSON.stringify({ outputs: [{ name: 'y', datatype: 'FP32', shape: [1, 2], data: [1, 2] }] });

/** What besides inference goes through a seam. Nobody waits for its answer: it may never come. */
const BESIDE: Readonly<Record<Seam, readonly [route: string, body?: string] | undefined>> = {
  watch: undefined,
  record: undefined,
  schema: undefined,
  freshness: undefined,
  parity: undefined,
  sample: undefined,
  shadow: undefined,
  explain: undefined,
  estimate: undefined,
  ingest: ['/v1/predictions', '{"model":"events","id":"a","output":0.5}'],
  metrics: ['/metrics'],
};

async function startFaulty(file: string) {
  const child = fork(path.join(import.meta.dirname, 'testing', 'faulty-sidecar.mjs'), [file]);
  const tell = async (message: object): Promise<number> => {
    child.send(message);
    const [{ met }] = (await once(child, 'message')) as [{ readonly met: number }];
    return met;
  };
  const [{ url }] = (await once(child, 'message')) as [{ readonly url: string }];
  return {
    url,
    put: (seam: Seam | 'none', kind: string) => tell({ seam, kind, milliseconds: BLOCKED_MILLISECONDS }),
    met: () => tell({}),
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    async kill() {
      const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
      child.kill('SIGKILL');
      await ended;
    },
  };
}

promise('P3', 'a fault in any seam between serving and watching leaves what is served untouched', async (findings) => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-seams-'));
  const upstream = await startRawUpstream((socket) => socket.write(answerOf('200 OK', ['Content-Type: application/json'], OUTPUT)));
  const file = path.join(folder, 'modelwatch.yaml');
  await writeFile(
    file,
    `
store: { path: kept.db }
models:
  - name: proxied
    champion: { version: '1', upstream: { url: ${upstream.url}, deadline: 1m } }
    output: { tensor: y, column: 1 }
    samples: { share: 1 }
    challengers: [{ version: '2', onnx: { path: ${path.join(MODELS, 'identity-fp32.onnx')} } }]
  - { name: served, champion: { version: '1', onnx: { path: ${path.join(MODELS, 'identity-fp32.onnx')}, deadline: 1m } } }
  - { name: events, champion: { version: '1' } }
`,
  );
  const sidecar = await startFaulty(file);
  const clients = createClients(sidecar.url);
  const beside = createClients(sidecar.url);
  try {
    // An id of its own: else each answer is told another one.
    const body = tensorRequest('FP32', { x: [1, 2] }, [1, 2]).replace('{', '{"id":"a",');
    const servedBody = (await clients.send('/v2/models/served/infer', body))!.body.toString();
    let asked = 1;
    for (const seam of SEAMS) {
      for (const fault of FAULTS) {
        await sidecar.put(seam, fault);
        let wrong = 0;
        const besides = BESIDE[seam];
        if (besides !== undefined) void beside.send(...besides);
        for (let i = 0; i < (fault === 'blocks' ? REQUESTS_BLOCKED : REQUESTS); i++) {
          const answers = await Promise.all([
            clients.send('/v2/models/proxied/infer', body),
            clients.send('/v2/models/served/infer', body),
          ]);
          const isUntouched =
            answers.every((answer) => answer?.status === 200) &&
            answers[0]!.body.toString() === OUTPUT &&
            answers[1]!.body.toString() === servedBody;
          if (!isUntouched) wrong++;
          asked++;
        }
        await until(async () => (await sidecar.met()) > 0);
        findings.count(`${seam} ${fault}: answers that failed or had other bytes`, wrong, 0);
        await sidecar.put('none', 'none');
        findings.count(`${seam} ${fault}: the process has ended`, Number(sidecar.hasEnded()), 0);
      }
    }
    const page = parsePage((await clients.send('/metrics'))!.body.toString());
    const left = ['proxied', 'served'].map((name) => accountsIn(page, name));
    findings.count('requests not counted as answered', asked * 2 - 1 - left.reduce((sum, { answered }) => sum + answered, 0), 0);
    findings.bound('faults counted', page.get('modelwatch_watch_errors_total{stage="observe"}')!, { min: 1 });
    const event = await clients.send('/v1/predictions', '{"model":"events","id":"after","output":0.5}');
    findings.count('the status of an event afterwards', event?.status ?? 0, 200);
  } finally {
    clients.close();
    beside.close();
    await sidecar.kill();
    await upstream.close();
    await rm(folder, { recursive: true });
  }
});
