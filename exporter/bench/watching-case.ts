import { request } from 'undici';
import { compare, inPairs, typical, type Comparison, type Contestant, type Lengths } from './compare.js';
import type { Load } from './load.js';
import { countText, factorText, microsecondsText, millisecondsText, table } from './markdown.js';
import { INFER_PATH, startServing, startUnwatched, startWithEverything } from './modelwatch-setup.js';
import type { ServerProcess } from './server-process.js';
import { sumOf, untilQuiet } from './sidecar-readings.js';

const UNWATCHED = 'Modelwatch, nothing watched';
const WATCHED = 'everything watched';
const EVERYTHING = 'everything watched, one challenger, explanations';

export interface WatchingResult {
  readonly comparisons: readonly Comparison[];
  /** What the one with everything has done meanwhile. */
  readonly done: {
    readonly explained: number;
    readonly explainingCpuSeconds: number;
    readonly seconds: number;
    readonly shadowScored: number;
    readonly shadowSent: number;
  };
}

/** One model, unwatched, watched, and with a challenger and explanations at their default budget: what watching takes from serving. */
export async function watching(folder: string, load: Load, connections: readonly number[], lengths: Lengths): Promise<WatchingResult> {
  const started: ServerProcess[] = [];
  const contestant = async (name: string, starting: Promise<ServerProcess>): Promise<Contestant> => {
    const server = await starting;
    started.push(server);
    return { name, url: server.url + INFER_PATH, processId: server.processId, rest: async () => void (await untilQuiet(server.url)) };
  };
  try {
    const contestants = [
      await contestant(UNWATCHED, startUnwatched(folder)),
      await contestant(WATCHED, startServing(folder)),
      await contestant(EVERYTHING, startWithEverything(folder)),
    ];
    const start = performance.now();
    const comparisons: Comparison[] = [];
    for (const count of connections) comparisons.push(await compare(load, contestants, count, lengths));
    const seconds = (performance.now() - start) / 1000;
    const { body } = await request(`${started.at(-1)!.url}/metrics`);
    const text = await body.text();
    const done = {
      explained: sumOf(text, 'modelwatch_explanation_outcomes_total{', 'outcome="explained"'),
      explainingCpuSeconds: sumOf(text, 'modelwatch_explanation_cpu_seconds_total{'),
      seconds,
      shadowScored: sumOf(text, 'modelwatch_shadow_outcomes_total{', 'outcome="scored"'),
      shadowSent: sumOf(text, 'modelwatch_shadow_sent_total{'),
    };
    return { comparisons, done };
  } finally {
    await Promise.all(started.map((server) => server.stop()));
  }
}

export function watchingReport({ comparisons, done }: WatchingResult): string {
  const rows = comparisons.flatMap(({ connections, results }) => {
    const unwatched = results.find(({ name }) => name === UNWATCHED)!.rounds;
    return results.map(({ name, rounds }) => {
      const { requestsPerSecond, p50Seconds, p99Seconds, cpuSecondsPerRequest, errors } = typical(rounds);
      return [
        String(connections),
        name,
        countText(requestsPerSecond),
        name === UNWATCHED ? '' : factorText(inPairs(rounds, unwatched, (a, b) => a.requestsPerSecond / b.requestsPerSecond)),
        millisecondsText(p50Seconds),
        millisecondsText(p99Seconds),
        microsecondsText(cpuSecondsPerRequest),
        countText(errors),
      ];
    });
  });
  const { explained, explainingCpuSeconds, seconds, shadowScored, shadowSent } = done;
  return [
    table(['connections', 'server', 'requests/s', 'to unwatched', 'p50 ms', 'p99 ms', 'CPU a request, µs', 'errors'], rows),
    '',
    `In ${seconds.toFixed(0)} s ${countText(explained)} predictions were explained with ${explainingCpuSeconds.toFixed(1)} s of CPU; of ${countText(shadowSent)} copies the challenger scored ${countText(shadowScored)}.`,
  ].join('\n');
}
