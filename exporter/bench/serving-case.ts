import { fileURLToPath } from 'node:url';
import { compare, inPairs, typical, type Comparison, type Contestant, type Lengths } from './compare.js';
import type { Load } from './load.js';
import { INFER_PATH, startServing } from './modelwatch-setup.js';
import { MLSERVER_VENV, startMlserver } from './rivals/mlserver.js';
import { readWatch, untilQuiet, type WatchReadings } from './sidecar-readings.js';
import { startNode, type ServerProcess } from './server-process.js';
import { countText, factorText, microsecondsText, millisecondsText, table } from './markdown.js';

export const MODELWATCH = 'Modelwatch, everything watched';
const BARE_CHILD = 'bare `node:http`, scorer child, micro-batches';
const RIVALS: readonly (readonly [name: string, file: string])[] = [
  [BARE_CHILD, './rivals/bare-child.js'],
  ['bare `node:http`, model inside', './rivals/bare-in-process.js'],
  ['Express 5 with its JSON parser, scorer child', './rivals/express-child.js'],
];
const MLSERVER = 'MLServer';

export interface ServingResult {
  readonly comparisons: readonly Comparison[];
  readonly watch: WatchReadings;
  /** The longest that Modelwatch took after a run to work off its queues. */
  readonly quietSecondsMax: number;
}

/** Modelwatch against bare servers of the same model, at each number of connections. */
export async function serving(folder: string, load: Load, connections: readonly number[], lengths: Lengths): Promise<ServingResult> {
  const started: ServerProcess[] = [];
  const start = async (starting: Promise<ServerProcess>): Promise<ServerProcess> => {
    const server = await starting;
    started.push(server);
    return server;
  };
  let quietSecondsMax = 0;
  try {
    const own = await start(startServing(folder));
    const rest = async (): Promise<void> => {
      quietSecondsMax = Math.max(quietSecondsMax, await untilQuiet(own.url));
    };
    const contestants: Contestant[] = [{ name: MODELWATCH, url: own.url + INFER_PATH, processId: own.processId, rest }];
    for (const [name, file] of RIVALS) {
      const rival = await start(startNode([fileURLToPath(new URL(file, import.meta.url))]));
      contestants.push({ name, url: rival.url + INFER_PATH, processId: rival.processId });
    }
    if (MLSERVER_VENV !== undefined) {
      const rival = await start(startMlserver(MLSERVER_VENV));
      contestants.push({ name: MLSERVER, url: rival.url + INFER_PATH, processId: rival.processId });
    }
    const comparisons: Comparison[] = [];
    for (const count of connections) comparisons.push(await compare(load, contestants, count, lengths));
    return { comparisons, watch: await readWatch(own.url), quietSecondsMax };
  } finally {
    await Promise.all(started.map((server) => server.stop()));
  }
}

export function servingReport({ comparisons, watch, quietSecondsMax }: ServingResult): string {
  const rows = comparisons.flatMap(({ connections, results }) => {
    const own = results.find(({ name }) => name === MODELWATCH)!.rounds;
    return results.map(({ name, rounds }) => {
      const { requestsPerSecond, p50Seconds, p99Seconds, cpuSecondsPerRequest, errors } = typical(rounds);
      const isOwn = name === MODELWATCH;
      return [
        String(connections),
        name,
        countText(requestsPerSecond),
        millisecondsText(p50Seconds),
        millisecondsText(p99Seconds),
        microsecondsText(cpuSecondsPerRequest),
        isOwn ? '' : factorText(inPairs(own, rounds, (a, b) => a.requestsPerSecond / b.requestsPerSecond)),
        isOwn ? '' : millisecondsText(inPairs(own, rounds, (a, b) => a.p50Seconds - b.p50Seconds)),
        countText(errors),
      ];
    });
  });
  const head = [
    'connections',
    'server',
    'requests/s',
    'p50 ms',
    'p99 ms',
    'CPU a request, µs',
    'Modelwatch to it',
    'p50 added by Modelwatch, ms',
    'errors',
  ];
  return [
    table(head, rows),
    '',
    `Of what Modelwatch answered, ${countText(watch.stored)} predictions lie in the store waiting for ground truth and ${countText(watch.dropped)} were dropped`,
    `by a full queue. After a run it took at most ${quietSecondsMax.toFixed(1)} s until all was counted and written.`,
  ].join('\n');
}
