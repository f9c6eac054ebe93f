import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { metric, seededRandom, type Baseline } from '@modelwatch/core';
import { collectDefaultMetrics } from 'prom-client';
import { pino } from 'pino';
import { systemClock } from '../clock.js';
import { createModelWatch } from '../pipeline/model-watch.js';
import { createApp } from '../routes/app.js';
import { metricsRoute } from '../routes/metrics-route.js';
import { createGuard, type Guard } from '../security/guard.js';
import { accessFamilies } from '../telemetry/access-series.js';
import { featureFamilies } from '../telemetry/feature-series.js';
import { SlicedRegistry } from '../telemetry/registry.js';
import { numberFamily } from '../telemetry/series.js';
import { median } from './compare.js';

/** As it is where nothing is configured. */
const ACCESS = {
  tokens: [],
  open: ['infer' as const, 'metrics' as const],
  readPerSecondMax: 100,
  ingestPerSecondMax: 5000,
  operatePerSecondMax: 50,
  callersMax: 10_000,
};
const SERIES = 50_000;
const SERIES_A_FEATURE = 46;
const BINS = 10;
const OBSERVED_ROWS = 500;
const WARM_UPS = 3;
const SCRAPES = 20;

/** What this program prints, as JSON: `node exporter/dist/bench/scrape.js`. */
export interface ScrapeResult {
  readonly series: number;
  readonly bytes: number;
  /** From the request to the last byte, as the scraper sees it. */
  readonly secondsMedian: number;
  readonly secondsMax: number;
  /** Of the first scrape, when nothing is compiled yet. */
  readonly secondsFirst: number;
  /** The longest that one turn of the event loop took while a scrape was under way; of the first one apart. */
  readonly heldSecondsMax: number;
  readonly heldSecondsFirst: number;
}

/** One model with as many numeric features as make so many series, all with values. */
function wideModel(): ReturnType<typeof createModelWatch> {
  const random = seededRandom(3);
  const edges = Array.from({ length: BINS - 1 }, (_, i) => (i + 1) / BINS);
  const column = (name: string) => ({
    name,
    kind: 'numeric' as const,
    edges,
    counts: Array.from({ length: BINS }, () => 100 + Math.floor(random() * 100)),
    missing: 3,
    moments: { count: 1500, mean: 0.5, m2: 120, min: 0, max: 1 },
  });
  const features = Array.from({ length: Math.ceil(SERIES / SERIES_A_FEATURE) }, (_, i) => column(`feature_${i}`));
  const baseline: Baseline = {
    schemaVersion: 1,
    model: 'wide',
    version: '1',
    provenance: { createdAt: '2025-01-01T00:00:00Z', rows: 1500, files: [], tool: 'modelwatch bench' },
    features,
    output: column('score'),
    goldenRows: { features: [], outputs: [], toleranceAbsolute: 1e-5 },
  };
  const watch = createModelWatch({
    model: 'wide',
    version: '1',
    role: 'champion',
    baseline,
    slices: [],
    windowSeconds: 600,
    nowSeconds: 0,
  });
  const values = () => Float64Array.from({ length: OBSERVED_ROWS }, random);
  watch.observe({
    model: 'wide',
    version: '1',
    role: 'champion',
    rows: OBSERVED_ROWS,
    ids: Array.from({ length: OBSERVED_ROWS }, String),
    timeSeconds: 0,
    features: features.map(values),
    outputs: values(),
    slices: [],
  });
  return watch;
}

/** The longest turn of the event loop between start and stop. */
function holdProbe(): { stop(): number } {
  let last = performance.now();
  let longest = 0;
  let running = true;
  const look = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (running) setImmediate(look);
  };
  setImmediate(look);
  return {
    stop() {
      running = false;
      return longest / 1000;
    },
  };
}

async function measure(): Promise<ScrapeResult> {
  const registry = new SlicedRegistry();
  collectDefaultMetrics({ register: registry });
  const watch = wideModel();
  const source = { watch, significance: 0.001, ingested: () => undefined, groundTruth: () => undefined };
  featureFamilies(registry, () => [source]);
  const requests = registry.add(numberFamily(metric('modelwatch_http_requests_total')));
  const logger = pino({ level: 'silent' });
  const counts = accessFamilies(registry, () => guard, systemClock.nowSeconds);
  const guard: Guard = createGuard({ access: ACCESS, clock: systemClock, logger, counts });
  const server = createServer(createApp([metricsRoute(registry)], { logger, guard, requests, onRefused: () => undefined }));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
  // In a thread of its own, for reading a scrape must not count as holding this one.
  const scraper = new Worker(new URL('./scrape-client.js', import.meta.url), { workerData: url });
  await once(scraper, 'message');
  const scrape = async (): Promise<{ readonly seconds: number; readonly bytes: number; readonly heldSeconds: number }> => {
    const probe = holdProbe();
    scraper.postMessage('scrape');
    const [{ seconds, bytes }] = (await once(scraper, 'message')) as [{ readonly seconds: number; readonly bytes: number }];
    return { seconds, bytes, heldSeconds: probe.stop() };
  };
  const first = await scrape();
  let heldSecondsMax = 0;
  const seconds: number[] = [];
  for (let i = 0; i < WARM_UPS + SCRAPES; i++) {
    const result = await scrape();
    heldSecondsMax = Math.max(heldSecondsMax, result.heldSeconds);
    if (i >= WARM_UPS) seconds.push(result.seconds);
  }
  await scraper.terminate();
  server.closeAllConnections();
  server.close();
  return {
    series: registry.seriesCount,
    bytes: first.bytes,
    secondsMedian: median(seconds),
    secondsMax: Math.max(...seconds),
    secondsFirst: first.seconds,
    heldSecondsMax,
    heldSecondsFirst: first.heldSeconds,
  };
}

process.stdout.write(`${JSON.stringify(await measure())}\n`);
