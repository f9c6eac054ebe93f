import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import type { UpstreamConfig } from '@modelwatch/core';
import { createUpstream } from '../models/upstream/upstream.js';
import { startProbe } from './upstream-probe.js';

const LIMITS = { deadline: '1s', concurrencyMax: 4, breakerFailures: 5, breakerPause: '1s', watchedBytesMax: 1024 };
const MAPPING = { mapping: { path: '/predict' } };

/** Whether a model behind a server that answers with these statuses, by path, counts as ready; null is a server that is not there. */
async function isReady(statuses: Readonly<Record<string, number>> | null, more: object = {}): Promise<boolean> {
  const server = createServer(({ url = '' }, response) => response.writeHead(statuses?.[url] ?? 500).end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  if (statuses === null) server.close();
  const config = { ...LIMITS, ...more, url } as unknown as UpstreamConfig;
  const upstream = createUpstream(config, () => 0);
  const probe = await startProbe(upstream, config, 'm');
  const { ready } = probe;
  probe.close();
  await upstream.close();
  server.close();
  return ready;
}

describe('startProbe', () => {
  it('takes a v2 server for ready when it says so of the model', async () => {
    expect(await isReady({ '/v2/models/m/ready': 200 })).toBe(true);
    expect(await isReady({ '/v2/models/other/ready': 200 }, { model: 'other' })).toBe(true);
    expect(await isReady({ '/v2/models/m/ready': 400 })).toBe(false);
    expect(await isReady(null)).toBe(false);
  });

  it('takes a JSON service for ready when it is there, whatever it answers', async () => {
    expect(await isReady({ '/': 200 }, MAPPING)).toBe(true);
    expect(await isReady({ '/': 404 }, MAPPING)).toBe(true);
    expect(await isReady(null, MAPPING)).toBe(false);
  });
});
