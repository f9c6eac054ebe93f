import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from '@playwright/test';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { FLIGHTS, startTestSidecar, type TestSidecar, until } from '../../exporter/contract/test-sidecar.js';
import { flightRows, sendFlights } from '../../exporter/contract/flights-traffic.js';
import { digestText, newToken } from '../../exporter/security/token.js';
import { CHROMIUM, type HarnessPage, launchChromium, openHarness } from './browser.js';
import { dataProxy, type ProxiedSource } from './data-proxy.js';
import type { SourceQuery } from './page-api.js';
import { RUNTIMES } from './runtimes.js';

/* The data source as it is built, in Chromium, against an exporter that serves the flights example, through what stands for Grafana's data
   proxy: the browser knows no token, the exporter knows no Grafana. */

const token = { read: newToken(), operate: newToken() };
const YAML = `
store: { path: ':memory:' }
access:
  readPerSecondMax: 10000
  operatePerSecondMax: 10000
  tokens:
    - { name: grafana, digest: '${digestText(token.read)}', scopes: [read] }
    - { name: operator, digest: '${digestText(token.operate)}', scopes: [infer, ingest, operate, read, admin, metrics] }
models:
  - name: flights-late
    champion:
      version: '1'
      onnx: { path: ${path.join(FLIGHTS, 'champion.onnx')} }
      baseline: ${path.join(FLIGHTS, 'baseline.json')}
    challengers: [{ version: '2', onnx: { path: ${path.join(FLIGHTS, 'challenger.onnx')} } }]
    output: { tensor: probabilities, column: 1 }
    slices: [{ name: origin, feature: origin }]
    cost: { currency: USD, cpuSecondPrice: 0.000012, replicaHourPrice: 0.04 }
`;
const ROWS = 1500;
const OPERATOR = { authorization: `Bearer ${token.operate}` };
const JSON_TYPE = { 'content-type': 'application/json' };

/** The names of a table in a file of the data source; what is new there is asked here at once. */
function namesIn(file: string, table: RegExp): readonly string[] {
  const text = readFileSync(path.join(import.meta.dirname, '..', '..', 'datasource-plugin', 'src', file), 'utf8');
  const body = table.exec(text)?.[1] ?? '';
  return [...body.matchAll(/^ {2}'?([\w-]+)'?(?:: \{|,)/gm)].map(([, name]) => name!);
}

const fileOf = (kind: string) => `queries/${kind.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.tsx`;

/** Every kind with each of its parts. */
const QUERIES: readonly SourceQuery[] = namesIn('queries/index.ts', /QUERY_KINDS[^{]*\{([^}]*)\}/).flatMap((queryType) => {
  const about = { queryType, model: 'flights-late', challenger: '2', slice: 'origin', feature: 'dep_delay' };
  const parts = existsSync(path.join(import.meta.dirname, '../../datasource-plugin/src', fileOf(queryType)))
    ? namesIn(fileOf(queryType), /const PARTS = \{(.*?)\n\}/s)
    : [];
  return parts.length === 0 ? [about] : parts.map((part) => ({ ...about, part }));
});
const nameOf = ({ queryType, part }: SourceQuery) => (part === undefined ? queryType : `${queryType}/${part}`);

/** What the token of a Viewer, which reads alone, is told where a kind needs more. */
const SCOPE_MISSING = /^Samples need a token with the scope `operate`/;

/** Kinds that this exporter has something to say on, with the configuration and the traffic of this test. */
const WITH_FRAMES = ['models', 'slices', 'shadow', 'explanations', 'calibration', 'groundTruth', 'cost', 'events'];

/** What the views take from which answer without a transformation. */
const DRAWN: readonly (readonly [query: string, view: string])[] = [
  ['models', 'registry-board'],
  ['shadow/agreement', 'shadow-verdict'],
];

const withChromium = existsSync(CHROMIUM) ? describe : describe.skip;

withChromium('the data source against an exporter with flights', () => {
  let browser: Browser;
  let exporter: TestSidecar;
  let source: ProxiedSource;

  beforeAll(async () => {
    exporter = await startTestSidecar(YAML);
    source = { url: exporter.url, secureJsonData: { apiToken: token.read } };
    const ready = async () => {
      const answer = await fetch(`${exporter.url}/v1/models`, { headers: OPERATOR });
      const { models } = (await answer.json()) as { readonly models: readonly { ready: boolean; challengers: { ready: boolean }[] }[] };
      return models.every((model) => model.ready && model.challengers.every((one) => one.ready));
    };
    await until(ready);
    const authorised: TestSidecar = { ...exporter, post: (route, body) => exporter.post(route, body, { ...JSON_TYPE, ...OPERATOR }) };
    await sendFlights(authorised, 'flights-late', flightRows('live.csv').slice(0, ROWS));
    const event = { id: 'd-1', kind: 'deploy', model: 'flights-late', version: '1', status: 'succeeded', time: Date.now() / 1000 - 600 };
    expect((await authorised.post('/v1/events', JSON.stringify(event))).status).toBe(200);
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await exporter?.close();
  });

  describe.each(RUNTIMES)('on $name', (runtime) => {
    let harness: HarnessPage;
    beforeAll(async () => {
      harness = await openHarness(
        browser,
        runtime,
        dataProxy(() => source),
      );
    });
    afterAll(() => harness?.close());

    it('is healthy, and says what is wrong with a token, an address or a program that is not the exporter', async () => {
      expect(await harness.call('health')).toEqual({ status: 'success', message: 'Exporter 0.0.0-test answers and watches 1 model.' });
      expect(harness.complaints()).toEqual([]);
      const right = source;
      const wrong = [
        { ...right, secureJsonData: { apiToken: newToken() } },
        { ...right, secureJsonData: {} },
        { ...right, url: 'http://127.0.0.1:1' },
        // A server without such an API.
        { ...right, url: `${harness.url}elsewhere` },
      ];
      const said: string[] = [];
      for (source of wrong) {
        const { status, message } = await harness.call('health');
        said.push(`${status}: ${message}`);
      }
      source = right;
      // A browser tells of each status by itself.
      harness.complaints();
      expect(said.filter((text) => !/^error: [A-Z].{20,}/s.test(text))).toEqual([]);
      expect(said[0]).toMatch(/token/i);
      expect(said[0]).toBe(said[1]);
      expect(new Set(said).size).toBe(3);
    });

    it('answers every kind of query and every part, without an error', async () => {
      const answers = [];
      for (const query of QUERIES) {
        answers.push([nameOf(query), await harness.call('query', query)] as const);
      }
      const faults = answers.flatMap(([name, { errors, frames }]) => {
        const unexpected = errors.filter((error) => !SCOPE_MISSING.test(error)).map((error) => `${name}: ${error}`);
        const isSilent =
          WITH_FRAMES.includes(name.split('/')[0]!) && (frames.length === 0 || frames.every(({ fields }) => fields.length === 0));
        return isSilent ? [...unexpected, `${name}: no frame`] : unexpected;
      });
      expect(answers.length).toBeGreaterThan(12);
      expect(faults).toEqual([]);
      // A browser tells by itself of a status that refuses.
      const complaints = harness.complaints();
      expect(answers.every(([, { errors }]) => errors.length === 0) ? complaints : []).toEqual([]);
    });

    it.each(DRAWN)('%s is drawn as %s', async (name, view) => {
      const query = QUERIES.find((each) => nameOf(each) === name)!;
      const { marks, text, beyondX, beyondY } = await harness.call('showAnswer', query, view, { theme: 'dark', width: 600, height: 400 });
      expect([text.includes('Unable to render'), beyondX, beyondY]).toEqual([false, 0, 0]);
      expect(marks).toBeGreaterThan(3);
      expect(harness.complaints()).toEqual([]);
    });

    it('shows a form for each kind and for the settings, and gives annotations', async () => {
      const at = { theme: 'light', width: 900, height: 0 } as const;
      await harness.call('showConfigEditor', at);
      expect(
        (await harness.page.getByText('configured').count()) + (await harness.page.getByRole('button', { name: 'Reset' }).count()),
      ).toBeGreaterThan(0);
      for (const query of QUERIES) {
        await harness.call('showQueryEditor', query, at);
        expect(await harness.page.getByRole('combobox').count()).toBeGreaterThan(0);
      }
      expect(await harness.call('annotations')).toBe(1);
      expect(harness.complaints()).toEqual([]);
    });
  });

  it('lets no GET of a Viewer change anything, and takes nothing else to the exporter with the token', async () => {
    const harness = await openHarness(
      browser,
      RUNTIMES[0]!,
      dataProxy(() => source),
    );
    const proxied = `${harness.url}api/datasources/proxy/uid/modelwatch`;
    const state = async () => {
      const asked = ['/v1/models', '/v1/events?limit=1000', '/v1/registry/versions'].map(async (route) => {
        const answer = await fetch(exporter.url + route, { headers: OPERATOR });
        expect(answer.status).toBe(200);
        return (await answer.text()).replace(/AgeSeconds":[\d.]+/g, '');
      });
      return Promise.all(asked);
    };
    const before = await state();
    const changing = exporter.sidecar.routes.filter(({ method }) => method !== 'GET');
    const outcomes = new Map<string, number[]>();
    for (const { path: route, method } of changing) {
      const concrete = route.replace(':model', 'flights-late').replace(':version', '1').replace(/:\w+/g, '1').replace(/\*\w*/, '');
      const body = JSON.stringify({ model: 'flights-late', version: '2', kind: 'deploy', id: 'x', time: 1 });
      const get = await fetch(`${proxied}${concrete}?${new URLSearchParams({ model: 'flights-late', version: '2', method })}`);
      const override = await fetch(proxied + concrete, { headers: { 'x-http-method-override': method } });
      const sent = await fetch(proxied + concrete, { method, headers: JSON_TYPE, body });
      outcomes.set(`${method} ${route}`, [get.status, override.status, sent.status]);
    }
    await harness.close();
    expect(changing.length).toBeGreaterThan(5);
    // A GET finds nothing there, or what may be read; without the token the exporter refuses, which the proxy tells as 400.
    const surprising = [...outcomes].filter(([, [get, override, sent]]) => {
      const harmless = (status: number | undefined) => [200, 400, 404, 405].includes(status ?? 0);
      return !harmless(get) || !harmless(override) || sent !== 400;
    });
    expect(surprising).toEqual([]);
    expect(await state()).toEqual(before);
  });
});
