import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe } from '@jest/globals';
import { hasProgram } from '../contract/debian-program.js';
import { MODELS, parsePage } from '../contract/test-sidecar.js';
import { MALFORMED_REQUESTS } from '../models/open-inference/malformed.js';
import { ofCloudEvents, ofPredictions, ofTruths } from '../routes/malformed-events.js';
import { tensorRequest, together, type Clients } from './testing/clients.js';
import { FULL, promise } from './testing/promise.js';
import { makePlace } from './testing/sidecar-of.js';

const SCRAPES = FULL ? 300 : 15;
const CLIENTS = 3;
/** Hostile requests of each kind between two scrapes. */
const ROUNDS_BETWEEN = 20;
const EVENTS = [
  ...ofPredictions.map((event) => ['/v1/predictions', event] as const),
  ...ofCloudEvents.map((event) => ['/v1/predictions', event] as const),
  ...ofTruths.map((event) => ['/v1/ground-truth', event] as const),
];

/** What promtool says of a scrape; silent where it is well. */
function lint(page: string): string {
  const { stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: page, encoding: 'utf8' });
  return `${stdout}${stderr}`;
}

/** Series that must not fall: counters, and the counts of histograms. */
function fallen(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): readonly string[] {
  const rises = /^modelwatch_\w+_(?:total|bucket|sum|count)\{|^modelwatch_\w+_(?:total|bucket|sum|count)$/;
  return [...before].filter(([name, value]) => rises.test(name) && !((after.get(name) ?? NaN) >= value)).map(([name]) => name);
}

/** A request as nobody should send it, or a good one: by its number. */
async function disturb(clients: Clients, n: number): Promise<void> {
  const malformed = MALFORMED_REQUESTS[n % MALFORMED_REQUESTS.length]!;
  const [route, [, , body, headers]] = EVENTS[n % EVENTS.length]!;
  const length = malformed.headerLength === undefined ? {} : { 'inference-header-content-length': String(malformed.headerLength) };
  await clients.send('/v2/models/identity/infer', malformed.body, length);
  // As the table has them: a header that no client can send is none of these.
  await clients.send(route, body, headers);
  await clients.send('/v2/models/identity/infer', tensorRequest('FP32', { x: [n, 1 / n] }, [1, 2]), {
    'x-tenant': `"\\${n}"`,
  });
  await clients.send('/v1/ground-truth', JSON.stringify({ model: 'identity', id: String(n), value: n % 2 }));
  if (n % 50 === 0) await clients.send('/v2/models/divide/infer', tensorRequest('INT32', { a: [-2_147_483_648, 1], b: [-1, n + 2] }));
}

const needed = hasProgram('promtool') ? describe : describe.skip;
needed('with promtool', () => {
  promise('P23', `each of ${SCRAPES} scrapes under hostile traffic parses, and no counter falls`, async (findings) => {
    const served = (name: string, file: string) =>
      `  - { name: ${name}, champion: { version: '1', onnx: { path: ${path.join(MODELS, file)} } }, slices: [{ name: tenant, header: x-tenant }] }`;
    const place = await makePlace(`
store: { path: ':memory:' }
models:
${served('identity', 'identity-fp32.onnx')}
${served('divide', 'divide.onnx')}
`);
    try {
      const { clients } = await place.start();
      const pages: string[] = [];
      const open: string[] = [];
      let requests = 0;
      await together(CLIENTS, async () => {
        while (pages.length < SCRAPES) {
          const round = ++requests;
          await disturb(clients, round);
          if (round % ROUNDS_BETWEEN !== 0) continue;
          const [page, openMetrics] = await Promise.all([
            clients.send('/metrics'),
            clients.send('/metrics', undefined, { accept: 'application/openmetrics-text; version=1.0.0' }),
          ]);
          pages.push(page!.body.toString());
          open.push(openMetrics!.body.toString());
        }
      });
      const complaints = pages.map(lint).filter((text) => text !== '');
      findings.bound('hostile rounds between the first and the last', requests, { min: SCRAPES * ROUNDS_BETWEEN });
      findings.count('scrapes that promtool complains of', complaints.length, 0);
      const parsed = pages.map(parsePage);
      const falls = parsed.flatMap((page, i) => (i === 0 ? [] : fallen(parsed[i - 1]!, page)));
      findings.count('counters that fell', falls.length, 0);
      // prom-client's own are left out: of two scrapes in a moment, the second has no lag of the event loop to tell of.
      const own = parsed.flatMap((page) => [...page].filter(([name]) => name.startsWith('modelwatch_')));
      findings.count('values of ours that are no numbers', own.filter(([, value]) => Number.isNaN(value)).length, 0);
      findings.count(
        'OpenMetrics scrapes with NaN spelled otherwise',
        open.filter((page) => / nan$/im.test(page.replaceAll(' NaN', ''))).length,
        0,
      );
      findings.count('OpenMetrics scrapes without their end', open.filter((page) => !page.endsWith('# EOF\n')).length, 0);
      const twice = pages.filter((page) => new Set(namesOf(page)).size !== namesOf(page).length);
      findings.count('scrapes that name a series twice', twice.length, 0);
    } finally {
      await place.remove();
    }
  });
});

const namesOf = (page: string) =>
  page
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.slice(0, line.lastIndexOf(' ')));
