import { parentPort, workerData } from 'node:worker_threads';
import { gunzipSync } from 'node:zlib';
import { request } from 'undici';

/** Scrapes when asked to, as Prometheus does: compressed. */
parentPort!.on('message', () => {
  void scrape();
});
parentPort!.postMessage('ready');

async function scrape(): Promise<void> {
  const start = performance.now();
  const { body } = await request(workerData as string, { headers: { 'accept-encoding': 'gzip' } });
  const compressed = Buffer.from(await body.arrayBuffer());
  const seconds = (performance.now() - start) / 1000;
  parentPort!.postMessage({ seconds, bytes: gunzipSync(compressed).length });
}
