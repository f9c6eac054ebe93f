import type { ChallengerUpstreamConfig, UpstreamConfig } from '@modelwatch/core';
import type { Upstream } from '../models/upstream/upstream.js';
import type { Probe } from './model-runtime.js';

/** How often an upstream is asked whether it is ready. */
const INTERVAL_MILLISECONDS = 5000;

/**
 * Asks an upstream in the background whether it is ready: a v2 server for its model. A JSON service knows no such question; any answer to a GET of
 * its root shows that it is there. Resolves after the first answer.
 */
export async function startProbe(
  upstream: Pick<Upstream, 'get' | 'circuitOpen'>,
  config: UpstreamConfig | ChallengerUpstreamConfig,
  modelName: string,
): Promise<Probe> {
  const isJson = 'mapping' in config && config.mapping !== undefined;
  const path = isJson ? '/' : `/v2/models/${encodeURIComponent(config.model ?? modelName)}/ready`;
  let ready = false;
  let underWay = false;
  const ask = async () => {
    if (underWay) return;
    underWay = true;
    // Not reached is an answer too.
    ready = await upstream.get(path).then(
      ({ status }) => isJson || status === 200,
      () => false,
    );
    underWay = false;
  };
  const timer = setInterval(() => void ask(), INTERVAL_MILLISECONDS);
  timer.unref();
  await ask();
  return {
    get ready() {
      return ready && !upstream.circuitOpen;
    },
    close() {
      clearInterval(timer);
    },
  };
}
