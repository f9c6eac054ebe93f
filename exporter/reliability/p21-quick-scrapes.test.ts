import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe } from '@jest/globals';
import { hasProgram } from '../contract/debian-program.js';
import { startPrometheus } from '../contract/prometheus-server.js';
import { answerOf, startRawUpstream } from '../contract/raw-upstream.js';
import { MODELS, until } from '../contract/test-sidecar.js';
import { tensorRequest } from './testing/clients.js';
import { FULL, promise } from './testing/promise.js';
import { loopHeldSeconds, makePlace, WITH_LOOP_PROBE, type Running } from './testing/sidecar-of.js';
import { sendSteadily, type SteadyRequest } from './testing/steady-requests.js';
import { wideBaseline } from './testing/wide-baseline.js';

const FEATURES = 1100;
const SERIES_MIN = 50_000;
const SCRAPES = FULL ? 50 : 3;
const AT_ONCE = 10;
const SCRAPE_SECONDS_MAX = 0.25;
const HELD_SECONDS_MAX = 0.02;
/** Of `monitorEventLoopDelay`, whose timer is part of what it records. */
const MONITOR_SLEEP_SECONDS = 0.01;
/** The same requests without a scrape beside them, to compare with; but for Prometheus', one a second. */
const UNSCRAPED_MILLISECONDS = 4000;
/** Requests of each kind that go on beside the scrapes. */
const LOOPS = 2;
/** Between two requests of one kind: the machine is to have room for what is measured. */
const PAUSE_MILLISECONDS = 5;

interface Trouble {
  readonly what: string;
  begin(sidecar: Running): Promise<void> | void;
  /** Whether it is in force, by what the sidecar exports. */
  isThere(series: ReadonlyMap<string, number>): boolean;
}

const HUNG = '{model="hung",version="2",role="challenger"}';
const fileSizeOf = (sidecar: Running, limit: string) => {
  execFileSync('prlimit', ['--pid', String(sidecar.processId), `--fsize=${limit}`]);
};

const TROUBLES: readonly Trouble[] = [
  { what: 'while all is well', begin: () => undefined, isThere: (series) => series.get('modelwatch_store_up') === 1 },
  {
    what: 'while a shadow hangs',
    begin: () => undefined,
    isThere: (series) => series.get(`modelwatch_shadow_in_flight${HUNG}`)! > 0,
  },
  {
    what: 'while the upstream is gone',
    begin: () => undefined,
    isThere: (series) => series.get('modelwatch_model_ready{model="gone",version="1",role="champion"}') === 0,
  },
  {
    what: 'while the disk is full and the store down',
    begin(sidecar) {
      fileSizeOf(sidecar, '0:unlimited');
    },
    isThere: (series) => series.get('modelwatch_store_up') === 0,
  },
];

/** Requests and events of all kinds, whatever becomes of them. */
const DISTURBING: readonly SteadyRequest[] = [
  { route: '/v2/models/hung/infer', body: tensorRequest('INT64', { n: [9_000_000_000] }) },
  { route: '/v2/models/gone/infer', body: '{}' },
  { route: '/v1/predictions', body: '{"model":"wide","id":"%i","output":0.5,"features":{"feature_0":0.5}}' },
  { route: '/v1/ground-truth', body: '{"model":"wide","id":"%i","value":1}' },
];

/** The longest turn of the sidecar's event loop since the scrape before, with the sleep of the monitor that looks at it. */
const loopSecondsIn = (page: Buffer) => Number(/^nodejs_eventloop_lag_max_seconds (\S+)$/m.exec(page.toString())?.[1] ?? NaN);

const seriesIn = (page: Buffer) =>
  page
    .toString()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#')).length;

const needed = hasProgram('prometheus') && hasProgram('prlimit') ? describe : describe.skip;
needed('with prometheus and prlimit', () => {
  promise('P21', `a scrape of ${SERIES_MIN} series is quick and holds nobody up, whatever is broken`, async (findings) => {
    const outputs = JSON.stringify({ outputs: [{ name: 'y', datatype: 'FP32', shape: [1], data: [0.5] }] });
    const upstream = await startRawUpstream((socket) => socket.write(answerOf('200 OK', ['Content-Type: application/json'], outputs)));
    const place = await makePlace(`
store: { path: kept.db }
models:
  - { name: wide, champion: { version: '1', baseline: wide.json } }
  - name: hung
    champion: { version: '1', upstream: { url: ${upstream.url} } }
    challengers: [{ version: '2', onnx: { path: ${path.join(MODELS, 'hang.onnx')}, deadline: 1m } }]
  - { name: gone, champion: { version: '1', upstream: { url: 'http://127.0.0.1:9' } } }
`);
    await writeFile(path.join(place.folder, 'wide.json'), JSON.stringify(wideBaseline('wide', FEATURES)));
    try {
      // A write beyond the size fails, as on a full disk, instead of ending the process.
      const sidecar = await place.start(["trap '' XFSZ"], WITH_LOOP_PROBE);
      const { clients, series, address } = sidecar;
      const prometheus = FULL ? await startPrometheus([], [address]) : undefined;
      const started = await Promise.all([
        sendSteadily(address, [{ route: '/v2/health/live' }], PAUSE_MILLISECONDS),
        ...Array.from({ length: LOOPS }, () => sendSteadily(address, DISTURBING, PAUSE_MILLISECONDS)),
      ]);
      const [probes] = started;
      const phases: { readonly what: string; readonly from: number; readonly to: number }[] = [];
      for (const { what, begin, isThere } of TROUBLES) {
        await begin(sidecar);
        await until(async () => isThere(await series()));
        const scrapeSeconds: number[] = [];
        const loopSeconds: number[] = [];
        const pages: Buffer[] = [];
        let failed = 0;
        await probes!.seconds();
        await pause(FULL ? UNSCRAPED_MILLISECONDS : 0);
        const before = await probes!.seconds();
        const from = Date.now();
        for (let i = 0; i < SCRAPES; i++) {
          const page = await clients.send('/metrics');
          if (page?.status !== 200) failed++;
          else {
            scrapeSeconds.push(page.seconds);
            loopSeconds.push(loopSecondsIn(page.body) - MONITOR_SLEEP_SECONDS);
            pages.splice(0, 1, page.body);
          }
        }
        const together = await Promise.all(Array.from({ length: AT_ONCE }, () => clients.send('/metrics')));
        phases.push({ what, from, to: Date.now() });
        const beside = await probes!.seconds();
        findings.count(
          `${what}: scrapes of ${SCRAPES + AT_ONCE} not answered`,
          failed + together.filter((page) => page?.status !== 200).length,
          0,
        );
        findings.bound(`${what}: series`, Math.min(...pages.map(seriesIn), ...together.map((page) => seriesIn(page!.body))), {
          min: SERIES_MIN,
        });
        const texts = new Set(together.map((page) => createHash('sha256').update(page!.body).digest('hex')));
        findings.bound(`${what}: texts rendered for ${AT_ONCE} scrapers at once`, texts.size, { max: FULL ? 2 : AT_ONCE - 1 });
        findings.count(`${what}: still so afterwards`, Number(isThere(await series())), 1);
        findings.time(`${what}: scrape`, scrapeSeconds, 'longest', SCRAPE_SECONDS_MAX);
        findings.time(
          `${what}: the event loop held, with the wait for a processor and less what its monitor sleeps`,
          loopSeconds,
          'longest',
          HELD_SECONDS_MAX,
        );
        findings.added(`${what}: latency of another request`, [[before, beside]], () => HELD_SECONDS_MAX);
      }
      fileSizeOf(sidecar, 'unlimited');
      await Promise.all(started.map(({ stop }) => stop()));
      if (prometheus !== undefined) {
        const up = await prometheus.query('min_over_time(up[1h])', 'job');
        findings.count('up, at its least in Prometheus over all of it', up.get('modelwatch') ?? NaN, 1);
        await prometheus.close();
      }
      sidecar.kill('SIGTERM');
      const { stderr } = await sidecar.end;
      for (const { what, from, to } of phases) {
        const turns = loopHeldSeconds(stderr, from, to);
        findings.bound(`${what}: turns of the event loop above 2 ms`, turns.length, { min: FULL ? 1 : 0 });
        findings.time(`${what}: the event loop held by what runs in it`, turns, 'longest', HELD_SECONDS_MAX);
      }
    } finally {
      await place.remove();
      await upstream.close();
    }
  });
});
