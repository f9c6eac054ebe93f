import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { generateAlertmanager, generateRules } from '@modelwatch/core';
import { parse } from 'yaml';
import { loadConfig } from '../config/index.js';
import { builtFile } from '../built-file.js';
import { digestText } from '../security/token.js';
import { COMPOSE } from './compose-file.js';
import type { Mount } from './compose-file.js';
import { hasProgram, runProgram } from './debian-program.js';

const root = path.join(import.meta.dirname, '..', '..');
const read = (name: string): Promise<string> => readFile(path.join(root, name), 'utf8');
const withPromtool = hasProgram('promtool') ? it : it.skip;
const withAmtool = hasProgram('amtool') ? it : it.skip;

/** Those that make tokens end at once, the replay asks and is not asked; the others serve. */
const {
  tokens,
  'grafana-secrets': grafanaSecrets,
  'alertmanager-secrets': alertmanagerSecrets,
  'postgres-secrets': postgresSecrets,
  replay,
  ...serving
} = COMPOSE.services;
const services = Object.entries(serving);
const all = Object.entries(COMPOSE.services);
/** Their images hold nothing but the program: no shell, and nothing that could ask it. */
const WITHOUT_HEALTHCHECK = ['otel-collector', 'tempo'];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-provisioning-'));
});
afterEach(() => rm(folder, { recursive: true }));

const HARDENED = { read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] };

describe('docker-compose.yml', () => {
  it.each(services)('%s is published on loopback alone, may write only its volumes, and has no privilege', (name, service) => {
    for (const port of service.ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
    expect(service).toMatchObject(HARDENED);
    expect(service.pids_limit).toBeGreaterThan(0);
    expect(service.healthcheck === undefined).toBe(WITHOUT_HEALTHCHECK.includes(name));
    expect(service.image).toMatch(/^[a-z./-]+:v?\d+(?:\.\d+){1,2}$/);
  });

  it('has nothing on the network that makes secrets, and publishes a port once', () => {
    for (const service of [tokens, grafanaSecrets, alertmanagerSecrets, postgresSecrets]) {
      expect(service).toMatchObject({ ...HARDENED, network_mode: 'none', restart: 'no' });
    }
    expect(replay).toMatchObject(HARDENED);
    const published = services.flatMap(([, { ports }]) => ports.map((port) => port.split(':')[1]));
    expect(new Set(published).size).toBe(published.length);
  });

  it.each(all)('%s mounts what is there: files of the repository, read-only, and declared volumes', async (_, { volumes }) => {
    for (const volume of volumes) {
      if (typeof volume !== 'string') {
        await expectBuiltPlugin(volume);
        continue;
      }
      const [source, target, mode] = volume.split(':');
      expect(target).toMatch(/^\//);
      if (source!.startsWith('./')) expect([source, existsSync(path.join(root, source!)), mode]).toEqual([source, true, 'ro']);
      else expect(Object.keys(COMPOSE.volumes)).toContain(source);
    }
  });

  it('tells by its health check whether the sidecar is ready', async () => {
    const [kind, program, option, script] = COMPOSE.services.exporter.healthcheck!.test;
    expect([kind, program, option]).toEqual(['CMD', 'node', '--eval']);
    let status = 200;
    const paths: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      paths.push(request.url);
      response.writeHead(status).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const check = () =>
      new Promise<number>((resolve) => {
        execFile(process.execPath, ['--eval', script!.replace(':9810', `:${port}`)], (error) =>
          resolve(error === null ? 0 : Number(error.code)),
        );
      });
    try {
      expect(await check()).toBe(0);
      status = 503;
      expect(await check()).toBe(1);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
    expect(await check()).toBe(1);
    expect(paths).toEqual(['/v2/health/ready', '/v2/health/ready']);
  });

  it('builds an image from files that are there and that reach the build', async () => {
    const { build } = COMPOSE.services.exporter;
    const dockerfile = await read(build!.dockerfile);
    const sent = (await read('.dockerignore')).split('\n').filter((line) => line.startsWith('!'));
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, sources]) => sources!.split(' '));
    expect(copied.length).toBeGreaterThan(5);
    for (const source of copied) {
      expect([source, existsSync(path.join(root, source))]).toEqual([source, true]);
      expect(sent).toContain(`!${source.split('/')[0]!}`);
    }
  });
});

/** A mount of what a workspace's build makes: the plugin of the folder's name, read-only, refused where it is not built. */
async function expectBuiltPlugin({ source, target, ...mount }: Mount): Promise<void> {
  expect(mount).toEqual({ type: 'bind', read_only: true, bind: { create_host_path: false } });
  const workspace = /^\.\/([a-z-]+)\/dist$/.exec(source)![1]!;
  const { id } = JSON.parse(await read(`${workspace}/src/plugin.json`)) as { readonly id: string };
  const { scripts } = JSON.parse(await read(`${workspace}/package.json`)) as { readonly scripts: Readonly<Record<string, string>> };
  expect(path.posix.basename(target)).toBe(id);
  expect(scripts['build']).toContain('webpack');
}

describe('the configuration of the sidecar', () => {
  /** The files as the container has them. */
  async function inContainer(): Promise<string> {
    const file = path.join(folder, 'modelwatch.yaml');
    await copyFile(path.join(root, 'provisioning', 'exporter', 'modelwatch.yaml'), file);
    await symlink(path.join(root, 'exporter', 'examples', 'flights'), path.join(folder, 'flights'));
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replaceAll('/var/lib/modelwatch-tokens/', `${folder}/`));
    await writeFile(path.join(folder, 'tokens.yaml'), '[]\n');
    return file;
  }

  it('is valid, names files that are mounted, and writes where it may', async () => {
    const config = await loadConfig(await inContainer());
    expect(config.ok ? [] : config.faults).toEqual([]);
    if (!config.ok) return;
    const { server, store } = config.value;
    expect(server.host).toBe('0.0.0.0');
    expect(COMPOSE.services.exporter.ports).toEqual([`127.0.0.1:9810:${server.port}`]);
    expect(COMPOSE.services.exporter.volumes).toContain(`exporter-data:${path.dirname(store.path)}`);
  });

  it('lets in the token that the stack makes, and no container without it changes anything', async () => {
    const file = await inContainer();
    await rm(path.join(folder, 'tokens.yaml'));
    const target = '/var/lib/modelwatch-tokens';
    for (const service of [tokens, COMPOSE.services.exporter]) expect(service.volumes.join()).toContain(`tokens:${target}`);
    const main = builtFile(import.meta.url, '../main.js');
    const args = ['token', ...tokens.command!.map((flag) => flag.replace(target, folder))];
    // Twice, as the stack is started twice.
    for (let i = 0; i < 2; i++) await promisify(execFile)(process.execPath, [main, ...args]);
    const config = await loadConfig(file);
    if (!config.ok) throw new Error('the configuration is at fault');
    const token = (await readFile(path.join(folder, 'token'), 'utf8')).trim();
    expect(config.value.access.tokens).toEqual([
      { name: 'operator', digest: digestText(token), scopes: ['read', 'ingest', 'operate', 'admin'] },
    ]);
    expect(config.value.access.open).toEqual(['infer', 'metrics']);
  });

  it('makes the rules and routes that are mounted', async () => {
    const config = await loadConfig(await inContainer());
    if (!config.ok) throw new Error('the configuration is at fault');
    for (const { path: name, text } of [...generateRules(config.value), generateAlertmanager(config.value)])
      expect(text).toBe(await read(name));
  });
});

describe('prometheus.yml', () => {
  it('scrapes and alerts services of the stack, at the ports they listen on', async () => {
    const config = parse(await read('provisioning/prometheus/prometheus.yml')) as {
      readonly scrape_configs: readonly { readonly static_configs: readonly { readonly targets: readonly string[] }[] }[];
      readonly alerting: {
        readonly alertmanagers: readonly { readonly static_configs: readonly { readonly targets: readonly string[] }[] }[];
      };
    };
    const targets = [...config.scrape_configs, ...config.alerting.alertmanagers].flatMap(({ static_configs: each }) =>
      each.flatMap((group) => group.targets),
    );
    const listening = services.flatMap(([name, { ports }]) => ports.map((port) => `${name}:${port.split(':')[2]!}`));
    expect(targets.map((target) => target.replace('localhost:9090', 'prometheus:9090')).every((target) => listening.includes(target))).toBe(
      true,
    );
    expect(targets).toContain('exporter:9810');
  });

  withPromtool('passes promtool with the rules it loads', async () => {
    const text = await read('provisioning/prometheus/prometheus.yml');
    const mounted = COMPOSE.services.prometheus.volumes
      .map(String)
      .find((volume) => volume.startsWith('./alert-rules:'))!
      .split(':')[1]!;
    expect(text).toContain(`${mounted}/*.yaml`);
    const file = path.join(folder, 'prometheus.yml');
    await writeFile(file, text.replace(mounted, path.join(root, 'alert-rules')));
    const { code, text: said } = await runProgram('promtool', ['check', 'config', file]);
    expect({ code, said }).toEqual({ code: 0, said: expect.stringMatching(/2 rule files found[^]*\d rules found[^]*\d rules found/) });
  });
});

describe('alertmanager.yml', () => {
  const file = path.join(root, 'provisioning', 'alertmanager', 'alertmanager.yml');

  withAmtool('passes amtool', async () => {
    expect(await runProgram('amtool', ['check-config', file])).toMatchObject({ code: 0, text: expect.stringContaining('SUCCESS') });
  });

  /** The receiver; a warning may follow it. */
  const routeOf = async (...labels: readonly string[]) =>
    (await runProgram('amtool', ['config', 'routes', 'test', `--config.file=${file}`, ...labels])).text.split('\n')[0];

  withAmtool('wakes somebody for a page and nobody for anything else, and the sidecar hears of both', async () => {
    expect(await routeOf('severity=page', 'team=travel', 'model=flights-late', 'alertname=ModelwatchLatencyHigh')).toBe(
      'modelwatch,travel-pager',
    );
    expect(await routeOf('severity=ticket', 'team=travel', 'model=flights-late', 'alertname=ModelwatchFeatureDrift')).toBe(
      'modelwatch,travel-tickets',
    );
    expect(await routeOf('alertname=SomebodyElses')).toBe('unrouted');
  });

  it('holds no secret, and groups by model', async () => {
    const text = await read('provisioning/alertmanager/alertmanager.yml');
    const { route, receivers } = parse(text) as {
      readonly route: { readonly group_by: readonly string[] };
      readonly receivers: readonly object[];
    };
    expect(route.group_by).toEqual(['model', 'incident']);
    const [told, ...others] = receivers;
    expect(told).toMatchObject({ name: 'modelwatch' });
    expect(others).toEqual(['unrouted', 'nobody', 'travel-pager', 'travel-tickets'].map((name) => ({ name })));
    expect(text.match(/https?:\/\/.*/g)).toEqual(['http://exporter:9810/v1/alerts"']);
    expect(text).not.toMatch(/(?:password|routing_key|api_key|token|credentials): /);
  });

  it('tells the sidecar where it listens, with a token that the stack makes, may ingest and nothing else, and Alertmanager may read', async () => {
    const { receivers } = parse(await read('provisioning/alertmanager/alertmanager.yml')) as {
      readonly receivers: readonly [
        {
          readonly webhook_configs: readonly {
            readonly url: string;
            readonly http_config: { readonly authorization: { readonly credentials_file: string } };
          }[];
        },
      ];
    };
    const [{ webhook_configs: webhooks }] = receivers;
    expect(webhooks.map(({ url }) => url)).toEqual(
      COMPOSE.services.exporter.ports.map((port) => `http://exporter:${port.split(':')[2]!}/v1/alerts`),
    );
    const { credentials_file: file } = webhooks[0]!.http_config.authorization;
    expect(COMPOSE.services.alertmanager.volumes).toContain(`alertmanager-secrets:${path.posix.dirname(file)}:ro`);
    expect(alertmanagerSecrets.volumes).toContain('alertmanager-secrets:/var/lib/modelwatch');
    const main = builtFile(import.meta.url, '../main.js');
    const script = alertmanagerSecrets
      .command![0]!.replaceAll('/app/exporter/dist/main.js', main)
      .replaceAll(/\/var\/lib\/modelwatch(?:-tokens)?(?=\/)/g, folder);
    // Twice, as the stack is started twice.
    for (let i = 0; i < 2; i++) await promisify(execFile)('sh', ['-ec', script]);
    const made = path.join(folder, path.posix.basename(file));
    const token = (await readFile(made, 'utf8')).trim();
    expect(parse(await readFile(path.join(folder, 'tokens.yaml'), 'utf8'))).toEqual([
      { name: 'alertmanager', digest: digestText(token), scopes: ['ingest'] },
    ]);
    expect((await stat(made)).mode & 0o777).toBe(0o644);
  });
});
