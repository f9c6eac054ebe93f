import type { ModelConfig } from '@modelwatch/core';
import { columnFinder, namedColumns } from '../pipeline/feature-column.js';
import { createParity, type Lookup, type Parity } from '../pipeline/parity.js';
import type { WatchedModel } from '../pipeline/watched-model.js';
import type { BuildDeps } from './build-model.js';

/** An answer of a feature server for 1,000 rows of 200 features has some 2 MB. */
const ANSWER_BYTES_MAX = 4_194_304;

/** Feature parity of a model where its configuration asks for it. Holds nothing that is to be closed: a look-up ends by its deadline. */
export async function startParity(config: ModelConfig, watched: WatchedModel, deps: BuildDeps): Promise<Parity | undefined> {
  if (config.parity === undefined) return undefined;
  const features = watched.watch.baseline?.features ?? [];
  return createParity({
    config: config.parity,
    findColumn: columnFinder(features, watched.features, namedColumns(config)),
    baselineFeatures: features,
    lookup: await feastLookup(config.parity.url),
    monotonicSeconds: deps.clock.monotonicSeconds,
    onFault(fault) {
      deps.logger.error({ err: fault, model: config.name }, 'a prediction could not be compared with the feature server');
    },
  });
}

/** Asks one fixed origin and path, follows no redirect, and reads no more than an answer can have. */
async function feastLookup(origin: string): Promise<Lookup> {
  const { request } = await import('undici');
  const url = new URL('/get-online-features', origin);
  return async (body, signal) => {
    const answer = await request(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body, signal });
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > ANSWER_BYTES_MAX) return undefined;
      chunks.push(chunk);
    }
    return answer.statusCode === 200 ? Buffer.concat(chunks).toString('utf8') : undefined;
  };
}
