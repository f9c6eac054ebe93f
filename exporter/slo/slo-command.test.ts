import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openSloDocuments, sloName, toYaml, type Config } from '@modelwatch/core';
import { Command } from 'commander';
import fc from 'fast-check';
import { parse } from 'yaml';
import { parseConfig } from '../config/load-config.js';
import { addSloCommand } from './slo-cli.js';
import { importSlos } from './slo-command.js';

const here = import.meta.dirname;
const published = (name: string) => readFile(path.join(here, 'testdata', name), 'utf8');

/** A valid document of OpenSLO, in which a part is replaced. */
const open = (spec: object, head: object = {}): string =>
  JSON.stringify({
    apiVersion: 'openslo/v1',
    kind: 'SLO',
    metadata: { name: 'a' },
    ...head,
    spec: {
      service: 'm',
      indicator: { spec: { ratioMetric: { bad: { metricSource: { spec: { query: 'modelwatch_requests_failed_total' } } } } } },
      timeWindow: [{ duration: '4w', isRolling: true }],
      budgetingMethod: 'Occurrences',
      objectives: [{ target: 0.99 }],
      ...spec,
    },
  });
const codes = (text: string) => importSlos(text, {}).faults.map(({ code, place }) => `${code} ${place}`);

async function configOf(file: string): Promise<Config> {
  const config = parseConfig(await readFile(path.join(here, '..', file)), file);
  if (!config.ok) throw new Error(JSON.stringify(config.faults));
  return config.value;
}

describe('objectives as OpenSLO', () => {
  it.each(['config/testdata/valid/slo.yaml', 'examples/flights/modelwatch.yaml'])('come back as they went, %s', async (file) => {
    const config = await configOf(file);
    const text = openSloDocuments(config)
      .map((document) => toYaml(document))
      .join('---\n');
    const { slos, faults } = importSlos(text, {});
    expect(faults).toEqual([]);
    // A name that was left to be understood is said.
    expect(slos).toEqual(
      config.models.flatMap((model) => model.slo.map((slo) => ({ model: model.name, slo: { ...slo, name: sloName(slo) } }))),
    );
  });

  it('have names that Kubernetes takes, each its own', () => {
    const names = ['A_b', 'a-b', 'a.b', 'x'.repeat(128)];
    const config = parseConfig(
      JSON.stringify({
        models: names.map((name) => ({ name, champion: { version: '1' }, slo: [{ sli: 'availability', objective: 0.9 }] })),
      }),
      'names',
    );
    if (!config.ok) throw new Error(JSON.stringify(config.faults));
    const documents = openSloDocuments(config.value) as unknown as readonly { readonly metadata: { readonly name: string } }[];
    const given = documents.map(({ metadata }) => metadata.name);
    expect(new Set(given).size).toBe(8);
    for (const name of given) expect(name).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
  });
});

describe('documents of others', () => {
  it("OpenSLO's example of a rolling window, once it is said what is meant", async () => {
    const text = await published('open-slo-rolling.yaml');
    expect(codes(text)).toEqual(['indicator_unknown document 1: spec.indicator']);
    expect(importSlos(text, { sli: 'availability', model: 'm' })).toEqual({
      slos: [{ model: 'm', slo: { name: 'TestSLO', sli: 'availability', objective: 0.98, period: '30d' } }],
      faults: [],
      notes: [],
    });
  });

  it("Sloth's first example, once it is said what is meant", async () => {
    const text = await published('sloth-getting-started.yml');
    expect(codes(text)).toEqual(['indicator_unknown document 1: slos[0].sli']);
    expect(importSlos(text, { sli: 'availability' })).toEqual({
      slos: [{ model: 'myservice', slo: { name: 'requests-availability', sli: 'availability', objective: 0.999, period: '30d' } }],
      faults: [],
      notes: [
        'document 1: labels and plugins of Sloth were left out',
        'document 1: slos[0].alerting: names and labels of alerts were left out',
      ],
    });
  });

  it('are of the indicator whose counters they read', () => {
    const ofQuery = (query: string) =>
      importSlos(open({ indicator: { spec: { ratioMetric: { bad: { metricSource: { spec: { query } } } } } } }), {}).slos[0]?.slo.sli;
    expect(ofQuery('sum(rate(modelwatch_request_duration_seconds_bucket{le="0.3"}[5m]))')).toBe('latency');
    expect(ofQuery('modelwatch_confusion_total{outcome=~"false_positive|false_negative",model="m"}')).toBe('quality');
    expect(ofQuery('sum(rate(modelwatch_feature_missing_total[5m]))')).toBe('data_quality');
    expect(importSlos(open({}), {}).slos).toEqual([
      { model: 'm', slo: { name: 'a', sli: 'availability', objective: 0.99, period: '28d' } },
    ]);
    const raw =
      'version: prometheus/v1\nservice: s\nslos: [{ name: a, objective: 99, sli: { raw: { error_ratio_query: modelwatch_requests_shed_total } }, alerting: { page_alert: { disable: true } } }]\n';
    expect(importSlos(raw, {}).slos).toEqual([
      { model: 's', slo: { name: 'a', sli: 'availability', objective: 0.99, period: '30d', critical: false } },
    ]);
  });

  const reading = (...queries: readonly string[]) => {
    const [bad, total = bad] = queries.map((query) => ({ metricSource: { spec: { query } } }));
    return open({ indicator: { spec: { ratioMetric: { bad, total } } } });
  };
  const bucket = (le: string, more = '') => `sum(rate(modelwatch_request_duration_seconds_bucket{${le}${more}}[5m]))`;

  it('keep the bound that their queries read', () => {
    const withinOf = (...queries: readonly string[]) => importSlos(reading(...queries), {}).slos[0]?.slo['within'];
    expect(withinOf(bucket('le="0.5"'), bucket('le="+Inf"'))).toBe('500ms');
    expect(withinOf(bucket('le="2.5"', ',role!="challenger", model="m"'), 'sum(modelwatch_request_duration_seconds_count)')).toBe('2500ms');
    expect(withinOf(bucket('le=~"1(\\\\.0)?"'))).toBe('1s');
    expect(withinOf("modelwatch_ground_truth_delay_seconds_bucket{le='86400.0'}")).toBe('1d');
    const sloth =
      'version: prometheus/v1\nservice: s\nslos: [{ name: a, objective: 99, sli: { raw: { error_ratio_query: \'1 - sum(rate(modelwatch_request_duration_seconds_bucket{le="0.5"}[{{.window}}])) / sum(rate(modelwatch_request_duration_seconds_count[{{.window}}]))\' } } }]\n';
    expect(importSlos(sloth, {}).slos).toEqual([
      { model: 's', slo: { name: 'a', sli: 'latency', objective: 0.99, period: '30d', within: '500ms' } },
    ]);
    expect(codes(sloth.replace('0.5', '0.4'))).toEqual(['bound_unknown document 1: slos[0].sli']);
  });

  it('are refused where their queries read a bound that is none, or a part of the events', () => {
    const fault = (...queries: readonly string[]) => codes(reading(...queries));
    const bound = ['bound_unknown document 1: spec.indicator'];
    const matcher = ['matcher_unsupported document 1: spec.indicator'];
    expect(fault(bucket('le="0.4"'))).toEqual(bound);
    expect(fault('sum(rate(modelwatch_request_duration_seconds_count[5m]))')).toEqual(bound);
    expect(fault(bucket('le="0.3"'), bucket('le="0.5"'))).toEqual(bound);
    expect(fault('modelwatch_requests_failed_total{version="2"}', 'modelwatch_requests_received_total')).toEqual(matcher);
    expect(fault('modelwatch_requests_failed_total', 'modelwatch_requests_received_total{instance=~"a.*"}')).toEqual(matcher);
    expect(fault('modelwatch_requests_failed_total{model="another"}', 'modelwatch_requests_received_total')).toEqual(matcher);
    expect(fault('modelwatch_confusion_total{outcome="false_positive"}', 'modelwatch_confusion_total')).toEqual(matcher);
    expect(fault('modelwatch_requests_failed_total{reason=}', 'modelwatch_requests_received_total')).toEqual(matcher);
    expect(fault(`modelwatch_requests_failed_total${' '.repeat(4000)}`, 'modelwatch_requests_received_total')).toEqual([
      'too_long document 1: spec.indicator',
    ]);
  });

  it('are refused where they say what has no equal here', () => {
    const indicator = { spec: { thresholdMetric: { metricSource: { spec: { query: 'x' } } } } };
    const cases: readonly (readonly [string, string])[] = [
      [
        open({
          timeWindow: [{ duration: '1M', isRolling: false, calendar: { startTime: '2020-01-21 12:30:00', timeZone: 'America/New_York' } }],
        }),
        'window_not_rolling document 1: spec.timeWindow',
      ],
      [open({ timeWindow: [{ duration: '1Y', isRolling: true }] }), 'malformed document 1: spec.timeWindow'],
      [open({ timeWindow: [{ duration: '1d', isRolling: true }] }), 'configuration_refuses models[0].slo[0].period'],
      [open({ budgetingMethod: 'Timeslices' }), 'budgeting_unsupported document 1: spec.budgetingMethod'],
      [open({ objectives: [{ op: 'lte', value: 1, target: 0.9 }] }), 'threshold_unsupported document 1: spec.objectives[0]'],
      [open({ objectives: [{ target: 0.9, compositeWeight: 1 }] }), 'composite_unsupported document 1: spec.objectives[0]'],
      [open({ objectives: [{ target: 1 }] }), 'configuration_refuses models[0].slo[0].objective'],
      [open({ indicator }), 'threshold_unsupported document 1: spec.indicator.spec.thresholdMetric'],
      [open({ indicator: undefined, indicatorRef: 'elsewhere' }), 'reference_unsupported document 1: spec.indicatorRef'],
      [open({}, { apiVersion: 'openslo/v1alpha' }), 'unsupported_version document 1: apiVersion'],
      ['version: prometheus/v2\nslos: []\n', 'unsupported_version document 1: version'],
      [
        'version: prometheus/v1\nservice: s\nslos: [{ name: a, objective: 99, sli: { plugin: { id: p } } }]\n',
        'reference_unsupported document 1: slos[0].sli.plugin',
      ],
      ['a: [', 'not_yaml the file'],
      ['', 'unknown_format the file'],
      ['[1]', 'malformed document 1'],
      ['#'.repeat(1_048_577), 'too_long the file'],
    ];
    expect(cases.map(([text]) => codes(text)[0])).toEqual(cases.map(([, code]) => code));
  });

  it('never make it throw, whatever they hold', () => {
    const anywhere = fc.constantFrom(
      'metadata',
      'spec',
      'kind',
      'apiVersion',
      'spec.objectives',
      'spec.timeWindow',
      'spec.indicator',
      'spec.service',
    );
    fc.assert(
      fc.property(anywhere, fc.jsonValue({ maxDepth: 4 }), fc.boolean(), (place, value, isSloth) => {
        const whole = JSON.parse(open({})) as Record<string, Record<string, unknown>>;
        const [outer, inner] = place.split('.') as [string, string?];
        if (inner === undefined) (whole as Record<string, unknown>)[outer] = value;
        else whole[outer]![inner] = value;
        const { slos, faults, notes } = importSlos(
          JSON.stringify(isSloth ? { version: 'prometheus/v1', service: 's', slos: value } : whole),
          {},
        );
        expect(slos.length + faults.length + notes.length).toBeGreaterThan(0);
      }),
      { seed: 4, numRuns: 300 },
    );
  });
});

describe('modelwatch slo', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-slo-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function modelwatchSlo(...options: readonly string[]) {
    let [stdout, stderr, code] = ['', '', -1];
    const program = new Command('modelwatch').exitOverride();
    const output = { stdout: { write: (text: string) => (stdout += text) }, stderr: { write: (text: string) => (stderr += text) } };
    addSloCommand(program, output, (given) => (code = given));
    await program.parseAsync(['slo', ...options], { from: 'user' });
    return { code, stdout, stderr };
  }

  it('exports a configuration, and imports what it exported', async () => {
    const exported = await modelwatchSlo('export', path.join(here, '..', 'examples', 'flights', 'modelwatch.yaml'));
    expect(exported).toMatchObject({ code: 0, stderr: '' });
    const file = path.join(folder, 'exported.yaml');
    await writeFile(file, exported.stdout);
    const { code, stdout } = await modelwatchSlo('import', file);
    expect(code).toBe(0);
    expect(parse(stdout)).toMatchObject({
      models: [
        {
          name: 'flights-late',
          slo: expect.arrayContaining([{ name: 'availability', sli: 'availability', objective: 0.999, period: '30d' }]),
        },
      ],
    });
  });

  it('prints nothing but why where something cannot be expressed', async () => {
    const file = path.join(folder, 'timeslices.yaml');
    await writeFile(file, open({ budgetingMethod: 'Timeslices' }));
    expect(await modelwatchSlo('import', file)).toEqual({
      code: 1,
      stdout: '',
      stderr: `${file}: document 1: spec.budgetingMethod: events are counted (Occurrences); "Timeslices" has no equal (budgeting_unsupported)\n`,
    });
    expect(await modelwatchSlo('import', path.join(folder, 'absent.yaml'))).toMatchObject({ code: 2, stdout: '' });
    expect(await modelwatchSlo('export', path.join(folder, 'absent.yaml'))).toMatchObject({ code: 2, stdout: '' });
  });
});
