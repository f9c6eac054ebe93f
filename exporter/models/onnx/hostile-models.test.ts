import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, link, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pino from 'pino';
import { builtFile } from '../../built-file.js';
import { systemClock } from '../../clock.js';
import { ask, codeOf, outputsOf, tensor } from '../conformance.js';
import { createOnnxScorer, type OnnxScorer, type OnnxScorerOptions } from './index.js';

const CONFIG: OnnxScorerOptions['config'] = {
  processes: 1,
  threads: 1,
  deadline: '20s',
  loadTimeout: '30s',
  batchRowsMax: 256,
  queueEntriesMax: 1024,
  outputBytesMax: 1_048_576,
  memoryBytesMax: 536_870_912,
};
const modelFile = (name: string) => fileURLToPath(new URL(`../testdata/${name}.onnx`, import.meta.url));
const logger = pino({ level: 'silent' });
const opened: OnnxScorer[] = [];

/** Opens a scorer and tells, one after the other, when its readiness changes. */
async function open(name: string, config: Partial<OnnxScorerOptions['config']> = {}) {
  const waiting: ((ready: boolean) => void)[] = [];
  const onStateChange = (ready: boolean) => waiting.splice(0).forEach((resolve) => resolve(ready));
  const options = { file: modelFile(name), config: { ...CONFIG, ...config }, clock: systemClock, logger, onStateChange };
  const made = await createOnnxScorer(options);
  if (!made.ok) throw new Error(made.error.message);
  opened.push(made.value);
  return { scorer: made.value, stateChange: () => new Promise<boolean>((resolve) => waiting.push(resolve)) };
}

afterEach(() => Promise.all(opened.splice(0).map((scorer) => scorer.close())));

describe('a request that kills (INT32 -2147483648 / -1, SIGFPE)', () => {
  /** From four values on onnxruntime divides by vector instructions, which do not trap. */
  const SCALAR = { batchRowsMax: 3 };
  const divide = (scorer: OnnxScorer, a: number, b: number) =>
    ask(scorer, [tensor('a', 'INT32', [1], Int32Array.of(a)), tensor('b', 'INT32', [1], Int32Array.of(b))]);
  const kill = (scorer: OnnxScorer) => divide(scorer, -2_147_483_648, -1);

  it('fails alone, and the next request is answered', async () => {
    const { scorer } = await open('divide');
    expect(codeOf(await kill(scorer))).toBe('scorer_crashed');
    expect(outputsOf(await divide(scorer, 6, 3))[0]!.data).toEqual(Int32Array.of(2));
    expect(scorer.stats().restarts).toEqual({ crash: 1, deadline: 0, memory: 0 });
  });

  it('is quarantined at the second death and not run a third time', async () => {
    const { scorer } = await open('divide');
    expect(codeOf(await kill(scorer))).toBe('scorer_crashed');
    expect(codeOf(await kill(scorer))).toBe('quarantined');
    expect(codeOf(await kill(scorer))).toBe('quarantined');
    expect(scorer.stats()).toMatchObject({ quarantined: 1, restarts: { crash: 2 } });
    expect(codeOf(await divide(scorer, -2_147_483_648, 1))).toBe('answered');
  });

  it('in company is found, and its neighbours are answered', async () => {
    const { scorer } = await open('divide', SCALAR);
    // Shared calls are believed after this.
    await Promise.all(Array.from({ length: 60 }, (_, i) => divide(scorer, i, 1)));
    const calls = scorer.stats().batchRows.counts[2]!;
    const results = await Promise.all([kill(scorer), divide(scorer, 6, 3), kill(scorer)]);
    expect(scorer.stats().batchRows.counts[2]! - calls).toBe(1);
    expect(results.map(codeOf)).toEqual(['quarantined', 'answered', 'quarantined']);
    expect(outputsOf(results[1])[0]!.data).toEqual(Int32Array.of(2));
    // Once in company, once alone; the second copy is recognised.
    expect(scorer.stats()).toMatchObject({ quarantined: 1, restarts: { crash: 2 }, queued: 0 });
  });

  it.each([1, 2])('under load with %d children: every request is answered once, only the guilty fail', async (processes) => {
    const { scorer } = await open('divide', { ...SCALAR, processes });
    const asked = 600;
    const guilty = new Set([150, 400]);
    let next = 0;
    const codes = new Map<number, string[]>();
    const client = async () => {
      while (next < asked) {
        const i = next++;
        const code = codeOf(await (guilty.has(i) ? kill(scorer) : divide(scorer, i, 1)));
        codes.set(i, [...(codes.get(i) ?? []), code]);
      }
    };
    await Promise.all(Array.from({ length: 24 }, client));
    expect(codes.size).toBe(asked);
    for (const [i, answers] of codes) {
      expect(answers).toHaveLength(1);
      if (guilty.has(i)) expect(['scorer_crashed', 'quarantined']).toContain(answers[0]);
      else expect(answers[0]).toBe('answered');
    }
  });
});

describe('a request that hangs', () => {
  const loop = (scorer: OnnxScorer, turns: bigint) => ask(scorer, [tensor('n', 'INT64', [1], BigInt64Array.of(turns))]);
  const FOR_EVER = 9_000_000_000_000_000n;

  it('ends at its deadline with its child, and is quarantined at the second time', async () => {
    const { scorer, stateChange } = await open('hang', { deadline: '1s' });
    for (let death = 1; death <= 2; death++) {
      const gone = stateChange();
      expect(codeOf(await loop(scorer, FOR_EVER))).toBe('deadline_exceeded');
      expect(await gone).toBe(false);
      expect(await stateChange()).toBe(true);
      expect(scorer.stats().restarts).toEqual({ crash: 0, deadline: death, memory: 0 });
    }
    expect(codeOf(await loop(scorer, FOR_EVER))).toBe('quarantined');
    expect(outputsOf(await loop(scorer, 3n))[0]!.data).toEqual(Float32Array.of(3));
  });

  it('is no one whose answer came in time, to a process that was itself held up', async () => {
    const { scorer } = await open('hang', { deadline: '1s' });
    const answer = loop(scorer, 3n);
    // The call has left before this process is held up.
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    const end = performance.now() + 2000;
    while (performance.now() < end);
    expect(outputsOf(await answer)[0]!.data).toEqual(Float32Array.of(3));
    expect(scorer.stats().restarts.deadline).toBe(0);
  });

  it('does not hold up another child', async () => {
    const { scorer } = await open('hang', { processes: 2, deadline: '10s' });
    const hanging = loop(scorer, FOR_EVER);
    const results = await Promise.all(Array.from({ length: 10 }, (_, i) => loop(scorer, BigInt(i))));
    // One of them may wait in the pipe of the child that hangs.
    expect(results.filter((result) => codeOf(result) === 'answered').length).toBeGreaterThanOrEqual(9);
    expect(codeOf(await hanging)).toBe('deadline_exceeded');
  });

  it('does not outlive the process that asked it, however that ends', async () => {
    const script = `
      import pino from 'pino';
      const { createOnnxScorer } = await import(${JSON.stringify(builtFile(import.meta.url, './index.js'))});
      const { systemClock } = await import(${JSON.stringify(builtFile(import.meta.url, '../../clock.js'))});
      const logger = pino({ level: 'silent' });
      const { value: scorer } = await createOnnxScorer({ file: ${JSON.stringify(modelFile('hang'))}, config: ${JSON.stringify(CONFIG)}, clock: systemClock, logger });
      const data = BigInt64Array.of(${FOR_EVER}n);
      scorer.score({ id: undefined, inputs: [{ name: 'n', datatype: 'INT64', shape: [1], data }], outputs: undefined, binaryOutputs: false }, () => {});
      setImmediate(() => setImmediate(() => console.log(scorer.stats().processIds[0])));`;
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const child = Number(line.toString());
    expect(isAlive(child)).toBe(true);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    // Its end is the system's business: there is no event to wait for.
    while (isAlive(child)) await new Promise((resolve) => setImmediate(resolve));
  });
});

describe('a request that devours memory', () => {
  const allocate = (scorer: OnnxScorer, ...shape: bigint[]) => ask(scorer, [tensor('shape', 'INT64', [2], BigInt64Array.from(shape))]);

  it('is refused by the limit of address space; the child lives', async () => {
    const { scorer } = await open('allocate');
    const [processId] = scorer.stats().processIds;
    expect(codeOf(await allocate(scorer, 1n, 1_000_000_000n))).toBe('model_refused');
    expect(codeOf(await allocate(scorer, 1_000_000_000n, 1_000_000_000n))).toBe('model_refused');
    expect(outputsOf(await allocate(scorer, 1n, 2n))[0]!.data).toEqual(Float32Array.of(0, 0));
    expect(scorer.stats().processIds).toEqual([processId]);
  });

  it('with more output than one request may have gets an error; the next is answered', async () => {
    const { scorer } = await open('grow');
    const grow = (repeats: bigint) =>
      ask(scorer, [tensor('x', 'FP32', [2], Float32Array.of(1, 2)), tensor('repeats', 'INT64', [1], BigInt64Array.of(repeats))]);
    expect(codeOf(await grow(131_073n))).toBe('output_too_large');
    expect(outputsOf(await grow(131_072n))[0]!.shape).toEqual([262_144]);
    expect(outputsOf(await grow(2n))[0]!.data).toEqual(Float32Array.of(1, 2, 1, 2));
  });
});

describe('a child that ends by itself', () => {
  const x = tensor('x', 'FP32', [1, 2], Float32Array.of(1, 2));

  it('killed by the system counts as short of memory; requests wait for the next one', async () => {
    const { scorer, stateChange } = await open('identity-fp32');
    const gone = stateChange();
    process.kill(scorer.stats().processIds[0]!, 'SIGKILL');
    expect(await gone).toBe(false);
    expect(scorer.ready).toBe(false);
    expect(codeOf(await ask(scorer, [x]))).toBe('answered');
    expect(scorer.stats().restarts).toEqual({ crash: 0, deadline: 0, memory: 1 });
  });

  it('leaves requests not_ready that cannot wait for the next one', async () => {
    const { scorer, stateChange } = await open('identity-fp32', { deadline: '50ms' });
    const gone = stateChange();
    process.kill(scorer.stats().processIds[0]!, 'SIGKILL');
    await gone;
    expect(codeOf(await ask(scorer, [x]))).toBe('not_ready');
    expect(await stateChange()).toBe(true);
  });
});

describe('a model file', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'modelwatch-test-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  const faultOf = async (file: string, config: Partial<OnnxScorerOptions['config']> = {}) => {
    const made = await createOnnxScorer({ file, config: { ...CONFIG, ...config }, clock: systemClock, logger });
    if (made.ok) await made.value.close();
    return made.ok ? undefined : made.error;
  };

  it.each([
    ['empty', 'model_not_onnx'],
    ['garbage', 'model_not_onnx'],
    ['truncated', 'model_not_onnx'],
    ['external-data', 'model_external_data'],
    ['external-data-inside', 'model_external_data'],
    ['custom-op', 'model_unsupported'],
    ['missing', 'model_unreadable'],
  ])('%s is refused as %s, without a path', async (name, code) => {
    const fault = await faultOf(modelFile(name));
    expect(fault?.code).toBe(code);
    expect(fault?.message).not.toMatch(/[\\/]/);
  });

  it('with external data is refused although the data lies beside it, by whatever link', async () => {
    await copyFile(modelFile('external-data-inside'), join(directory, 'original.onnx'));
    await writeFile(join(directory, 'secret'), Float32Array.of(1));
    await link(join(directory, 'secret'), join(directory, 'weights.bin'));
    await link(join(directory, 'original.onnx'), join(directory, 'hard.onnx'));
    await symlink(join(directory, 'original.onnx'), join(directory, 'symbolic.onnx'));
    for (const name of ['original', 'hard', 'symbolic'])
      expect((await faultOf(join(directory, `${name}.onnx`)))?.code).toBe('model_external_data');
  });

  it('must be a regular file: a directory and a pipe are refused, and nobody waits for a writer', async () => {
    await mkdir(join(directory, 'folder.onnx'));
    await promisify(execFile)('mkfifo', [join(directory, 'pipe.onnx')]);
    for (const name of ['folder', 'pipe']) expect((await faultOf(join(directory, `${name}.onnx`)))?.code).toBe('model_unreadable');
  });

  it('that is not loaded in time is refused', async () => {
    expect((await faultOf(modelFile('identity-fp32'), { loadTimeout: '1ms' }))?.code).toBe('model_load_timeout');
  });
});

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch {
    return false;
  }
}
