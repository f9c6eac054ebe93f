import { fileURLToPath } from 'node:url';
import { compare, inPairs, typical, type Comparison, type Contestant, type Lengths } from './compare.js';
import type { Load } from './load.js';
import { countText, microsecondsText, millisecondsText, table } from './markdown.js';
import { INFER_PATH, startProxy } from './modelwatch-setup.js';
import { startNode, type ServerProcess } from './server-process.js';
import { untilQuiet } from './sidecar-readings.js';

const OWN = 'through Modelwatch';
const RIVALS: readonly (readonly [name: string, file: string])[] = [
  ['through a bare `node:http` and undici proxy', './rivals/bare-proxy.js'],
  ['through a relay of bytes', './rivals/byte-relay.js'],
];

/** A bare upstream, direct, through Modelwatch, and through less: what standing in front of a server costs, and how much of it is Node's. */
export async function proxying(
  folder: string,
  load: Load,
  connections: readonly number[],
  lengths: Lengths,
): Promise<readonly Comparison[]> {
  const started: ServerProcess[] = [];
  const start = async (starting: Promise<ServerProcess>) => {
    const server = await starting;
    started.push(server);
    return server;
  };
  const built = (file: string) => fileURLToPath(new URL(file, import.meta.url));
  try {
    const upstream = await start(startNode([built('./rivals/bare-upstream.js')]));
    const { url, processId } = await start(startProxy(folder, upstream.url));
    const contestants: Contestant[] = [
      { name: 'direct', url: upstream.url + INFER_PATH, processId: upstream.processId },
      { name: OWN, url: url + INFER_PATH, processId, rest: async () => void (await untilQuiet(url)) },
    ];
    for (const [name, file] of RIVALS) {
      const rival = await start(startNode([built(file), upstream.url]));
      contestants.push({ name, url: rival.url + INFER_PATH, processId: rival.processId });
    }
    const comparisons: Comparison[] = [];
    for (const count of connections) comparisons.push(await compare(load, contestants, count, lengths));
    return comparisons;
  } finally {
    await Promise.all(started.map((server) => server.stop()));
  }
}

export function proxyReport(comparisons: readonly Comparison[]): string {
  const rows = comparisons.flatMap(({ connections, results }) => {
    const direct = results[0]!.rounds;
    return results.map(({ name, rounds }, i) => {
      const { requestsPerSecond, p50Seconds, p99Seconds, cpuSecondsPerRequest, errors } = typical(rounds);
      const added = i === 0 ? '' : millisecondsText(inPairs(rounds, direct, (a, b) => a.p50Seconds - b.p50Seconds));
      return [
        String(connections),
        name,
        countText(requestsPerSecond),
        millisecondsText(p50Seconds),
        millisecondsText(p99Seconds),
        microsecondsText(cpuSecondsPerRequest),
        added,
        countText(errors),
      ];
    });
  });
  return table(['connections', 'way', 'requests/s', 'p50 ms', 'p99 ms', 'CPU a request, µs', 'p50 added, ms', 'errors'], rows);
}
