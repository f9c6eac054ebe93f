import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { megabytesText, table } from './markdown.js';
import { MAIN } from './modelwatch-setup.js';
import { familyOf, memoryOf } from './process-family.js';
import { startNode } from './server-process.js';
import { untilQuiet } from './sidecar-readings.js';

const FLIGHTS = fileURLToPath(new URL('../../examples/flights', import.meta.url));
/** Seconds of the file a second: the example's month a minute. */
const EXAMPLE_SPEED = 43_200;

export interface MemoryOptions {
  /** Minutes of the example's replay after which memory is read; ascending. */
  readonly minutes: readonly number[];
  /** So many times faster than the example they are sent: the rows count, not the time. */
  readonly haste: number;
  /** How long nothing comes before memory is read. */
  readonly restSeconds: number;
}

export interface MemoryReading {
  readonly minutes: number;
  /** Resident bytes of the sidecar's own process, and of its children together. */
  readonly ownBytes: number;
  readonly childrenBytes: number;
  /** Of all, a page that several share counted once; NaN where the system does not tell. */
  readonly proportionalBytes: number;
}

/** As the image sets them; nothing within a process can. */
const MALLOC = { MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: '131072' };

const VARIANTS = ['served and watched', 'with its challenger and explanations'] as const;
type Variant = (typeof VARIANTS)[number];

export interface MemoryResult {
  readonly variant: Variant;
  readonly readings: readonly MemoryReading[];
}

/** Resident memory of the sidecar and its children at rest, after so many minutes' worth of the flights' replay. */
export async function memory(folder: string, options: MemoryOptions): Promise<readonly MemoryResult[]> {
  const results: MemoryResult[] = [];
  for (const variant of VARIANTS) results.push({ variant, readings: await readingsOf(await flightsConfig(folder, variant), options) });
  return results;
}

async function readingsOf(config: string, { minutes, haste, restSeconds }: MemoryOptions): Promise<readonly MemoryReading[]> {
  const server = await startNode([...MAIN, 'run', '--config', config, '--port', '0'], MALLOC);
  try {
    const readings: MemoryReading[] = [];
    let replayed = 0;
    for (const until of minutes) {
      await replayFor(server.url, ((until - replayed) * 60) / haste, haste, `@${until}`);
      replayed = until;
      await untilQuiet(server.url);
      await sleep(restSeconds * 1000);
      readings.push({ minutes: until, ...(await familyMemory(server.processId)) });
    }
    return readings;
  } finally {
    await server.stop();
  }
}

/** The example's configuration, with a store of its own. */
async function flightsConfig(folder: string, variant: Variant): Promise<string> {
  const config = parse(await readFile(path.join(FLIGHTS, 'modelwatch.yaml'), 'utf8')) as {
    store: { path: string };
    registry: { path: string; inbox: string };
    readonly models: readonly [
      {
        challengers?: readonly { readonly onnx: { path: string }; baseline: string }[];
        explain?: unknown;
        readonly champion: { readonly onnx: { path: string }; baseline: string };
      },
    ];
  };
  const model = config.models[0];
  // Each is one more child.
  if (variant === 'served and watched') {
    delete model.challengers;
    model.explain = { share: 0 };
  }
  for (const served of [model.champion, ...(model.challengers ?? [])]) {
    served.onnx.path = path.join(FLIGHTS, served.onnx.path);
    served.baseline = path.join(FLIGHTS, served.baseline);
  }
  const own = await mkdtemp(path.join(folder, 'flights-'));
  config.store.path = path.join(own, 'flights.db');
  config.registry = { path: path.join(own, 'models'), inbox: FLIGHTS };
  const file = path.join(own, 'flights.yaml');
  await writeFile(file, JSON.stringify(config));
  return file;
}

async function replayFor(url: string, seconds: number, haste: number, idSuffix: string): Promise<void> {
  const child = spawn(
    process.execPath,
    [
      ...[...MAIN, 'replay', path.join(FLIGHTS, 'live.csv'), '--url', url, '--model', 'flights-late', '--loop'],
      ...['--ground-truth-column', 'late', '--ground-truth-time-column', 'ground_truth_time'],
      ...['--speed', String(EXAMPLE_SPEED * haste), '--id-suffix', idSuffix],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const faults: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    faults.splice(0, faults.length, text);
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const ended = await Promise.race([exited, sleep(seconds * 1000, undefined)]);
  if (ended === undefined) child.kill('SIGINT');
  const [code] = await exited;
  if (code !== 0) throw new Error(`the replay ended with exit code ${code}: ${faults.join('')}`);
}

async function familyMemory(processId: number): Promise<Omit<MemoryReading, 'minutes'>> {
  const [own, ...children] = await Promise.all((await familyOf(processId)).map(memoryOf));
  const sum = (bytes: readonly (number | undefined)[]) => bytes.reduce((total, part) => (total ?? NaN) + (part ?? NaN), 0)!;
  return {
    ownBytes: own!.resident,
    childrenBytes: sum(children.map(({ resident }) => resident)),
    proportionalBytes: sum([own!, ...children].map(({ proportional }) => proportional)),
  };
}

export function memoryReport(results: readonly MemoryResult[]): string {
  return table(
    [
      'the example',
      "minutes' worth of replay",
      ...['sidecar, MB', 'children, MB', 'together, MB', 'against the first, %', 'shared pages counted once, MB'],
    ],
    results.flatMap(({ variant, readings }) => readings.map((reading) => [variant, ...cellsOf(reading, readings[0]!)])),
  );
}

function cellsOf(reading: MemoryReading, first: MemoryReading): readonly string[] {
  const sum = ({ ownBytes, childrenBytes }: MemoryReading): number => ownBytes + childrenBytes;
  return [
    String(reading.minutes),
    ...[reading.ownBytes, reading.childrenBytes, sum(reading)].map(megabytesText),
    ((sum(reading) / sum(first) - 1) * 100).toFixed(1),
    Number.isNaN(reading.proportionalBytes) ? '' : megabytesText(reading.proportionalBytes),
  ];
}
