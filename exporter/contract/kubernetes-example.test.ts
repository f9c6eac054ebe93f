import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { durationSeconds, generateRules, toYaml } from '@modelwatch/core';
import type { YamlValue } from '@modelwatch/core';
import { parse, parseAllDocuments } from 'yaml';
import { parseConfig } from '../config/load-config.js';
import { COMPOSE } from './compose-file.js';
import { hasProgram, runProgram } from './debian-program.js';

const folder = path.join(import.meta.dirname, '..', 'examples', 'kubernetes');
const read = (name: string): Promise<string> => readFile(path.join(folder, name), 'utf8');
const manifest = async <T>(name: string): Promise<T> => parse(await read(name)) as T;

type Labels = Readonly<Record<string, string>>;
interface Container {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly readinessProbe?: { readonly httpGet: { readonly path: string; readonly port: string } };
  readonly livenessProbe?: { readonly httpGet: { readonly path: string; readonly port: string } };
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
  readonly securityContext?: object;
}
interface Deployment {
  readonly spec: {
    readonly selector: { readonly matchLabels: Labels };
    readonly template: {
      readonly metadata: { readonly labels: Labels };
      readonly spec: {
        readonly terminationGracePeriodSeconds: number;
        readonly automountServiceAccountToken: boolean;
        readonly securityContext: { readonly runAsNonRoot: boolean };
        readonly containers: readonly Container[];
        readonly volumes: readonly ({ readonly name: string; readonly configMap?: { readonly name: string } } & object)[];
      };
    };
  };
}
interface PrometheusRule {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: { readonly groups: readonly { readonly name: string; readonly interval: string; readonly rules: readonly Labels[] }[] };
}

const deployment = await manifest<Deployment>('churn-deployment.yaml');
const { metadata, spec: pod } = deployment.spec.template;
const sidecar = pod.containers.find(({ name }) => name === 'modelwatch')!;
const server = pod.containers.find(({ name }) => name === 'server')!;
const parsed = parseConfig(await readFile(path.join(folder, 'modelwatch.yaml')), 'modelwatch.yaml');
const config = () => {
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return parsed.value;
};

describe('the Kubernetes example', () => {
  it('applies every file that is there', async () => {
    const { resources, configMapGenerator } = await manifest<{
      readonly resources: readonly string[];
      readonly configMapGenerator: readonly { readonly name: string; readonly files: readonly string[] }[];
    }>('kustomization.yaml');
    const named = [...resources, ...configMapGenerator.flatMap(({ files }) => files), 'kustomization.yaml', 'README.md'];
    expect((await readdir(folder)).toSorted()).toEqual(named.toSorted());
    expect(pod.volumes).toContainEqual({ name: 'config', configMap: { name: configMapGenerator[0]!.name } });
    expect(sidecar.args).toEqual(['--config', `/etc/modelwatch/${configMapGenerator[0]!.files[0]!}`]);
  });

  it('has a valid configuration, whose files are mounted and whose store may be written', () => {
    const { server: listening, access, store, models } = config();
    const mountOf = (file: string) => sidecar.volumeMounts.find(({ mountPath }) => file.startsWith(`${mountPath}/`));
    for (const file of [access.tokensFile!, models[0]!.champion.baseline!]) expect(mountOf(file)).toMatchObject({ readOnly: true });
    expect(mountOf(store.path)?.readOnly).toBeUndefined();
    expect(mountOf(store.path)).toBeDefined();
    const volumes = pod.volumes.map(({ name }) => name);
    for (const { name } of pod.containers.flatMap(({ volumeMounts }) => volumeMounts)) expect(volumes).toContain(name);
    expect(listening.host).toBe('0.0.0.0');
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(durationSeconds(listening.drainTimeout));
  });

  it('is reached at the port that the sidecar listens on, and the model server by nobody else', async () => {
    expect(sidecar.ports).toEqual([{ name: 'modelwatch', containerPort: config().server.port }]);
    const service = await manifest<{
      readonly spec: { readonly ports: readonly { readonly targetPort: string }[]; readonly selector: Labels };
    }>('churn-service.yaml');
    expect(service.spec.ports.map(({ targetPort }) => targetPort)).toEqual(['modelwatch']);
    expect(metadata.labels).toMatchObject(service.spec.selector);
    expect(metadata.labels).toMatchObject(deployment.spec.selector.matchLabels);
    const env = new Map(server.env!.map(({ name, value }) => [name, value]));
    expect(config().models[0]!.champion.upstream!.url).toBe(`http://${env.get('MLSERVER_HOST')!}:${env.get('MLSERVER_HTTP_PORT')!}`);
    expect(server.ports).toBeUndefined();
  });

  it('is probed where the sidecar answers, without a token', () => {
    expect(sidecar.readinessProbe!.httpGet).toEqual({ path: '/v2/health/ready', port: 'modelwatch' });
    expect(sidecar.livenessProbe!.httpGet).toEqual({ path: '/v2/health/live', port: 'modelwatch' });
  });

  it('runs the image of the stack without privileges', () => {
    expect(sidecar.image).toBe(COMPOSE.services.exporter.image);
    expect(pod).toMatchObject({ automountServiceAccountToken: false, securityContext: { runAsNonRoot: true } });
    expect(sidecar.securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  it('is scraped pod by pod, at a port and by a label that the pods have', async () => {
    const { apiVersion, kind, spec } = await manifest<{
      readonly apiVersion: string;
      readonly kind: string;
      readonly spec: {
        readonly selector: { readonly matchLabels: Labels };
        readonly sampleLimit: number;
        readonly podMetricsEndpoints: readonly object[];
      };
    }>('pod-monitor.yaml');
    expect({ apiVersion, kind }).toEqual({ apiVersion: 'monitoring.coreos.com/v1', kind: 'PodMonitor' });
    expect(metadata.labels).toMatchObject(spec.selector.matchLabels);
    expect(spec.podMetricsEndpoints).toEqual([{ port: 'modelwatch', path: '/metrics', interval: '15s' }]);
    expect(spec.sampleLimit).toBeGreaterThan(config().watch.seriesMax);
  });
});

describe('the PrometheusRule of the example', () => {
  const objects = async () => parseAllDocuments(await read('prometheus-rule.yaml')).map((document) => document.toJS() as PrometheusRule);

  it('has the rules of the configuration, as objects that the operator takes', async () => {
    const found = await objects();
    const files = generateRules(config()).map(({ text }) => (parse(text) as PrometheusRule['spec']).groups);
    expect(found.map(({ spec }) => spec.groups)).toEqual(files);
    expect(found.map(({ apiVersion, kind, metadata: { name } }) => [apiVersion, kind, name])).toEqual([
      ['monitoring.coreos.com/v1', 'PrometheusRule', 'modelwatch-recording'],
      ['monitoring.coreos.com/v1', 'PrometheusRule', 'modelwatch-alerts'],
    ]);
    // As its schema says of groups and rules.
    const duration = /^(?:0|(?:\d+y)?(?:\d+w)?(?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+s)?(?:\d+ms)?)$/;
    for (const { spec } of found) {
      expect(new Set(spec.groups.map(({ name }) => name)).size).toBe(spec.groups.length);
      for (const { interval, rules } of spec.groups) {
        expect(interval).toMatch(duration);
        for (const rule of rules) {
          expect(['record', 'alert'].filter((key) => key in rule)).toHaveLength(1);
          expect(rule['for'] ?? '0').toMatch(duration);
        }
      }
    }
  });

  it('fits into what Kubernetes takes of one object', async () => {
    for (const object of await objects()) expect(Buffer.byteLength(JSON.stringify(object))).toBeLessThan(1_000_000);
  });

  (hasProgram('promtool') ? it : it.skip)('passes promtool', async () => {
    const temporary = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-kubernetes-'));
    try {
      for (const { spec } of await objects()) {
        const file = path.join(temporary, 'rules.yaml');
        await writeFile(file, toYaml(spec as unknown as YamlValue));
        expect(await runProgram('promtool', ['check', 'rules', file])).toMatchObject({ code: 0, text: expect.stringContaining('SUCCESS') });
      }
    } finally {
      await rm(temporary, { recursive: true });
    }
  });
});
