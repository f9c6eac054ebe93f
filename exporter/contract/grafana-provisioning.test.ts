import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { builtFile } from '../built-file.js';
import { digestText } from '../security/token.js';
import { COMPOSE } from './compose-file.js';
import type { Service } from './compose-file.js';

const root = path.join(import.meta.dirname, '..', '..');
const provisioning = path.join(root, 'provisioning', 'grafana');
const yaml = async <T>(name: string): Promise<T> => parse(await readFile(path.join(provisioning, name), 'utf8')) as T;
const { grafana, replay, 'grafana-secrets': secrets } = COMPOSE.services;
const environment = grafana.environment!;

interface DataSource {
  readonly name: string;
  readonly uid: string;
  readonly type: string;
  readonly access: string;
  readonly url: string;
  readonly isDefault?: boolean;
  readonly editable: boolean;
  readonly jsonData?: {
    readonly prometheusUid?: string;
    readonly exemplarTraceIdDestinations?: readonly { readonly datasourceUid: string }[];
  };
  readonly secureJsonData?: { readonly apiToken: string };
}
const { datasources } = await yaml<{ readonly datasources: readonly DataSource[] }>('datasources/modelwatch.yaml');
const sourceOf = (type: string) => datasources.find((source) => source.type === type)!;

/** Where the services of the stack listen, by the ports that they publish. */
const listening = Object.entries(COMPOSE.services as Readonly<Record<string, Service>>).flatMap(([name, { ports = [] }]) =>
  ports.map((port) => `http://${name}:${port.split(':')[2]!}`),
);

describe("Grafana's data sources", () => {
  it('are Prometheus, Modelwatch, Alertmanager and Tempo, each of a uid of its own, and not to be edited', () => {
    expect(datasources.map(({ type }) => type)).toEqual(['prometheus', 'modelwatch-datasource', 'alertmanager', 'tempo']);
    expect(new Set(datasources.map(({ uid }) => uid)).size).toBe(datasources.length);
    expect(datasources.filter(({ isDefault }) => isDefault === true)).toHaveLength(1);
    for (const { access, editable } of datasources) expect({ access, editable }).toEqual({ access: 'proxy', editable: false });
  });

  it('are asked where the services of the stack listen', () => {
    for (const { url } of datasources) {
      expect(url).toMatch(/^\$[A-Z_]+$/);
      expect(listening).toContain(environment[url.slice(1)]);
    }
  });

  it('name each other by uids that are there', () => {
    const uids = datasources.map(({ uid }) => uid);
    expect(uids).toContain(sourceOf('modelwatch-datasource').jsonData!.prometheusUid);
    for (const { datasourceUid } of sourceOf('prometheus').jsonData!.exemplarTraceIdDestinations!) expect(uids).toContain(datasourceUid);
  });

  it('hold no secret but the place of one, in a volume of its own', () => {
    const { apiToken } = sourceOf('modelwatch-datasource').secureJsonData!;
    const [, file] = /^\$__file\{(.+)\}$/.exec(apiToken)!;
    expect(grafana.volumes).toContain(`grafana-secrets:${path.posix.dirname(file!)}:ro`);
    expect(path.posix.dirname(environment['GF_SECURITY_ADMIN_PASSWORD__FILE']!)).toBe(path.posix.dirname(file!));
  });
});

describe("Grafana's boards and contact points", () => {
  it('are mounted where Grafana looks for them, and the provider names the folder of the boards', async () => {
    expect(grafana.volumes).toContain('./provisioning/grafana:/etc/grafana/provisioning:ro');
    const { providers } = await yaml<{ readonly providers: readonly Record<string, unknown>[] }>('dashboards/modelwatch.yaml');
    expect(providers).toMatchObject([{ type: 'file', allowUiUpdates: false, options: { path: '/etc/grafana/provisioning/dashboards' } }]);
    expect(providers[0]!['updateIntervalSeconds']).toBeGreaterThan(10);
    const boards = (await readdir(path.join(provisioning, 'dashboards'))).filter((name) => name.endsWith('.json'));
    const home = environment['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH']!;
    expect(boards).toContain(path.posix.relative('/etc/grafana/provisioning/dashboards', home));
  });

  it('add a contact point and replace nothing that is there', async () => {
    const file = await yaml<Record<string, unknown>>('alerting/contact-points.yaml');
    expect(Object.keys(file)).toEqual(['apiVersion', 'contactPoints']);
    expect(await readdir(path.join(provisioning, 'alerting'))).toEqual(['contact-points.yaml']);
  });

  it('come with both plugins, which Grafana is told to load unsigned', async () => {
    const mounted = grafana.volumes.flatMap((volume) => (typeof volume === 'string' ? [] : [path.posix.basename(volume.target)]));
    expect(mounted).toEqual(environment['GF_PLUGINS_ALLOW_LOADING_UNSIGNED_PLUGINS']!.split(','));
    const { dependencies } = JSON.parse(await readFile(path.join(root, 'panel-plugin/src/plugin.json'), 'utf8')) as {
      readonly dependencies: { readonly grafanaDependency: string };
    };
    const [least, pinned] = [/\d+\.\d+/.exec(dependencies.grafanaDependency), /\d+\.\d+/.exec(grafana.image)].map((found) =>
      Number(found![0]),
    );
    expect(pinned).toBeGreaterThanOrEqual(least!);
  });
});

describe('the secrets of the stack', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-secrets-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('let Grafana read and see failing requests, and nothing else; nobody but their owner reads them', async () => {
    const main = builtFile(import.meta.url, '../main.js');
    const script = secrets
      .command![0]!.replaceAll('/app/exporter/dist/main.js', main)
      .replaceAll(/\/var\/lib\/modelwatch(?:-tokens)?(?=\/)/g, folder);
    // Twice, as the stack is started twice.
    for (let i = 0; i < 2; i++) await promisify(execFile)('sh', ['-ec', script]);
    const token = (await readFile(path.join(folder, 'token'), 'utf8')).trim();
    const entries = parse(await readFile(path.join(folder, 'tokens.yaml'), 'utf8')) as unknown;
    expect(entries).toEqual([{ name: 'grafana', digest: digestText(token), scopes: ['read', 'operate'] }]);
    for (const name of ['token', 'admin-password']) {
      const file = path.join(folder, name);
      expect((await stat(file)).mode & 0o077).toBe(0);
      expect((await readFile(file, 'utf8')).trim().length).toBeGreaterThan(30);
    }
    expect(await readFile(path.join(folder, 'admin-password'), 'utf8')).not.toBe(`${token}\n`);
  });
});

describe('the replay', () => {
  it('sends a file that is mounted, with columns that it has, by options that the command has', async () => {
    // By a shell, which knows the time: after a restart ids are new as well, or ground truth would count nothing again.
    const [file, ...options] = replay.command![0]!.split(' replay ')[1]!.split(/\s+(?=--)/);
    const mount = replay.volumes.map(String).find((volume) => file!.startsWith(`${volume.split(':')[1]!}/`))!;
    const [source, target] = mount.split(':');
    const [header] = (await readFile(path.join(root, source!, path.posix.relative(target!, file!)), 'utf8')).split('\n');
    const given = new Map(options.map((option) => option.split('=', 2) as [string, string]));
    for (const option of ['--ground-truth-column', '--ground-truth-time-column']) expect(header!.split(',')).toContain(given.get(option));
    expect(listening).toContain(given.get('--url'));
    expect(given.get('--id-suffix')).toBe('-$$(date +%s)');
    const main = builtFile(import.meta.url, '../main.js');
    const { stdout } = await promisify(execFile)(process.execPath, [main, 'replay', '--help']);
    for (const option of given.keys()) expect(stdout).toContain(option);
  });
});

/** The client of Docker Compose, as a plugin of docker or by itself; it needs no daemon to read a file. */
const client = [['docker', 'compose'], ['docker-compose']].find((command) => {
  const asked = spawnSync(command[0]!, [...command.slice(1), 'version', '--short'], { encoding: 'utf8' });
  // The first generation does not know files of today.
  return asked.status === 0 && !/^v?1\./.test(asked.stdout);
});

// Debian's package is of the first generation, so a machine that has the client brought it itself. What the file mounts and listens on is held
// without it, in provisioning.test.ts.
if (client !== undefined) {
  const [program, ...rest] = client;
  describe('docker compose', () => {
    it('takes the stack with each profile, and resolves every service', async () => {
      const profiles = ['mlflow', 'postgres', 'traces'].flatMap((profile) => ['--profile', profile]);
      const args = [...rest, '--file', path.join(root, 'docker-compose.yml'), ...profiles, 'config', '--services'];
      const { stdout } = await promisify(execFile)(program!, args);
      expect(stdout.trim().split('\n').toSorted()).toEqual(Object.keys(COMPOSE.services).toSorted());
    });
  });
}
