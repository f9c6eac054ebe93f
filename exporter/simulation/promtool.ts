import { execFile, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { once } from 'node:events';
import { promisify } from 'node:util';
import type { WrittenGroup } from '../rules/read-rules.js';
import type { Replay } from './replay.js';
import { promtoolValues } from './series-book.js';
import { STEP_SECONDS } from './simulated-model.js';
import { rulesYaml } from './simulated-rules.js';

/** One series that was there at a moment, with its value. */
export interface Sample {
  readonly seconds: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * Evaluates rules over a replay by `promtool test rules`, and tells what an expression gives at each evaluation. Each is a test that expects nothing,
 * so that promtool prints what there is: it is the whole machinery of Prometheus' rules, in memory, at any pace.
 */
export async function evaluate(
  replayed: Replay,
  groups: readonly WrittenGroup[],
  everySeconds: number,
  expr: string,
): Promise<readonly Sample[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'modelwatch-simulation-'));
  try {
    await writeFile(path.join(folder, 'rules.yaml'), rulesYaml(groups));
    await writeTest(path.join(folder, 'test.yaml'), replayed, groups, everySeconds, expr);
    return await samplesOf(folder, expr);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function writeTest(
  file: string,
  { steps, tracks }: Replay,
  groups: readonly WrittenGroup[],
  everySeconds: number,
  expr: string,
): Promise<void> {
  const out = createWriteStream(file);
  const write = async (text: string) => {
    if (!out.write(text)) await once(out, 'drain');
  };
  const order = groups.map(({ name }) => name).join(', ');
  await write(`rule_files: [rules.yaml]\nevaluation_interval: ${everySeconds}s\ngroup_eval_order: [${order}]\n`);
  await write(`tests:\n  - interval: ${STEP_SECONDS}s\n    input_series:\n`);
  for (const { series, samples } of tracks) await write(`      - { series: '${series}', values: '${promtoolValues(samples)}' }\n`);
  await write('    promql_expr_test:\n');
  const last = (steps - 1) * STEP_SECONDS;
  for (let seconds = 0; seconds <= last; seconds += everySeconds) await write(`      - { expr: '${expr}', eval_time: ${seconds}s }\n`);
  out.end();
  await once(out, 'finish');
}

async function samplesOf(folder: string, expr: string): Promise<readonly Sample[]> {
  const child = spawn('promtool', ['test', 'rules', 'test.yaml'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Most of its time goes into collecting garbage otherwise.
    env: { ...process.env, GOGC: '800' },
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const samples: Sample[] = [];
  const unexpected: string[] = [];
  const reader = new SampleReader(expr, samples, unexpected);
  await Promise.all(
    [child.stdout, child.stderr].map(async (stream) => {
      for await (const line of createInterface({ input: stream })) reader.read(line);
    }),
  );
  const [code] = await exited;
  if (code !== 0 && code !== 1) throw new Error(`promtool ended by ${code ?? child.signalCode}`);
  if (unexpected.length > 0) throw new Error(`promtool: ${unexpected.slice(0, 5).join('\n')}`);
  return samples;
}

/** Reads what promtool says of a test that found something: the moment, then each series. */
class SampleReader {
  #seconds = 0;

  constructor(
    readonly expr: string,
    readonly samples: Sample[],
    readonly unexpected: string[],
  ) {}

  read(line: string): void {
    const time = /expr: ".*", time: (\S+),/.exec(line);
    if (time !== null) {
      this.#seconds = goSeconds(time[1]!);
      return;
    }
    if (/^\s*got:/.test(line)) {
      this.samples.push(...this.#parse(line));
      return;
    }
    if (!/^\s*(?:exp:|FAILED:?|SUCCESS|Unit Testing:.*)?\s*$|^\s*exp:/.test(line)) this.unexpected.push(line);
  }

  #parse(line: string): readonly Sample[] {
    return [...line.matchAll(/\{((?:[^"{}]|"(?:[^"\\]|\\.)*")*)\} ([^\s,]+)/g)].map(([, labels, value]) => ({
      seconds: this.#seconds,
      labels: labelsOf(labels!),
      value: Number(value),
    }));
  }
}

const labelsOf = (text: string): Record<string, string> =>
  Object.fromEntries([...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label, value]) => [label!, value!]));

/** Seconds of a duration as Go writes it, such as 1d2h30m. */
export const goSeconds = (text: string): number =>
  [...text.matchAll(/([\d.]+)(d|h|ms|m|s|w)/g)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * { w: 604_800, d: 86_400, h: 3600, m: 60, s: 1, ms: 0.001 }[unit as 'd']!,
    0,
  );

export async function promtoolVersion(): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)('promtool', ['--version']);
  return /version (\S+)/.exec(`${stdout}${stderr}`)?.[1] ?? 'unknown';
}
