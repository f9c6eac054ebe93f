import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { median } from 'simple-statistics';
import { familyOf } from '../bench/process-family.js';
import { accountsIn, MODELS, until } from '../contract/test-sidecar.js';
import { tensorRequest, together, type Answer } from './testing/clients.js';
import { makeMemoryGroup } from './testing/memory-group.js';
import { paced } from './testing/paced.js';
import { FULL, promise } from './testing/promise.js';
import { makePlace, peakBytes, scheduled, sumOf } from './testing/sidecar-of.js';

const MEMORY_BYTES_MAX = 536_870_912;
/** As many as the model's child is kept busy by, and far fewer than come. */
const UNDER_WAY_MAX = 16;
const CLIENTS = 64;
const ANSWERS = FULL ? 300 : 60;
const OVERLOAD = 3;
const PAIRS = 3;
const SECONDS = 6;
const GOODPUT_MIN = 0.8;
const SHED_SECONDS_MAX = 0.005;
/** What the thread that sheds may run for each request that comes, however long it waits for its turn. */
const RAN_SECONDS_MAX = 0.002;
const WATCH_EVERY_MILLISECONDS = 50;
/** A few milliseconds of work. */
const BODY = tensorRequest('INT64', { n: [8000] });
const UNTOUCHED = ['/metrics', '/v2/health/live', '/v2/health/ready'];

promise('P6', 'three times what it can serve is shed at once, and costs neither what it serves nor its memory', async (findings) => {
  const group = await makeMemoryGroup(MEMORY_BYTES_MAX);
  const model = path.join(MODELS, 'hang.onnx');
  const place = await makePlace(`
server: { concurrencyMax: ${UNDER_WAY_MAX} }
store: { path: kept.db }
models:
  - name: m
    champion: { version: '1', onnx: { path: ${model} } }
    challengers: [{ version: '2', inFlightMax: 2, onnx: { path: ${model} } }]
`);
  try {
    const { clients, processId, series } = await place.start(group === undefined ? [] : [group.join]);
    await until(async () => (await series()).get('modelwatch_model_ready{model="m",version="2",role="challenger"}') === 1);
    const counts = { answered: 0, shed: 0, other: 0, untouched: 0, refused: 0 };
    const shedSeconds: number[] = [];
    const count = (answer: Answer | undefined) => {
      if (answer?.status === 200) counts.answered++;
      else if (answer?.status === 503 && answer.headers['retry-after'] !== undefined && answer.body.includes('"code":"overloaded"')) {
        counts.shed++;
        shedSeconds.push(answer.seconds);
      } else counts.other++;
    };
    const ask = async () => {
      count(await clients.send('/v2/models/m/infer', BODY));
    };
    let over = false;
    const watching = (async () => {
      while (!over) {
        for (const route of UNTOUCHED) if ((await clients.send(route))?.status !== 200) counts.refused++;
        counts.untouched += UNTOUCHED.length;
        await pause(WATCH_EVERY_MILLISECONDS);
      }
    })();
    const before = await scheduled(processId);
    await together(CLIENTS, async () => {
      while (counts.answered < ANSWERS) await ask();
    });
    if (FULL) {
      const ratios: number[] = [];
      shedSeconds.length = 0;
      for (let pair = 0; pair < PAIRS; pair++) {
        const peak = await goodput(counts, () => saturate(ask));
        const overloaded = await goodput(counts, () => paced(Math.ceil(OVERLOAD * peak), SECONDS, ask));
        ratios.push(overloaded / peak);
      }
      findings.bound(`answered a second at ${OVERLOAD} times the peak, to the peak, median of ${PAIRS} pairs`, median(ratios), {
        min: GOODPUT_MIN,
      });
    }
    const after = await scheduled(processId);
    over = true;
    await watching;
    if (before !== undefined && after !== undefined) {
      // The time a client sees holds what two cores have to do besides: a champion and a challenger that never rest, and the clients.
      const ran = after.ran - before.ran;
      const answers = counts.answered + counts.shed + counts.untouched;
      findings.bound('processor time of the main thread, a request', Number(((1000 * ran) / answers).toPrecision(3)), {
        max: RAN_SECONDS_MAX * 1000,
        unit: ' ms',
      });
      findings.bound(
        'what it waited for a processor, as a multiple of that',
        Number(((after.waited - before.waited) / ran).toPrecision(3)),
        {
          min: 0,
        },
      );
    }
    findings.bound('answered with 200', counts.answered, { min: ANSWERS });
    findings.bound('shed with 503 overloaded and Retry-After', counts.shed, { min: 1 });
    findings.count('answered otherwise', counts.other, 0);
    findings.time('until a request is shed', shedSeconds, 'p99', SHED_SECONDS_MAX);
    findings.bound('questions after metrics and health meanwhile', counts.untouched, { min: UNTOUCHED.length });
    findings.count('of them not answered with 200', counts.refused, 0);
    const page = await series();
    findings.bound(
      'copies for the challenger dropped',
      page.get('modelwatch_shadow_outcomes_total{model="m",version="2",role="challenger",outcome="dropped"}')!,
      { min: 1 },
    );
    const { received, answered, failed, shed, inFlight } = accountsIn(page, 'm');
    findings.count('received, less answered, failed and shed', received - answered - failed - shed - inFlight, 0);
    findings.count('shed, less what clients saw of it', shed - counts.shed, 0);
    findings.count('children that had to be replaced', sumOf(page, 'modelwatch_scorer_restarts_total{model="m"'), 0);
    let bytes = 0;
    for (const process of await familyOf(processId)) bytes += await peakBytes(process);
    findings.bound('highest resident memory of all its processes', Math.round(bytes / 1_048_576), {
      max: MEMORY_BYTES_MAX / 1_048_576,
      unit: ' MiB',
    });
    if (group !== undefined) findings.count('processes killed for want of memory', await group.killed(), 0);
  } finally {
    await place.remove();
    await group?.remove();
  }
});

/** As many as may be under way, each asking again as soon as it is answered. */
async function saturate(ask: () => Promise<void>): Promise<void> {
  const endMilliseconds = performance.now() + SECONDS * 1000;
  await together(UNDER_WAY_MAX, async () => {
    while (performance.now() < endMilliseconds) await ask();
  });
}

/** Answers of 200 a second while something is done. */
async function goodput(counts: { readonly answered: number }, work: () => Promise<unknown>): Promise<number> {
  const before = counts.answered;
  const startMilliseconds = performance.now();
  await work();
  return ((counts.answered - before) / (performance.now() - startMilliseconds)) * 1000;
}
