import { gzipSync } from 'node:zlib';
import path from 'node:path';
import { MODELS } from '../contract/test-sidecar.js';
import { familyOf } from '../bench/process-family.js';
import { FULL, promise } from './testing/promise.js';
import { forgetPeak, makePlace, peakBytes, type Running } from './testing/sidecar-of.js';

const BODY_BYTES = FULL ? 16_777_216 : 2_097_152;
const AMPLIFICATION_MAX = 20;
/** What a request may cost besides its body's worth. */
const ALLOWANCE_BYTES = 8 * 1_048_576;
const REPEATS = FULL ? 5 : 2;

interface Hostile {
  readonly what: string;
  readonly route: string;
  readonly body: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  /** What the request costs the client, where that is not its body: a length that is claimed. */
  readonly statuses: readonly number[];
}

const INFER = '/v2/models/identity/infer';
const fill = (part: string, bytes: number) => part.repeat(Math.floor(bytes / part.length));
const tensorOf = (datatype: string, shape: readonly number[], data: string) =>
  `{"inputs":[{"name":"x","datatype":"${datatype}","shape":${JSON.stringify(shape)},"data":[${data}]}]}`;
const listOf = (item: string, bytes: number) => fill(`${item},`, bytes) + item;

function hostile(bytes: number): readonly Hostile[] {
  const zeros = listOf('0', bytes);
  const rows = (zeros.length + 1) / 2;
  const texts = listOf('""', bytes);
  return [
    { what: 'numbers of one digit', route: INFER, body: tensorOf('FP32', [rows / 2, 2], zeros), statuses: [200, 400] },
    { what: 'numbers in rows of their own', route: INFER, body: tensorOf('FP32', [rows, 1], listOf('[0]', bytes)), statuses: [200, 400] },
    { what: 'empty texts', route: INFER, body: tensorOf('BYTES', [texts.length / 3], texts), statuses: [400] },
    { what: 'inputs without number', route: INFER, body: `{"inputs":[${listOf('{"name":"x"}', bytes)}]}`, statuses: [400] },
    { what: 'arrays within arrays', route: INFER, body: fill('[', bytes), statuses: [400] },
    { what: 'one key after the other', route: INFER, body: `{${listOf('"k":0', bytes)}}`, statuses: [400] },
    { what: 'one text', route: INFER, body: `"${fill('a', bytes)}"`, statuses: [400] },
    { what: 'a shape of more than the body holds', route: INFER, body: tensorOf('FP32', [1_000_000_000, 1000], '0'), statuses: [400] },
    {
      what: 'zeros that were compressed',
      route: INFER,
      body: gzipSync(Buffer.alloc(bytes * 10)),
      headers: { 'content-encoding': 'gzip' },
      statuses: [400, 413, 415],
    },
    {
      what: 'events without number',
      route: '/v1/predictions',
      body: `[${listOf('{"model":"identity","id":"a","output":0}', bytes)}]`,
      statuses: [400, 413],
    },
    {
      what: 'ground truth that was compressed',
      route: '/v1/ground-truth',
      body: gzipSync(Buffer.from(`[${listOf('0', bytes * 10)}]`)),
      headers: { 'content-encoding': 'gzip' },
      statuses: [400, 413, 415],
    },
    {
      what: 'an output of 40 GB',
      route: '/v2/models/allocate/infer',
      body: '{"inputs":[{"name":"shape","datatype":"INT64","shape":[2],"data":[100000,100000]}]}',
      statuses: [400, 500, 503],
    },
    {
      what: 'an output of 400 MB',
      route: '/v2/models/allocate/infer',
      body: '{"inputs":[{"name":"shape","datatype":"INT64","shape":[2],"data":[10000,10000]}]}',
      statuses: [400, 500, 503],
    },
  ];
}

/** How much the sidecar and each child grew at most while they answered. The models' children come and go: what is gone counts no more. */
async function growth(sidecar: Running, work: () => Promise<void>): Promise<number> {
  const family = await familyOf(sidecar.processId);
  const before = new Map<number, number>();
  for (const processId of family) {
    await forgetPeak(processId);
    before.set(processId, await peakBytes(processId));
  }
  await work();
  let grown = 0;
  for (const [processId, bytes] of before) grown += Math.max(0, (await peakBytes(processId).catch(() => bytes)) - bytes);
  return grown;
}

promise('P7', `a request takes at most ${AMPLIFICATION_MAX} times its body in memory, children included`, async (findings) => {
  const served = (name: string, file: string) =>
    `  - { name: ${name}, champion: { version: '1', onnx: { path: ${path.join(MODELS, file)}, outputBytesMax: 1000000, memoryBytesMax: 100000000 } } }`;
  const place = await makePlace(`
store: { path: ':memory:' }
models:
${served('identity', 'identity-fp32.onnx')}
${served('allocate', 'allocate.onnx')}
`);
  try {
    const sidecar = await place.start();
    const cases = hostile(BODY_BYTES);
    for (const { what, route, body, headers, statuses } of cases) {
      let wrong = 0;
      let grown = 0;
      for (let i = 0; i < REPEATS; i++) {
        const ofRequest = await growth(sidecar, async () => {
          const answer = await sidecar.clients.send(route, body, headers);
          if (answer === undefined || !statuses.includes(answer.status)) wrong++;
        });
        grown = Math.max(grown, ofRequest);
      }
      const allowed = AMPLIFICATION_MAX * Buffer.byteLength(body) + ALLOWANCE_BYTES;
      findings.bound(`${what}: growth to what is allowed`, grown / allowed, { max: 1 });
      findings.count(`${what}: answers of another status than ${statuses.join(', ')}`, wrong, 0);
    }
    findings.count('ready after all', (await sidecar.clients.send('/v2/health/ready'))!.status, 200);
  } finally {
    await place.remove();
  }
});
