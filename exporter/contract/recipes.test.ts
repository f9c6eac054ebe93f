import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { flightRows, flightsRequest } from './flights-traffic.js';
import { FLIGHTS, startTestSidecar, until, type TestSidecar } from './test-sidecar.js';

/* What the recipes ask a sidecar with curl is answered beside `npm start`, whose configuration this is. */

const RECIPES = path.join(import.meta.dirname, '..', '..', 'docs', 'recipes');
/** Its commands are for the configuration that it shows. */
const OF_THEIR_OWN = new Set(['proxy.md']);

interface Call {
  readonly page: string;
  readonly route: string;
  readonly body: string | undefined;
  /** As a shell sends them that has none of the variables. */
  readonly headers: Readonly<Record<string, string>>;
}

function callsOf(page: string): Call[] {
  const text = readFileSync(path.join(RECIPES, page), 'utf8').replaceAll(/\\\n\s*/g, ' ');
  const commands = text.matchAll(/^(?: {4})?curl (?:[^'\n]|'[^']*')*/gm);
  return [...commands].flatMap(([command]) => {
    const route = /(?:localhost|127\.0\.0\.1):9810(\/[^\s']*)/.exec(command)?.[1];
    if (route === undefined) return [];
    const headers = [...command.matchAll(/-H (["'])([\w-]+): (.*?)\1/g)].map(([, , name, value]) => [
      name!,
      value!.replaceAll(/\$\w+/g, ''),
    ]);
    return [{ page, route, body: /-d '([^']*)'/.exec(command)?.[1], headers: Object.fromEntries(headers) as Call['headers'] }];
  });
}

const calls = readdirSync(RECIPES)
  .filter((page) => page.endsWith('.md') && !OF_THEIR_OWN.has(page))
  .flatMap(callsOf);

let sidecar: TestSidecar;
beforeAll(async () => {
  const example = readFileSync(path.join(FLIGHTS, 'modelwatch.yaml'), 'utf8');
  sidecar = await startTestSidecar(example.replaceAll(/(path|baseline): ([\w-]+\.(?:onnx|json))$/gm, `$1: ${FLIGHTS}/$2`));
  const [first] = flightRows('live.csv');
  expect((await sidecar.post('/v2/models/flights-late/infer', flightsRequest([first!], first!['id']))).status).toBe(200);
  const predicted = 'modelwatch_predictions_total{model="flights-late",version="1",role="champion"}';
  await until(async () => (await sidecar.series(predicted)) === 1);
  await until(async () => (await fetch(`${sidecar.url}/v1/models/flights-late/explanations`)).ok);
}, 120_000);
afterAll(() => sidecar.close());

describe('a command of a recipe', () => {
  it('is found', () => {
    expect(calls.length).toBeGreaterThanOrEqual(12);
    expect(new Set(calls.map(({ page }) => page))).toEqual(
      new Set(
        ['access', 'events', 'explanations', 'ground-truth', 'route-alerts', 'samples', 'shadow', 'slices', 'snapshots'].map(
          (name) => `${name}.md`,
        ),
      ),
    );
  });

  it.each(calls.map((call) => [call.page, call.route, call] as const))('of %s is answered: %s', async (_page, route, { body, headers }) => {
    const answer = body === undefined ? await fetch(sidecar.url + route, { headers }) : await sidecar.post(route, body, headers);
    expect([answer.status, await answer.json()]).toEqual([200, expect.any(Object)]);
  });

  it.each(
    [...readFileSync(path.join(RECIPES, 'events.md'), 'utf8').matchAll(/^-d '(\{"id": "train-77"[^']*)'$/gm)].map(([, body]) => [body!]),
  )('of events.md that reports what lasts is taken: %s', async (body) => {
    expect((await sidecar.post('/v1/events', body)).json()).toEqual({ outcome: expect.stringMatching(/^(?:recorded|updated)$/) });
  });
});
