import { readFileSync } from 'node:fs';
import { appendFile, copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Command } from 'commander';
import { parse } from 'yaml';
import { addRulesCommand } from './rules-cli.js';

const shipped = path.join(import.meta.dirname, '..', '..', 'alert-rules');
const example = path.join(import.meta.dirname, '..', 'examples', 'flights', 'modelwatch.yaml');
/** The objectives of the example, as they stand there. */
const SLO: unknown = (parse(readFileSync(example, 'utf8')) as { readonly models: readonly [{ readonly slo: unknown }] }).models[0].slo;
/** What of the example the rules follow from. */
const CONFIG = `
alertmanager: { sidecars: [http://exporter:9810] }
models:
  - name: flights-late
    team: travel
    critical: true
    champion: { version: '1' }
    slices: [{ name: origin, feature: origin, fairness: { reference: JFK } }]
    rollout: { window: 1h, qualityLossMax: 0.01 }
    slo: ${JSON.stringify(SLO)}
`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-rules-'));
  await writeFile(path.join(folder, 'modelwatch.yaml'), CONFIG);
});
afterEach(() => rm(folder, { recursive: true }));

/** The command as a user calls it. */
async function modelwatchRules(...options: readonly string[]) {
  let [stdout, stderr, code] = ['', '', -1];
  const program = new Command('modelwatch').exitOverride();
  const output = { stdout: { write: (text: string) => (stdout += text) }, stderr: { write: (text: string) => (stderr += text) } };
  addRulesCommand(program, output, (given) => (code = given));
  await program.parseAsync(['rules', '--config', path.join(folder, 'modelwatch.yaml'), '--out', folder, ...options], { from: 'user' });
  return { code, stdout, stderr };
}

const BOTH = ['alerts.yaml', 'recording.yaml'];

describe('modelwatch rules', () => {
  it('writes both files, the shipped ones for the shipped bars, and nothing else', async () => {
    expect(await modelwatchRules()).toEqual({
      code: 0,
      stdout:
        'alert-rules/recording.yaml: written\nalert-rules/alerts.yaml: written\nprovisioning/alertmanager/alertmanager.yml: written\n',
      stderr: '',
    });
    expect((await readdir(path.join(folder, 'alert-rules'))).toSorted()).toEqual(BOTH);
    for (const name of BOTH) {
      expect(await readFile(path.join(folder, 'alert-rules', name), 'utf8')).toBe(await readFile(path.join(shipped, name), 'utf8'));
    }
    expect((await modelwatchRules()).stdout).toBe(
      'alert-rules/recording.yaml: unchanged\nalert-rules/alerts.yaml: unchanged\nprovisioning/alertmanager/alertmanager.yml: unchanged\n',
    );
  });

  it('--check fails where a file is missing, and writes none', async () => {
    const { code, stdout, stderr } = await modelwatchRules('--check');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      'alert-rules/recording.yaml: missing; run `modelwatch rules`\nalert-rules/alerts.yaml: missing; run `modelwatch rules`\n' +
        'provisioning/alertmanager/alertmanager.yml: missing; run `modelwatch rules`\n',
    );
    expect(await readdir(folder)).toEqual(['modelwatch.yaml']);
  });

  it('--check names the first line that differs, and passes where none does', async () => {
    await mkdir(path.join(folder, 'alert-rules'));
    for (const name of BOTH) await copyFile(path.join(shipped, name), path.join(folder, 'alert-rules', name));
    await mkdir(path.join(folder, 'provisioning', 'alertmanager'), { recursive: true });
    await copyFile(
      path.join(shipped, '..', 'provisioning', 'alertmanager', 'alertmanager.yml'),
      path.join(folder, 'provisioning', 'alertmanager', 'alertmanager.yml'),
    );
    expect(await modelwatchRules('--check')).toEqual({
      code: 0,
      stdout: 'alert-rules/recording.yaml: ok\nalert-rules/alerts.yaml: ok\nprovisioning/alertmanager/alertmanager.yml: ok\n',
      stderr: '',
    });
    const file = path.join(folder, 'alert-rules', 'alerts.yaml');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('interval: 1m', 'interval: 2m'));
    expect(await modelwatchRules('--check')).toMatchObject({
      code: 1,
      stderr: 'alert-rules/alerts.yaml: differs from line 4 on; run `modelwatch rules`\n',
    });
    await writeFile(file, text.slice(0, text.indexOf('\n') + 1));
    expect((await modelwatchRules('--check')).stderr).toContain('differs from line 2 on');
    await writeFile(file, `${text}# more\n`);
    expect((await modelwatchRules('--check')).stderr).toContain(`differs from line ${text.split('\n').length} on`);
  });

  it('changes with a bar of the configuration', async () => {
    await modelwatchRules();
    await writeFile(
      path.join(folder, 'modelwatch.yaml'),
      CONFIG.replace("version: '1' }\n", "version: '1' }\n    alerts: { missingRatioMax: 0.35 }\n"),
    );
    expect((await modelwatchRules()).stdout).toBe(
      'alert-rules/recording.yaml: unchanged\nalert-rules/alerts.yaml: written\nprovisioning/alertmanager/alertmanager.yml: unchanged\n',
    );
    expect(await readFile(path.join(folder, 'alert-rules', 'alerts.yaml'), 'utf8')).toContain(
      'model_version_feature:modelwatch_feature_missing_excess_ratio:1h > 0.35',
    );
  });

  it('ends with 2 and every fault of a configuration', async () => {
    await writeFile(path.join(folder, 'modelwatch.yaml'), 'models:\n  - { name: a, champion: {} , alerts: { driftPsiMin: -1 } }\n');
    const { code, stdout, stderr } = await modelwatchRules();
    expect({ code, stdout, faults: stderr.match(/modelwatch\.yaml:2:/g)?.length }).toEqual({ code: 2, stdout: '', faults: 2 });
    expect(await readdir(folder)).toEqual(['modelwatch.yaml']);
  });

  it('needs none of the files that a configuration names: they may be in a container alone', async () => {
    const kubernetes = path.join(import.meta.dirname, '..', 'examples', 'kubernetes');
    await copyFile(path.join(kubernetes, 'modelwatch.yaml'), path.join(folder, 'modelwatch.yaml'));
    expect(await modelwatchRules('--prometheus-rule', 'modelwatch')).toEqual({
      code: 0,
      stdout: 'prometheus-rule.yaml: written\n',
      stderr: '',
    });
    const [made, committed] = [folder, kubernetes].map((place) => readFile(path.join(place, 'prometheus-rule.yaml'), 'utf8'));
    expect(await made).toBe(await committed);
    const sidecars = 'alertmanager: { sidecars: [http://churn-0.churn-pods.default.svc:9810] }\n';
    await appendFile(path.join(folder, 'modelwatch.yaml'), sidecars);
    expect(await modelwatchRules()).toMatchObject({ code: 0, stderr: '' });
    const routes = await readFile(path.join(folder, 'provisioning', 'alertmanager', 'alertmanager.yml'), 'utf8');
    expect(routes).toContain('credentials_file: "/etc/alertmanager/secrets/modelwatch"');
  });

  it('ends with 2 and a sentence where the folder cannot be written', async () => {
    await writeFile(path.join(folder, 'alert-rules'), 'a file where a folder should be');
    const { code, stderr } = await modelwatchRules();
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/^modelwatch rules: .*alert-rules.* cannot be used \(ENOTDIR\)\n$/),
    });
  });
});
