import type { UpstreamConfig } from '@modelwatch/core';
import type { Upstream } from '../models/upstream/upstream.js';
import type { Probe } from './model-runtime.js';

/** How often an upstream is asked whether it is ready. */
const INTERVAL_MILLISECONDS = 5000;

/**
 * Asks a v2 upstream in the background whether its model is ready. A JSON service has no such question: it counts as ready unless its circuit is
 * open. Resolves after the first answer.
 */
export async function startProbe(upstream: Upstream, config: UpstreamConfig, modelName: string): Promise<Probe> {
  if (config.mapping !== undefined) {
    return {
      get ready() {
        return !upstream.circuitOpen;
      },
      close: () => undefined,
    };
  }
  const path = `/v2/models/${encodeURIComponent(config.model ?? modelName)}/ready`;
  let ready = false;
  let underWay = false;
  const ask = async () => {
    if (underWay) return;
    underWay = true;
    // Not reached is an answer too.
    ready = await upstream.get(path).then(
      ({ status }) => status === 200,
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
