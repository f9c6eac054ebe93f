import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EXAMPLE_CONFIG } from './config-page.js';
import { formatFaults } from './fault.js';
import { loadConfig, parseConfig, resolvePaths } from './load-config.js';

const testdata = path.join(import.meta.dirname, 'testdata');
const filesOf = (folder: string): Promise<string[]> => readdir(path.join(testdata, folder));
const invalid = await filesOf('invalid');
const valid = await filesOf('valid');

const faultsOf = (source: string | Uint8Array): string => {
  const result = parseConfig(source, 'modelwatch.yaml');
  return result.ok ? '' : formatFaults(result.faults);
};

describe('an invalid configuration is refused with every fault and its place', () => {
  it('has a corpus worth the name', () => expect(invalid.length).toBeGreaterThanOrEqual(100));

  it.each(invalid)('%s', async (name) => {
    const text = await readFile(path.join(testdata, 'invalid', name), 'utf8');
    const expected = [...text.matchAll(/^# expect: (.*)$/gm)].map(([, line]) => `${name}:${line!}\n`).join('');
    const result = parseConfig(text, name);
    expect(result.ok ? 'valid' : formatFaults(result.faults)).toBe(expected);
  });

  it.each([
    ['an empty file', '', 'modelwatch.yaml:1:1 the file is empty\n'],
    ['a file in Latin-1', Buffer.from('models: [\xe9]', 'latin1'), 'modelwatch.yaml:1:1 the file is not UTF-8\n'],
    ['a file in UTF-16', Buffer.from('\ufeffmodels: []', 'utf16le'), 'modelwatch.yaml:1:1 the file is not UTF-8\n'],
    ['a file of more than 1 MiB', '#'.repeat(1_048_577), 'modelwatch.yaml:1:1 the file has 1048577 bytes, at most 1048576 are read\n'],
  ])('%s', (_name, source, expected) => expect(faultsOf(source)).toBe(expected));

  it('deep nesting of any size', () => {
    expect(faultsOf('['.repeat(500_000))).toMatch(/^modelwatch\.yaml:1:\d+ /);
    expect(faultsOf('{a: '.repeat(100_000))).toMatch(/^modelwatch\.yaml:1:\d+ /);
    expect(faultsOf('- '.repeat(100_000))).toMatch(/^modelwatch\.yaml:1:\d+ /);
  });

  it('never shows a password, and never more than 64 characters of a value', () => {
    const secret = 'hunter2';
    const url = `https://admin:${secret}@localhost`;
    for (const value of [url, `${url} with spaces`, `ftp://admin:${secret}@localhost`]) {
      const text = `models:\n  - name: a\n    champion: { version: "1", upstream: { url: "${value}" } }\n`;
      expect(faultsOf(text)).not.toBe('');
      expect(faultsOf(text)).not.toContain(secret);
    }
    expect(faultsOf(`models: ${'x'.repeat(10_000)}`).length).toBeLessThan(200);
  });
});

describe('a valid configuration', () => {
  it.each(valid)('%s', async (name) => {
    const source = await readFile(path.join(testdata, 'valid', name));
    expect(faultsOf(source)).toBe('');
  });

  it('gets its defaults, and slices get their feature', () => {
    const result = parseConfig('models: [{ name: a, champion: { version: "1" }, slices: [{ name: carrier }] }]', 'x.yaml');
    if (!result.ok) throw new Error(formatFaults(result.faults));
    expect(result.value.server).toEqual({
      host: '127.0.0.1',
      port: 9810,
      bodyBytesMax: 67_108_864,
      eventsBytesMax: 4_194_304,
      connectionsMax: 10_000,
      concurrencyMax: 1024,
      drainTimeout: '10s',
      streamListenersMax: 100,
    });
    expect(result.value.models[0]).toMatchObject({
      team: 'unassigned',
      critical: false,
      output: { kind: 'probability', threshold: 0.5 },
      slices: [{ name: 'carrier', feature: 'carrier', valuesMax: 20 }],
      groundTruth: { horizon: '7d' },
      alerts: { driftWindows: ['1h', '6h'] },
    });
  });

  it('is what the configuration page shows', () => expect(faultsOf(EXAMPLE_CONFIG)).toBe(''));
});

describe('no text makes the parser throw', () => {
  it('arbitrary text and bytes', () => {
    const source = fc.oneof(fc.string({ unit: 'binary' }), fc.uint8Array({ maxLength: 200 }), fc.json());
    fc.assert(
      fc.property(source, (text) => {
        const result = parseConfig(text, 'x');
        expect(result.ok || result.faults.length > 0).toBe(true);
      }),
      { seed: 3, numRuns: 500 },
    );
  });

  it('configurations with a value of any type in any place', () => {
    const places = ['server', 'store', 'models', 'models.0', 'models.0.name', 'models.0.champion', 'models.0.champion.upstream'];
    const inner = [
      'models.0.champion.onnx',
      'models.0.slices',
      'models.0.slices.0',
      'models.0.alerts',
      'models.0.inputs',
      'models.0.output',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...places, ...inner), fc.jsonValue({ maxDepth: 3 }), (place, value) => {
        const config: Record<string, unknown> = {
          models: [{ name: 'a', champion: { version: '1' }, slices: [{ name: 's' }] }],
        };
        const steps = place.split('.');
        let holder = config;
        for (const step of steps.slice(0, -1)) holder = holder[step] as Record<string, unknown>;
        holder[steps.at(-1)!] = value;
        const result = parseConfig(JSON.stringify(config), 'x');
        if (!result.ok) expect(formatFaults(result.faults)).toMatch(/^(x:\d+:\d+ .+\n)+$/);
      }),
      { seed: 3, numRuns: 1000 },
    );
  });
});

describe('loadConfig', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-config-'));
    await writeFile(path.join(folder, 'model.onnx'), 'not looked into here');
    await writeFile(path.join(folder, 'baseline.json'), '{}');
  });
  afterAll(() => rm(folder, { recursive: true }));

  const written = async (text: string): Promise<string> => {
    const file = path.join(folder, 'modelwatch.yaml');
    await writeFile(file, text);
    return file;
  };

  it('resolves file names against the folder of the configuration', async () => {
    const text = await readFile(path.join(testdata, 'valid', 'onnx.yaml'), 'utf8');
    const result = await loadConfig(await written(text));
    if (!result.ok) throw new Error(formatFaults(result.faults));
    expect(result.value.store.path).toBe(path.join(folder, 'modelwatch.db'));
    expect(result.value.models[0]?.champion.onnx?.path).toBe(path.join(folder, 'model.onnx'));
    expect(result.value.models[0]?.champion.baseline).toBe(path.join(folder, 'baseline.json'));
  });

  it('leaves the store in memory where it is', () => {
    const result = parseConfig('store: { path: ":memory:" }\nmodels: [{ name: a, champion: { version: "1" } }]', 'x.yaml');
    if (!result.ok) throw new Error(formatFaults(result.faults));
    expect(resolvePaths(result.value, '/etc/modelwatch.yaml').store.path).toBe(':memory:');
  });

  it('lists the files that are not there beside the other faults', async () => {
    const file = await written(
      'server: { port: -1 }\nmodels:\n  - name: a\n    champion:\n      version: "1"\n      onnx: { path: absent.onnx }\n      baseline: .\n',
    );
    const result = await loadConfig(file);
    expect(result.ok ? '' : formatFaults(result.faults).replaceAll(file, 'f')).toBe(
      [
        'f:1:17 server.port: expected at least 0, got -1',
        'f:6:21 models[0].champion.onnx.path: the ONNX file "absent.onnx" does not exist',
        'f:7:17 models[0].champion.baseline: the baseline "." is not a file',
        '',
      ].join('\n'),
    );
  });

  it.each([
    ['absent.yaml', 'the file cannot be read (ENOENT)'],
    ['.', 'the file cannot be read (EISDIR)'],
  ])('refuses %s', async (name, message) => {
    const result = await loadConfig(path.join(folder, name));
    expect(result.ok ? '' : result.faults[0]?.message).toBe(message);
  });

  it('reads no more of a long file than the limit', async () => {
    const result = await loadConfig(await written('#'.repeat(2_000_000)));
    expect(result.ok ? '' : result.faults[0]?.message).toBe('the file has 1048577 bytes, at most 1048576 are read');
  });
});
