import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AlertRecord, AlertsAnswer } from '@modelwatch/core';
import { digestText, newToken } from '../security/token.js';
import { startAlertmanager, type AlertmanagerServer } from './alertmanager-server.js';
import { hasProgram } from './debian-program.js';
import { runSidecar } from './sidecar-process.js';
import { startTestSidecar, until, type TestSidecar } from './test-sidecar.js';

/** As Alertmanager 0.25 sends it: see the tests below, which let it. */
const messageOf = (...alerts: object[]) => ({
  receiver: 'modelwatch',
  status: 'firing',
  alerts,
  groupLabels: {},
  commonLabels: {},
  commonAnnotations: {},
  externalURL: 'http://alertmanager:9093',
  version: '4',
  groupKey: '{}:{}',
  truncatedAlerts: 0,
});
const START = '2026-11-20T10:00:00.123456789Z';
const firing = {
  status: 'firing',
  labels: { alertname: 'ModelwatchFeatureDrift', model: 'm', severity: 'ticket', feature: 'distance' },
  annotations: { summary: 'distance of m has drifted' },
  startsAt: START,
  endsAt: '0001-01-01T00:00:00Z',
  generatorURL: 'http://prometheus:9090/graph',
  fingerprint: '8d2ad6bbb2ca1ad6',
};
const resolved = { ...firing, status: 'resolved', endsAt: '2026-11-20T11:00:00+01:00' };

const alertsOf = async (url: string, query = ''): Promise<readonly AlertRecord[]> => {
  const response = await fetch(`${url}/v1/alerts${query}`);
  return ((await response.json()) as AlertsAnswer).alerts;
};
const MODELS = "models: [{ name: m, champion: { version: '1' } }]\n";

describe('the webhook', () => {
  let sidecar: TestSidecar;
  beforeAll(async () => {
    sidecar = await startTestSidecar(`store: { path: ':memory:' }\n${MODELS}`);
  });
  afterAll(() => sidecar.close());

  const post = async (body: unknown, headers?: Readonly<Record<string, string>>) => {
    const answer = await sidecar.post('/v1/alerts', typeof body === 'string' ? body : JSON.stringify(body), headers);
    const { code, ...rest } = answer.json() as { readonly code?: string };
    return [answer.status, code ?? rest];
  };

  it('counts an alert once, from its beginning to its end, and the series of a configured model are there before', async () => {
    const series = (name: string) => sidecar.series(`modelwatch_${name}`);
    const begun = 'alerts_total{model="m",alert="ModelwatchFeatureDrift",severity="ticket"}';
    expect([await series(begun), await series('alerts_firing{model="m",severity="ticket"}')]).toEqual([0, 0]);
    for (let again = 0; again < 2; again++)
      expect(await post(messageOf(firing, firing))).toEqual([
        200,
        again === 0 ? { begun: 1, ended: 0, repeated: 1 } : { begun: 0, ended: 0, repeated: 2 },
      ]);
    expect([await series(begun), await series('alerts_firing{model="m",severity="ticket"}')]).toEqual([1, 1]);
    const deploy = { id: 'd', kind: 'deploy', model: 'm', time: Date.parse(START) / 1000 + 1800 };
    expect((await sidecar.post('/v1/events', JSON.stringify(deploy))).status).toBe(200);
    expect(await post(messageOf({ ...resolved, endsAt: '2026-11-20T11:00:00Z' }))).toEqual([200, { begun: 0, ended: 1, repeated: 0 }]);
    expect([await series(begun), await series('alerts_firing{model="m",severity="ticket"}')]).toEqual([1, 0]);
    expect(await series('alert_remediation_seconds_sum{model="m",outcome="remedied"}')).toBeCloseTo(1800, 3);
    expect(await series('alert_remediation_seconds_count{model="m",outcome="resolved"}')).toBe(0);
    expect(await alertsOf(sidecar.url)).toEqual([
      {
        fingerprint: '8d2ad6bbb2ca1ad6',
        name: 'ModelwatchFeatureDrift',
        model: 'm',
        severity: 'ticket',
        state: 'resolved',
        startSeconds: Date.parse(START) / 1000,
        endSeconds: Date.parse('2026-11-20T11:00:00Z') / 1000,
        remediedSeconds: Date.parse(START) / 1000 + 1800,
        remedy: 'deploy',
        summary: 'distance of m has drifted',
        labels: { feature: 'distance' },
      },
    ]);
  });

  it.each<readonly [what: string, message: object]>([
    ['no alert', messageOf()],
    ['fields that we do not know', { ...messageOf({ ...firing, fingerprint: 'a1', silencedBy: [] }), notificationReason: 'new' }],
    ['no annotations', messageOf({ ...firing, fingerprint: 'a2', annotations: {} })],
    ['no name and no model', messageOf({ ...firing, fingerprint: 'a3', labels: { 'ünïcode.label': '\u0000x' } })],
    [
      'a name that is not ours',
      messageOf({ ...firing, fingerprint: 'a4', labels: { alertname: 'NodeDown', severity: 'sev1', model: 'x/y' } }),
    ],
    ['long labels', messageOf({ ...firing, fingerprint: 'a5', labels: { ...firing.labels, text: 'x'.repeat(100_000) } })],
    [
      'many labels',
      messageOf({ ...firing, fingerprint: 'a6', labels: Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`l${i}`, 'v'])) }),
    ],
    ['an end before its beginning', messageOf({ ...resolved, fingerprint: 'a7' })],
    ['half a surrogate', messageOf({ ...firing, fingerprint: 'a8', labels: { alertname: '\ud800' } })],
    ['1,500 alerts', messageOf(...Array.from({ length: 1500 }, (_, i) => ({ ...resolved, fingerprint: `b${i.toString(16)}` })))],
    ['a beginning before all time', messageOf({ ...firing, fingerprint: 'a9', startsAt: '0001-01-01T00:00:00Z' })],
  ])('takes a message with %s', async (_what, message) => {
    expect((await post(message))[0]).toBe(200);
  });

  it('counts names that are not configured together, and shows cut labels as they were told', async () => {
    const begun = await sidecar.seriesOf('modelwatch_alerts_total{model="__other__"');
    expect([...begun]).toEqual([['modelwatch_alerts_total{model="__other__",alert="__other__",severity="__other__"}', 1]]);
    const alerts = await alertsOf(sidecar.url, '?limit=1000&state=firing');
    const labelsOf = (print: string) => alerts.find(({ fingerprint }) => fingerprint === print)!.labels;
    expect(labelsOf('a3')).toEqual({ 'ünïcode.label': '\u0000x' });
    expect(labelsOf('a5')['text']).toBe('x'.repeat(256));
    expect(Object.keys(labelsOf('a6')).length).toBe(32);
    expect((await alertsOf(sidecar.url, '?model=x/y')).map(({ name, severity }) => [name, severity])).toEqual([['NodeDown', 'sev1']]);
  });

  it('counts alerts on objectives by their names, which come with the first', async () => {
    const labels = { alertname: 'ModelwatchSloBreached', model: 'm', severity: 'page', slo: 'latency' };
    expect((await post(messageOf({ ...firing, fingerprint: 'c1', labels })))[0]).toBe(200);
    expect(await sidecar.series('modelwatch_alerts_total{model="m",alert="ModelwatchSloBreached",severity="page"}')).toBe(1);
  });

  it.each<readonly [body: unknown, status: number, code: string]>([
    ['', 400, 'invalid_json'],
    ['{', 400, 'invalid_json'],
    ['['.repeat(40) + ']'.repeat(40), 400, 'too_deep'],
    [[], 400, 'invalid_form'],
    [{ version: '3', alerts: [] }, 400, 'invalid_form'],
    [{ alerts: [] }, 400, 'missing_field'],
    [messageOf({ ...firing, status: 'party' }), 400, 'invalid_form'],
    [messageOf({ ...firing, startsAt: 'soon' }), 400, 'invalid_form'],
    [messageOf({ ...firing, fingerprint: '../x' }), 400, 'invalid_form'],
    [messageOf({ ...firing, labels: { alertname: 7 } }), 400, 'invalid_form'],
    [' '.repeat(16_777_217), 413, 'body_too_large'],
  ])('refuses what no Alertmanager sends: %#', async (body, status, code) => {
    expect(await post(body)).toEqual([status, code]);
  });

  it('refuses what is not JSON by its type', async () => {
    expect(await post(messageOf(), { 'content-type': 'text/plain' })).toEqual([415, 'bad_content_type']);
  });

  it.each(['?state=gone', '?limit=0', '?limit=1001', '?from=2&to=1', '?after=x', '?colour=red', '?state=firing&state=firing'])(
    'refuses to read %s',
    async (query) => {
      expect((await fetch(`${sidecar.url}/v1/alerts${query}`)).status).toBe(400);
    },
  );

  it('is read page by page', async () => {
    let seen = 0;
    for (let after: string | undefined, pages = 0; ; pages++) {
      const response = await fetch(`${sidecar.url}/v1/alerts?state=resolved&limit=400${after === undefined ? '' : `&after=${after}`}`);
      const { alerts, next } = (await response.json()) as AlertsAnswer;
      seen += alerts.length;
      after = next;
      if (after === undefined || pages > 10) break;
    }
    expect(seen).toBe(1502);
  });
});

describe('a sidecar that is killed', () => {
  it('has every alert that it acknowledged, once', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-alerts-'));
    await writeFile(path.join(folder, 'modelwatch.yaml'), MODELS);
    const acknowledged = new Set<string>();
    for (let round = 0; round < 4; round++) {
      const sidecar = runSidecar(['--config', path.join(folder, 'modelwatch.yaml'), '--port', '0']);
      const url = await sidecar.url;
      const alerts = await alertsOf(url, '?limit=1000');
      const prints = alerts.map(({ fingerprint }) => fingerprint);
      expect(new Set(prints).size).toBe(prints.length);
      expect([...acknowledged].filter((print) => !prints.includes(print))).toEqual([]);
      const post = async (print: string) => {
        const body = JSON.stringify(messageOf({ ...firing, fingerprint: print }));
        const answer = await fetch(`${url}/v1/alerts`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
        if (answer.status === 200) acknowledged.add(print);
        return acknowledged.size;
      };
      const before = acknowledged.size;
      // Eight at once; the process dies with the tenth answer, others being under way.
      const senders = Array.from({ length: 8 }, async (_, sender) => {
        for (let i = 0; i < 100; i++) if ((await post(`${round}${sender}${i.toString(16)}`)) >= before + 10) sidecar.kill('SIGKILL');
      });
      await Promise.allSettled(senders);
      await sidecar.end;
      expect(acknowledged.size).toBeGreaterThanOrEqual(before + 10);
    }
    await rm(folder, { recursive: true });
  }, 60_000);
});

(hasProgram('prometheus-alertmanager') ? describe : describe.skip)('real Alertmanagers', () => {
  const token = newToken();
  const ACCESS = `access: { tokens: [{ name: alertmanager, digest: '${digestText(token)}', scopes: [ingest] }], open: [read, metrics] }\n`;
  const LABELS = { alertname: 'ModelwatchFeatureDrift', model: 'm', severity: 'ticket' };
  let folder: string;
  const servers: AlertmanagerServer[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-pair-'));
    await writeFile(path.join(folder, 'token'), token);
  });
  afterAll(async () => {
    for (const server of servers) await server.close();
    await rm(folder, { recursive: true });
  });
  const start = async (url: string) => {
    const server = await startAlertmanager(`
route: { receiver: modelwatch, group_by: [model], group_wait: 10ms, group_interval: 1s, repeat_interval: 1h }
receivers:
  - name: modelwatch
    webhook_configs:
      - url: ${url}/v1/alerts
        http_config: { authorization: { credentials_file: ${folder}/token } }
`);
    servers.push(server);
    return server;
  };

  it('of which two tell the same alerts, are counted as one, and their ends too', async () => {
    const sidecar = await startTestSidecar(`${ACCESS}store: { path: ':memory:' }\n${MODELS}`);
    const pair = [await start(sidecar.url), await start(sidecar.url)];
    const alerts = ['distance', 'carrier'].map((feature) => ({ ...LABELS, feature }));
    const startsAt = new Date(Date.now() - 60_000).toISOString();
    const taken = async () => (await sidecar.series('modelwatch_http_requests_total{route="/v1/alerts",method="POST",code="2xx"}')) ?? 0;
    for (const server of pair) await server.send(alerts, { startsAt });
    await until(async () => (await taken()) >= 2);
    const begun = `modelwatch_alerts_total{model="m",alert="ModelwatchFeatureDrift",severity="ticket"}`;
    await until(async () => (await sidecar.series(begun)) === 2);
    const told = (await alertsOf(sidecar.url, '?state=firing')).map(({ labels, startSeconds }) => [labels['feature'], startSeconds]);
    expect(told.toSorted()).toEqual(['carrier', 'distance'].map((feature) => [feature, Date.parse(startsAt) / 1000]));
    const before = await taken();
    const endsAt = new Date().toISOString();
    for (const server of pair) await server.send(alerts, { startsAt, endsAt });
    await until(async () => (await taken()) >= before + 2);
    await until(async () => (await alertsOf(sidecar.url, '?state=resolved')).length === 2);
    expect((await alertsOf(sidecar.url)).map(({ endSeconds }) => endSeconds)).toEqual(
      [endsAt, endsAt].map((end) => Date.parse(end) / 1000),
    );
    expect(await sidecar.series(begun)).toBe(2);
    expect(await sidecar.series('modelwatch_alert_remediation_seconds_count{model="m",outcome="resolved"}')).toBe(2);
    await sidecar.close();
  }, 60_000);

  it('lose nothing while the store is down: it answers 503, and gets the alert once it is mended', async () => {
    const file = path.join(folder, 'store.db');
    const yaml = `${ACCESS}store: { path: ${file} }\n${MODELS}`;
    await (await startTestSidecar(yaml)).close();
    const sound = await readFile(file);
    await writeFile(file, Buffer.from(sound).fill(0xff, 100, 4096));
    const sidecar = await startTestSidecar(yaml);
    const answer = await sidecar.post('/v1/alerts', JSON.stringify(messageOf(firing)), {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
    });
    expect([answer.status, (answer.json() as { readonly code: string }).code]).toEqual([503, 'store_unavailable']);
    const server = await start(sidecar.url);
    await server.send([LABELS]);
    const refused = 'modelwatch_http_requests_total{route="/v1/alerts",method="POST",code="5xx"}';
    await until(async () => ((await sidecar.series(refused)) ?? 0) >= 2);
    await writeFile(file, sound);
    await until(async () => (await sidecar.series('modelwatch_alerts_firing{model="m",severity="ticket"}')) === 1);
    await sidecar.close();
  }, 90_000);
});
