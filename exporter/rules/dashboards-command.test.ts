import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Command } from 'commander';
import { addDashboardsCommand } from './dashboards-cli.js';

const shipped = path.join(import.meta.dirname, '..', '..', 'provisioning', 'grafana', 'dashboards');
const FILES = ['debug.json', 'executive.json', 'model.json', 'on-call.json', 'registry.json'];
/** What of the example the dashboards follow from. */
const CONFIG = "models:\n  - { name: flights-late, champion: { version: '1' }, rollout: { window: 1h } }\n";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-dashboards-'));
  await writeFile(path.join(folder, 'modelwatch.yaml'), CONFIG);
});
afterEach(() => rm(folder, { recursive: true }));

/** The command as a user calls it. */
async function modelwatchDashboards(...options: readonly string[]) {
  let [stdout, stderr, code] = ['', '', -1];
  const program = new Command('modelwatch').exitOverride();
  const output = { stdout: { write: (text: string) => (stdout += text) }, stderr: { write: (text: string) => (stderr += text) } };
  addDashboardsCommand(program, output, (given) => (code = given));
  const common = ['dashboards', '--config', path.join(folder, 'modelwatch.yaml'), '--out', path.join(folder, 'boards')];
  await program.parseAsync([...common, ...options], { from: 'user' });
  return { code, stdout, stderr };
}

describe('modelwatch dashboards', () => {
  it('writes the shipped boards for the shipped bars, and leaves what is as it should be', async () => {
    const { code, stdout, stderr } = await modelwatchDashboards();
    expect({ code, stderr, written: stdout.match(/: written\n/g)?.length }).toEqual({ code: 0, stderr: '', written: FILES.length });
    expect((await readdir(path.join(folder, 'boards'))).toSorted()).toEqual(FILES);
    for (const name of FILES) {
      expect(await readFile(path.join(folder, 'boards', name), 'utf8')).toBe(await readFile(path.join(shipped, name), 'utf8'));
    }
    expect((await modelwatchDashboards()).stdout.match(/: unchanged\n/g)).toHaveLength(FILES.length);
    expect((await modelwatchDashboards('--check')).code).toBe(0);
  });

  it('--check fails where a bar has changed since, and names file and line', async () => {
    await modelwatchDashboards();
    await writeFile(path.join(folder, 'modelwatch.yaml'), CONFIG.replace('rollout:', 'alerts: { latencySecondsMax: 0.25 }, rollout:'));
    const { code, stderr } = await modelwatchDashboards('--check');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^debug\.json: differs from line \d+ on; run `modelwatch dashboards`$/m),
    });
    expect(stderr).not.toContain('registry.json');
  });

  it('--check fails where there are none, and writes none', async () => {
    const { code, stderr } = await modelwatchDashboards('--check');
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('model.json: missing; run `modelwatch dashboards`\n') });
    expect(await readdir(folder)).toEqual(['modelwatch.yaml']);
  });

  it('ends with 2 and every fault of a configuration', async () => {
    await writeFile(path.join(folder, 'modelwatch.yaml'), 'models:\n  - { name: a, champion: {} , alerts: { driftPsiMin: -1 } }\n');
    const { code, stderr } = await modelwatchDashboards();
    expect({ code, faults: stderr.match(/modelwatch\.yaml:2:/g)?.length }).toEqual({ code: 2, faults: 2 });
  });

  it('needs none of the files that a configuration names', async () => {
    const files =
      "access: { tokensFile: /absent/tokens.yaml }\nmodels:\n  - { name: m, champion: { version: '1', baseline: /absent/baseline.json } }\n";
    await writeFile(path.join(folder, 'modelwatch.yaml'), files);
    expect(await modelwatchDashboards()).toMatchObject({ code: 0, stderr: '' });
  });

  it('ends with 2 and a sentence where the folder cannot be written', async () => {
    await writeFile(path.join(folder, 'boards'), 'a file where a folder should be');
    const { code, stderr } = await modelwatchDashboards();
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/^modelwatch dashboards: .*boards.* \(ENOTDIR\)\n$/) });
  });
});
