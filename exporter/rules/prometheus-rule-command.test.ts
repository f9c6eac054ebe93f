import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { rulesCommand } from './rules-command.js';

const example = path.join(import.meta.dirname, '..', 'examples', 'kubernetes');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-prometheus-rule-'));
  await writeFile(
    path.join(folder, 'modelwatch.yaml'),
    "models:\n  - { name: churn, team: growth, critical: true, champion: { version: '1' } }\n",
  );
});
afterEach(() => rm(folder, { recursive: true }));

async function withName(prometheusRule: string, check = false) {
  let [stdout, stderr] = ['', ''];
  const output = { stdout: { write: (text: string) => (stdout += text) }, stderr: { write: (text: string) => (stderr += text) } };
  const config = path.join(folder, 'modelwatch.yaml');
  return { code: await rulesCommand({ config, out: folder, check, prometheusRule }, output), stdout, stderr };
}

describe('modelwatch rules --prometheus-rule', () => {
  it('writes one file of that name, that of the example for its bars, and checks it', async () => {
    expect(await withName('modelwatch')).toEqual({ code: 0, stdout: 'prometheus-rule.yaml: written\n', stderr: '' });
    expect(await readFile(path.join(folder, 'prometheus-rule.yaml'), 'utf8')).toBe(
      await readFile(path.join(example, 'prometheus-rule.yaml'), 'utf8'),
    );
    expect((await withName('modelwatch', true)).code).toBe(0);
    expect(await withName('other', true)).toMatchObject({ code: 1, stderr: expect.stringContaining('differs from line 5 on') });
  });

  it('refuses a name that Kubernetes would refuse, and writes nothing', async () => {
    for (const name of ['', 'Churn', 'a_b', '-a', 'a-', 'a'.repeat(51)]) {
      expect(await withName(name)).toEqual({ code: 2, stdout: '', stderr: expect.stringContaining('is no name of Kubernetes') });
    }
    expect(await readdir(folder)).toEqual(['modelwatch.yaml']);
  });
});
