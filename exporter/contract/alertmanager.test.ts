import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ALERT_FAMILIES, generateAlertmanager, SLO_ALERTS } from '@modelwatch/core';
import { parse } from 'yaml';
import { parseConfig } from '../config/index.js';
import { startAlertmanager } from './alertmanager-server.js';
import { hasProgram, runProgram } from './debian-program.js';

// Two teams, a critical model, a business owner, receivers of every kind, tickets that wait at night, and two sidecars that are told.
const CONFIG = `
alertmanager:
  sidecars: [http://one:9810, http://two:9810]
  pager: pagerduty
  tickets: slack
  owners: opsgenie
  maintenance:
    - { name: nights, start: '01:00', end: '05:00', location: Europe/Berlin }
    - { name: weekend, weekdays: [saturday, sunday] }
models:
  - { name: flights-late, team: travel, critical: true, businessOwner: operations, champion: { version: '1' } }
  - { name: north, team: rail, critical: true, businessOwner: operations, champion: { version: '1' }, slo: [{ sli: availability, objective: 0.99, combine: lines }] }
  - { name: south, team: rail, critical: true, businessOwner: revenue, champion: { version: '1' }, slo: [{ sli: availability, objective: 0.99, combine: lines }] }
  - { name: fares, team: travel, businessOwner: revenue, champion: { version: '1' } }
  - { name: a.b, team: risk, champion: { version: '1' } }
`;

/** Alertmanager alone: kinds need their secrets where they send, and sidecars are nowhere. Silencing and grouping need neither. */
const SILENT = CONFIG.replace(/^ {2}(sidecars|pager|tickets|owners): .*\n/gm, '');

function generated(text = CONFIG): string {
  const config = parseConfig(text, 'alertmanager.yaml');
  if (!config.ok) throw new Error(JSON.stringify(config.faults));
  return generateAlertmanager(config.value).text;
}

interface Route {
  readonly receiver?: string;
  readonly group_wait?: string;
  readonly repeat_interval?: string;
  readonly mute_time_intervals?: readonly string[];
  readonly matchers?: readonly string[];
  readonly routes?: readonly Route[];
}
const everyRoute = (route: Route): readonly Route[] => [route, ...(route.routes ?? []).flatMap(everyRoute)];

describe('the configuration of Alertmanager', () => {
  const content = parse(generated()) as {
    readonly route: Route;
    readonly receivers: readonly { readonly name: string }[];
    readonly inhibit_rules: readonly Readonly<Record<'source_matchers' | 'target_matchers', readonly string[]>>[];
  };

  it('holds no secret: each stands in a file of its receiver', () => {
    const secrets = JSON.stringify(content.receivers).match(/"\w*(?:key|url|token|password|credentials)\w*":"[^"]*"/g)!;
    expect(secrets).toEqual([
      ...['one', 'two'].flatMap((host) => [
        `"url":"http://${host}:9810/v1/alerts"`,
        '"credentials_file":"/etc/alertmanager/secrets/modelwatch"',
      ]),
      '"api_url_file":"/etc/alertmanager/secrets/unrouted"',
      '"routing_key_file":"/etc/alertmanager/secrets/travel-pager"',
      '"api_url_file":"/etc/alertmanager/secrets/travel-tickets"',
      '"routing_key_file":"/etc/alertmanager/secrets/rail-pager"',
      '"api_url_file":"/etc/alertmanager/secrets/rail-tickets"',
      '"routing_key_file":"/etc/alertmanager/secrets/risk-pager"',
      '"api_url_file":"/etc/alertmanager/secrets/risk-tickets"',
      '"api_key_file":"/etc/alertmanager/secrets/operations-owner"',
      '"api_key_file":"/etc/alertmanager/secrets/revenue-owner"',
    ]);
  });

  it('lets tickets wait in maintenance, and never a page', () => {
    const muted = everyRoute(content.route).filter((route) => route.mute_time_intervals !== undefined);
    expect(muted.length).toBe(6);
    for (const route of muted) {
      expect(route).toMatchObject({ receiver: expect.stringMatching(/-tickets$/), mute_time_intervals: ['nights', 'weekend'] });
    }
  });

  it('pages again within the hour for a group of critical models', () => {
    const hourly = everyRoute(content.route).filter((route) => route.repeat_interval === '1h');
    expect(hourly.map(({ matchers }) => matchers![1])).toEqual(['model="flights-late"', 'model=~"north|south|lines"']);
  });

  it('lets what escalates wait for nothing, and tells owners of it sooner and once', () => {
    const escalated = everyRoute(content.route).filter((route) => route.matchers?.includes('escalate="true"'));
    expect(escalated.map(({ receiver, group_wait, repeat_interval }) => `${receiver} ${group_wait} ${repeat_interval}`)).toEqual([
      'operations-owner 30s 1d',
      'revenue-owner 30s 1d',
      'travel-tickets 30s 4h',
      'rail-tickets 30s 4h',
      'risk-tickets 30s 4h',
    ]);
    expect(escalated.filter((route) => route.mute_time_intervals !== undefined)).toEqual([]);
  });

  it('routes and silences by names of alerts that there are', () => {
    const known = new Set<string>([...ALERT_FAMILIES, ...SLO_ALERTS].map(({ name }) => name));
    const matchers = [
      ...everyRoute(content.route).flatMap((route) => route.matchers ?? []),
      ...content.inhibit_rules.flatMap((rule) => [...rule.source_matchers, ...rule.target_matchers]),
    ];
    const named = matchers.flatMap((matcher) => matcher.match(/Modelwatch\w+/g) ?? []);
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });
});

const PAGE = { alertname: 'ModelwatchAvailabilityLow', severity: 'page' };
const DRIFT = { alertname: 'ModelwatchFeatureDrift', severity: 'ticket', version: '1' };
const QUALITY = { alertname: 'ModelwatchQualityDrop', version: '1' };
const BURN = { alertname: 'ModelwatchSloBurnFast', slo: 'availability' };
const EARLY = { alertname: 'ModelwatchSloHalfSpentEarly', slo: 'quality', severity: 'ticket', escalate: 'true' };
const TRAVEL = { model: 'flights-late', team: 'travel' };
const FARES = { model: 'fares', team: 'travel' };
const LINES = { model: 'lines', team: 'rail' };
const RISK = { model: 'a.b', team: 'risk' };

/** An alert, and who is told of it. */
const ROUTES: readonly (readonly [labels: Readonly<Record<string, string>>, receivers: string])[] = [
  [{ ...PAGE, ...TRAVEL }, 'travel-pager'],
  [{ ...PAGE, ...FARES }, 'travel-pager'],
  [{ ...PAGE, ...RISK }, 'risk-pager'],
  [{ ...DRIFT, ...TRAVEL }, 'travel-tickets'],
  [{ ...DRIFT, ...RISK }, 'risk-tickets'],
  [{ ...QUALITY, ...TRAVEL, severity: 'page' }, 'operations-owner,travel-pager'],
  [{ ...QUALITY, ...FARES, severity: 'ticket' }, 'revenue-owner,travel-tickets'],
  [{ ...QUALITY, ...RISK, severity: 'ticket' }, 'risk-tickets'],
  [{ ...BURN, ...TRAVEL, severity: 'page' }, 'operations-owner,travel-pager'],
  [{ ...BURN, ...RISK, severity: 'ticket' }, 'risk-tickets'],
  [{ ...BURN, ...LINES, severity: 'page' }, 'operations-owner,revenue-owner,rail-pager'],
  [{ ...EARLY, ...FARES }, 'revenue-owner,travel-tickets'],
  [{ ...EARLY, ...RISK }, 'risk-tickets'],
  [{ alertname: 'ModelwatchSidecarDown', ...TRAVEL, severity: 'ticket', job: 'modelwatch', instance: 'a' }, 'travel-tickets'],
  [{ alertname: 'ModelwatchWarmUp', ...TRAVEL, severity: 'info' }, 'nobody'],
  [{ alertname: 'ModelwatchMaintenance', ...TRAVEL, severity: 'info' }, 'nobody'],
  [{ alertname: 'ModelwatchRetrainOverdue', ...TRAVEL, severity: 'ticket', kind: 'retrain' }, 'travel-tickets'],
  [{ alertname: 'ModelwatchFeatureDrift', model: 'gone', team: 'nobody-knows', severity: 'ticket' }, 'unrouted'],
  [{ alertname: 'NodeDown', severity: 'page' }, 'unrouted'],
];

(hasProgram('amtool') ? describe : describe.skip)('amtool', () => {
  let folder: string;
  let file: string;
  let silent: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-amtool-'));
    [file, silent] = [path.join(folder, 'alertmanager.yml'), path.join(folder, 'silent.yml')];
    await writeFile(file, generated());
    await writeFile(silent, generated(SILENT));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('accepts it, with receivers of every kind', async () => {
    expect(await runProgram('amtool', ['check-config', file])).toMatchObject({ code: 0, text: expect.stringContaining('SUCCESS') });
  });

  it.each(ROUTES)('%j goes to %s, and sidecars are told beside, of what is ours', async (labels, receivers) => {
    const given = Object.entries(labels).map(([label, value]) => `${label}=${value}`);
    const toldBy = async (config: string) =>
      (await runProgram('amtool', ['config', 'routes', 'test', `--config.file=${config}`, ...given])).text.split('\n')[0];
    expect(await toldBy(silent)).toBe(receivers);
    expect(await toldBy(file)).toBe(labels['alertname']!.startsWith('Modelwatch') ? `modelwatch,${receivers}` : receivers);
  });
});

/** Alerts that fire together, and which of them are silenced by the others. */
const SILENCED: readonly (readonly [why: string, alerts: readonly Readonly<Record<string, string>>[], silenced: readonly string[]])[] = [
  [
    'a sidecar that is down silences what is said of it, and nothing of another',
    [
      { alertname: 'ModelwatchSidecarDown', ...TRAVEL, job: 'm', instance: 'a', severity: 'ticket' },
      { alertname: 'ModelwatchQueueing', ...TRAVEL, job: 'm', instance: 'a', severity: 'ticket' },
      { alertname: 'ModelwatchWatchingImpaired', ...TRAVEL, job: 'm', instance: 'b', severity: 'ticket' },
    ],
    ['ModelwatchQueueing'],
  ],
  [
    'a warm-up silences drift of its model, and neither errors nor another model',
    [
      { alertname: 'ModelwatchWarmUp', ...TRAVEL, severity: 'info' },
      { ...DRIFT, ...TRAVEL, feature: 'distance' },
      { ...PAGE, ...TRAVEL },
      { alertname: 'ModelwatchOutputDrift', ...FARES, severity: 'ticket', version: '1' },
    ],
    ['ModelwatchFeatureDrift'],
  ],
  [
    'maintenance of a model silences pages and tickets of it, and neither another model nor refused calls',
    [
      { alertname: 'ModelwatchMaintenance', ...TRAVEL, severity: 'info' },
      { ...PAGE, ...TRAVEL },
      { ...DRIFT, ...TRAVEL, feature: 'distance' },
      { alertname: 'ModelwatchSidecarDown', ...TRAVEL, job: 'm', instance: 'a', severity: 'ticket' },
      { alertname: 'ModelwatchAccessDenied', ...TRAVEL, job: 'm', instance: 'a', severity: 'page' },
      { alertname: 'ModelwatchLatencyHigh', ...FARES, severity: 'ticket' },
    ],
    ['ModelwatchAvailabilityLow', 'ModelwatchFeatureDrift', 'ModelwatchSidecarDown'],
  ],
  [
    'the page of an objective silences its ticket, and not that of another objective',
    [
      { alertname: 'ModelwatchSloBurnFast', slo: 'latency', version: '1', ...TRAVEL, severity: 'page' },
      { alertname: 'ModelwatchSloBurnSlow', slo: 'latency', version: '1', ...TRAVEL, severity: 'ticket' },
      { alertname: 'ModelwatchSloBurnSlow', slo: 'quality', version: '1', ...TRAVEL, severity: 'ticket' },
      { alertname: 'ModelwatchSloBurnSlow', slo: 'latency', version: '2', ...TRAVEL, severity: 'ticket' },
    ],
    ['ModelwatchSloBurnSlow'],
  ],
  [
    'a budget that is spent silences that half of it was, and nothing that burns anew',
    [
      { alertname: 'ModelwatchSloBreached', slo: 'latency', ...TRAVEL, severity: 'page' },
      { alertname: 'ModelwatchSloHalfSpent', slo: 'latency', ...TRAVEL, severity: 'ticket' },
      { alertname: 'ModelwatchSloBurnSlow', slo: 'latency', version: '1', ...TRAVEL, severity: 'ticket' },
      { alertname: 'ModelwatchSloBlind', slo: 'latency', ...TRAVEL, severity: 'ticket' },
    ],
    ['ModelwatchSloHalfSpent'],
  ],
  [
    'half of a budget that went early silences that half of it went',
    [
      { ...EARLY, ...FARES },
      { alertname: 'ModelwatchSloHalfSpent', slo: 'quality', ...FARES, severity: 'ticket' },
    ],
    ['ModelwatchSloHalfSpent'],
  ],
  [
    'a drop of quality stands for the drift of its version',
    [
      { ...QUALITY, ...TRAVEL, severity: 'page', quality: 'accuracy' },
      { ...DRIFT, ...TRAVEL, feature: 'distance' },
      { alertname: 'ModelwatchOutputDrift', ...TRAVEL, severity: 'ticket', version: '2' },
    ],
    ['ModelwatchFeatureDrift'],
  ],
  [
    'a model that nobody watches silences all else that is said of it, and nothing that is said of a sidecar',
    [
      { alertname: 'ModelwatchModelAbsent', ...TRAVEL, severity: 'page' },
      { alertname: 'ModelwatchAccessDenied', ...TRAVEL, job: 'm', instance: 'a', severity: 'page' },
      { alertname: 'ModelwatchSidecarDown', ...TRAVEL, job: 'm', instance: 'b', severity: 'ticket' },
      { ...DRIFT, ...TRAVEL },
      { ...DRIFT, ...RISK, alertname: 'ModelwatchOutputDrift' },
    ],
    ['ModelwatchFeatureDrift'],
  ],
];

(hasProgram('prometheus-alertmanager') ? describe : describe.skip)('a real Alertmanager', () => {
  it('silences one alert by another where they have one cause', async () => {
    for (const [why, alerts, silenced] of SILENCED) {
      const server = await startAlertmanager(generated(SILENT));
      try {
        await server.send(alerts);
        // What silences is looked up when the alerts are asked for.
        const { told, silenced: those } = await server.told();
        expect([why, those]).toEqual([why, silenced]);
        expect(told.length).toBe(alerts.length - silenced.length);
      } finally {
        await server.close();
      }
    }
  }, 120_000);

  it('tells what a model suffers of one kind as one message, and of another kind or model as another', async () => {
    const server = await startAlertmanager(generated(SILENT));
    try {
      await server.send([
        { ...PAGE, ...RISK, incident: 'serving' },
        { ...BURN, ...RISK, severity: 'page', incident: 'serving', version: '1' },
        { alertname: 'ModelwatchLatencyHigh', ...FARES, severity: 'page', incident: 'serving' },
        { ...DRIFT, ...RISK, incident: 'data', feature: 'distance' },
        { ...DRIFT, ...RISK, incident: 'data', feature: 'carrier' },
        { alertname: 'ModelwatchMissingRatioHigh', ...RISK, incident: 'data', severity: 'ticket' },
      ]);
      let groups = await server.groups();
      // Alerts are put into groups by a task of its own.
      for (let i = 0; i < 100 && groups.flatMap(([, alerts]) => alerts).length < 6; i++) {
        await pause(50);
        groups = await server.groups();
      }
      expect(groups).toEqual([
        ['data a.b', ['ModelwatchFeatureDrift', 'ModelwatchFeatureDrift', 'ModelwatchMissingRatioHigh']],
        ['serving a.b', ['ModelwatchAvailabilityLow', 'ModelwatchSloBurnFast']],
        ['serving fares', ['ModelwatchLatencyHigh']],
      ]);
    } finally {
      await server.close();
    }
  }, 60_000);
});
