import { fileURLToPath } from 'node:url';
import { compare, inPairs, typical, type Comparison, type Lengths } from './compare.js';
import type { Load } from './load.js';
import { countText, millisecondsText, table } from './markdown.js';
import { INFER_PATH, startProxy } from './modelwatch-setup.js';
import { startNode, type ServerProcess } from './server-process.js';
import { untilQuiet } from './sidecar-readings.js';

/** A bare upstream, direct and through Modelwatch: what standing in front of a server costs. */
export async function proxying(
  folder: string,
  load: Load,
  connections: readonly number[],
  lengths: Lengths,
): Promise<readonly Comparison[]> {
  const upstream = await startNode([fileURLToPath(new URL('./rivals/bare-upstream.js', import.meta.url))]);
  let proxy: ServerProcess | undefined;
  try {
    const { url } = (proxy = await startProxy(folder, upstream.url));
    const contestants = [
      { name: 'direct', url: upstream.url + INFER_PATH },
      { name: 'through Modelwatch', url: url + INFER_PATH, rest: async () => void (await untilQuiet(url)) },
    ];
    const comparisons: Comparison[] = [];
    for (const count of connections) comparisons.push(await compare(load, contestants, count, lengths));
    return comparisons;
  } finally {
    await Promise.all([upstream.stop(), proxy?.stop()]);
  }
}

export function proxyReport(comparisons: readonly Comparison[]): string {
  const rows = comparisons.flatMap(({ connections, results }) => {
    const direct = results[0]!.rounds;
    return results.map(({ name, rounds }, i) => {
      const { requestsPerSecond, p50Seconds, p99Seconds, errors } = typical(rounds);
      const added = i === 0 ? '' : millisecondsText(inPairs(rounds, direct, (a, b) => a.p50Seconds - b.p50Seconds));
      return [
        String(connections),
        name,
        countText(requestsPerSecond),
        millisecondsText(p50Seconds),
        millisecondsText(p99Seconds),
        added,
        countText(errors),
      ];
    });
  });
  return table(['connections', 'way', 'requests/s', 'p50 ms', 'p99 ms', 'p50 added, ms', 'errors'], rows);
}
