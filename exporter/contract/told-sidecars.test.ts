import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateAlertmanager, type AlertsAnswer } from '@modelwatch/core';
import { parse } from 'yaml';
import { freePort } from '../bench/free-port.js';
import { parseConfig } from '../config/index.js';
import { digestText, newToken } from '../security/token.js';
import { startAlertmanager } from './alertmanager-server.js';
import { hasProgram, runProgram } from './debian-program.js';
import { startTestSidecar, until } from './test-sidecar.js';

function generated(yaml: string): string {
  const config = parseConfig(yaml, 'modelwatch.yaml');
  if (!config.ok) throw new Error(JSON.stringify(config.faults));
  return generateAlertmanager(config.value).text;
}

interface Content {
  readonly route: { readonly routes: readonly Readonly<Record<string, unknown>>[] };
  readonly receivers: readonly {
    readonly name: string;
    readonly webhook_configs?: readonly {
      readonly url: string;
      readonly http_config?: { readonly authorization: { readonly credentials_file: string } };
    }[];
  }[];
}
const contentOf = (yaml: string) => parse(generated(yaml)) as Content;

const MODELS = "models: [{ name: m, team: travel, champion: { version: '1' } }]\n";
const sidecars = (...urls: readonly string[]) => `alertmanager: { sidecars: ${JSON.stringify(urls)} }\n`;
const tokens = (token: string, open = '[infer, metrics]') =>
  `access: { open: ${open}, tokens: [{ name: alertmanager, digest: '${digestText(token)}', scopes: [ingest] }] }\n`;

describe('sidecars that are told of alerts', () => {
  it('are in no configuration that names none', () => {
    const { route, receivers } = contentOf(MODELS);
    expect(JSON.stringify([route, receivers])).not.toContain('"modelwatch"');
    expect(receivers.some((receiver) => 'webhook_configs' in receiver)).toBe(false);
  });

  it('are told first, of all that is ours, soon, muted by no maintenance, and others are told as before', () => {
    const config = `alertmanager: { sidecars: ['http://one:9810'], maintenance: [{ name: always }] }\n${MODELS}`;
    const [told, ...others] = contentOf(config).route.routes;
    expect(told).toEqual({
      matchers: ['alertname=~"Modelwatch.+"'],
      receiver: 'modelwatch',
      continue: true,
      group_by: ['model'],
      group_wait: '5s',
      group_interval: '1m',
      repeat_interval: '4h',
    });
    const before = contentOf(config.replace("sidecars: ['http://one:9810'], ", '')).route.routes;
    expect(others.slice(0, -1)).toEqual(before);
    expect(others.at(-1)).toEqual({ matchers: ['alertname=~"Modelwatch.+"'], receiver: 'unrouted' });
  });

  it.each<readonly [what: string, access: string, asked: readonly string[]]>([
    ['loopback without tokens', '', ['http://one:9810']],
    ['tokens', tokens('t'), ['http://one:9810', 'http://127.0.0.1:9810', 'http://[::1]', 'https://localhost']],
    [
      'a file of tokens',
      'access: { tokensFile: tokens.yaml }\n',
      ['http://one:9810', 'http://127.0.0.1:9810', 'http://[::1]', 'https://localhost'],
    ],
    ['tokens and ingest open to all', tokens('t', '[ingest]'), []],
    ['no tokens and ingest open, which then is not', 'access: { open: [ingest] }\n', ['http://one:9810']],
  ])('get a token where they ask for one: %s', (_what, access, asked) => {
    const config = `${access}${sidecars('http://one:9810', 'http://127.0.0.1:9810/', 'http://[::1]', 'https://localhost')}${MODELS}`;
    const webhooks = contentOf(config).receivers[0]!.webhook_configs!;
    const paths = ['http://one:9810', 'http://127.0.0.1:9810', 'http://[::1]', 'https://localhost'].map((url) => `${url}/v1/alerts`);
    expect(webhooks.map(({ url }) => url)).toEqual(paths);
    const withToken = webhooks.filter(
      ({ http_config: http }) => http?.authorization.credentials_file === '/etc/alertmanager/secrets/modelwatch',
    );
    expect(withToken.map(({ url }) => url)).toEqual(asked.map((url) => `${url}/v1/alerts`));
    expect(webhooks.filter((webhook) => 'http_config' in webhook).length).toBe(asked.length);
  });

  it('have a receiver of their own, whatever teams and owners are called', () => {
    const models = "models: [{ name: m, team: modelwatch, businessOwner: modelwatch, champion: { version: '1' } }]\n";
    const names = contentOf(sidecars('http://one:9810') + models).receivers.map(({ name }) => name);
    expect(names).toEqual(['modelwatch', 'unrouted', 'nobody', 'modelwatch-pager', 'modelwatch-tickets', 'modelwatch-owner']);
  });
});

const OURS = { model: 'm', team: 'travel' };
const DRIFT = { alertname: 'ModelwatchFeatureDrift', ...OURS, severity: 'ticket', feature: 'distance' };

(hasProgram('prometheus-alertmanager') ? describe : describe.skip)('a real Alertmanager with what is generated', () => {
  const token = newToken();
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-told-'));
    await writeFile(path.join(folder, 'modelwatch'), `${token}\n`);
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** With waits that a test has time for. */
  async function written(access: string, ...urls: readonly string[]): Promise<string> {
    const alertmanager = { secretsFolder: folder, sidecars: urls, maintenance: [{ name: 'always' }] };
    const text = generated(`${access}alertmanager: ${JSON.stringify(alertmanager)}\n${MODELS}`)
      .replace('group_wait: 5s', 'group_wait: 10ms')
      .replace('group_interval: 1m', 'group_interval: 1s');
    const file = path.join(folder, 'alertmanager.yml');
    await writeFile(file, text);
    expect(await runProgram('amtool', ['check-config', file])).toMatchObject({ code: 0 });
    return text;
  }

  it.each([
    ['which asks for a token', tokens(token, '[read, metrics]')],
    ['on loopback without tokens', ''],
  ])(
    'tells a sidecar %s of every alert of ours and of its end, though another sidecar is away and tickets wait',
    async (_what, access) => {
      const sidecar = await startTestSidecar(`${access}store: { path: ':memory:' }\n${MODELS}`);
      const server = await startAlertmanager(await written(access, `http://127.0.0.1:${await freePort()}`, sidecar.url));
      const told = async (query: string) => {
        const { alerts } = (await (await fetch(`${sidecar.url}/v1/alerts${query}`)).json()) as AlertsAnswer;
        return alerts.map(({ name, model, severity }) => [name, model, severity].join(' ')).toSorted();
      };
      try {
        const startsAt = new Date(Date.now() - 60_000).toISOString();
        const ofNoTeam = { alertname: 'ModelwatchLatencyHigh', model: 'gone', team: 'nobody-knows', severity: 'page' };
        await server.send([{ alertname: 'NodeDown', severity: 'page', model: 'm' }, DRIFT, ofNoTeam], { startsAt });
        const all = ['ModelwatchFeatureDrift m ticket', 'ModelwatchLatencyHigh gone page'];
        await until(async () => (await told('?state=firing')).length === all.length);
        expect(await told('')).toEqual(all);
        await server.send([DRIFT], { startsAt, endsAt: new Date().toISOString() });
        await until(async () => (await told('?state=resolved')).length === 1);
        // What only silences others stands in the log too.
        await server.send([{ alertname: 'ModelwatchMaintenance', ...OURS, severity: 'info' }]);
        await until(async () => (await told('?state=firing')).length === 2);
        expect(await told('?state=firing')).toEqual(['ModelwatchLatencyHigh gone page', 'ModelwatchMaintenance m info']);
      } finally {
        await server.close();
        await sidecar.close();
      }
    },
    60_000,
  );
});
