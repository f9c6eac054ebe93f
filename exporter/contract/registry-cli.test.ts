import { copyFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Command } from 'commander';
import { addRegistryCommand } from '../registry/registry-cli.js';
import { MODELS, startTestSidecar, type TestSidecar } from './test-sidecar.js';

let sidecar: TestSidecar;
const said = { stdout: '', stderr: '' };

beforeAll(async () => {
  sidecar = await startTestSidecar(`
store: { path: ':memory:' }
registry: { path: models, inbox: . }
models:
  - { name: m, champion: { version: '1', registry: true, onnx: { path: ${path.join(MODELS, 'identity-fp32.onnx')} } } }
  - { name: fixed, champion: { version: '1' } }
`);
  await copyFile(path.join(MODELS, 'identity-fp32.onnx'), path.join(sidecar.folder, 'second.onnx'));
  await writeFile(path.join(sidecar.folder, 'broken.onnx'), 'no model');
}, 60_000);
afterAll(async () => {
  await sidecar.close();
});
afterEach(() => {
  said.stdout = '';
  said.stderr = '';
});

/** Runs `modelwatch registry ...`; gives how it ended and what it said. */
async function run(...args: readonly string[]): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  said.stdout = '';
  said.stderr = '';
  let code = 0;
  const program = new Command().exitOverride();
  const output = {
    stdout: { write: (text: string) => (said.stdout += text) },
    stderr: { write: (text: string) => (said.stderr += text) },
  };
  addRegistryCommand(program, output, (ended) => {
    code = ended;
  });
  const [verb = '', ...rest] = args;
  await program.parseAsync(['registry', verb, '--url', sidecar.url, ...rest], { from: 'user' });
  return { code, ...said };
}

const file = (name: string) => path.join(sidecar.folder, name);

describe('modelwatch registry', () => {
  it('registers, lists, shows, promotes and archives', async () => {
    const registered = ['register', '--model', 'm', '--version-name', '2', '--onnx', file('second.onnx'), '--owner', 'travel'];
    const more = [
      '--run',
      'r-7',
      '--data-set',
      'd',
      '--features',
      'f',
      '--code',
      'c',
      '--notes',
      'n',
      '--metric',
      'auc=0.7',
      '--metric',
      'brier=0.1',
    ];
    expect(await run(...registered, ...more)).toEqual({ code: 0, stdout: 'm 2 is registered\n', stderr: '' });
    expect((await run(...registered, ...more)).stdout).toBe('m 2 was registered already\n');
    const { stdout } = await run('show', 'm', '2');
    expect(JSON.parse(stdout)).toMatchObject({
      owner: 'travel',
      notes: 'n',
      stage: 'none',
      lineage: { run: 'r-7', dataSet: 'd', features: 'f', code: 'c' },
      metrics: { auc: 0.7, brier: 0.1 },
    });
    const shape = async (...options: readonly string[]) =>
      (await run('list', ...options)).stdout.replace(/\d{4}-\d\d-\d\dT[\d:]{8}Z/g, 'TIME').replace(/[0-9a-f]{12}/g, 'DIGEST');
    expect(await shape()).toBe(
      [
        'MODEL  VERSION  STAGE       SINCE                 OWNER   BASELINE  DIGEST',
        'm      1        production  TIME  -       -         DIGEST',
        'm      2        none        TIME  travel  -         DIGEST',
        '',
      ].join('\n'),
    );
    expect((await run('promote', 'm', '2', '--id', 'p')).stdout).toBe('m 2 is in production; 1 is archived\n');
    expect((await run('promote', 'm', '2', '--id', 'p')).stdout).toBe('m 2 is in production; 1 is archived\n');
    expect((await run('stage', 'm', '1', 'staging')).stdout).toBe('m 1 is now staging\n');
    expect((await run('archive', 'm', '1')).stdout).toBe('m 1 is now archived\n');
    expect((await run('archive', 'm', '1')).stdout).toBe('m 1 was archived already\n');
    const { versions } = JSON.parse((await run('list', '--stage', 'production', '--json')).stdout) as {
      readonly versions: readonly object[];
    };
    expect(versions).toMatchObject([{ model: 'm', version: '2' }]);
    expect((await run('list', '--model', 'fixed')).stdout).toBe('no versions\n');
  });

  it('says in a sentence what stands in the way, and ends with 1 or 2', async () => {
    const faults: readonly (readonly [number, RegExp, ...string[]])[] = [
      [1, /in production already \(version_in_production\)/, 'promote', 'm', '2'],
      [2, /no such version.*\(version_not_found\)/, 'promote', 'm', '9'],
      [1, /champion\.registry.*\(not_from_registry\)/, 'promote', 'fixed', '1'],
      [2, /\(model_not_found\)/, 'promote', 'nobody', '1'],
      [2, /\(invalid_form\)/, 'stage', 'm', '1', 'production'],
      [2, /\(version_not_found\)/, 'show', 'm', '9'],
      [2, /absent cannot be read \(ENOENT\)/, 'register', '--model', 'm', '--version-name', '3', '--onnx', file('absent')],
      [2, /\(file_not_found\)/, 'register', '--model', 'm', '--version-name', '3', '--onnx', path.join(MODELS, 'divide.onnx')],
    ];
    for (const [code, sentence, ...args] of faults) {
      const ended = await run(...args);
      expect([args, ended.code, ended.stdout]).toEqual([args, code, '']);
      expect(ended.stderr).toMatch(sentence);
    }
    expect((await run('register', '--model', 'm', '--version-name', 'broken', '--onnx', file('broken.onnx'))).code).toBe(0);
    expect(await run('promote', 'm', 'broken')).toMatchObject({ code: 1, stderr: expect.stringContaining('(promotion_aborted)') });
    const { url } = sidecar;
    sidecar = { ...sidecar, url: 'http://127.0.0.1:9' };
    expect(await run('list')).toMatchObject({ code: 1, stderr: expect.stringContaining('the sidecar does not answer') });
    sidecar = { ...sidecar, url };
  });
});
