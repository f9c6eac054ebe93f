import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ALERT_BOARDS, ALERT_FAMILIES, generateRules, METRICS, SLO_ALERTS, toYaml } from '@modelwatch/core';
import { parse, stringify } from 'yaml';
import { parseConfig } from '../config/index.js';
import { generatedFiles } from '../rules/generated-files.js';
import { keptRules, rulesReadBy, type WrittenGroup, type WrittenRule } from '../rules/read-rules.js';
import { hasProgram, runProgram } from './debian-program.js';

const root = path.join(import.meta.dirname, '..', '..');
const rulesFolder = path.join(root, 'alert-rules');
const testNames = readdirSync(path.join(rulesFolder, 'tests'));
const runbookNames = readdirSync(path.join(rulesFolder, 'runbooks'));
/** Pages that offer PromQL to paste. */
const pages = [...runbookNames.map((name) => `alert-rules/runbooks/${name}`), 'docs/recipes/grafana-and-prometheus.md', 'docs/slo.md'];
const withPromtool = hasProgram('promtool') ? describe : describe.skip;

const readRules = async (name: string): Promise<readonly WrittenRule[]> => {
  const { groups } = parse(await readFile(path.join(rulesFolder, name), 'utf8')) as { readonly groups: readonly WrittenGroup[] };
  return groups.flatMap(({ rules }) => rules);
};

/** Names of Modelwatch's series in PromQL, or in a text that holds some. */
const seriesIn = (text: string): readonly string[] => (text.match(/[a-z_:][\w:]*/g) ?? []).filter((word) => word.includes('modelwatch_'));

/** What may be read: exported series, the parts of a histogram, and recorded series. */
async function knownSeries(): Promise<ReadonlySet<string>> {
  const recorded = (await readRules('recording.yaml')).map(({ record }) => record!);
  const parts = METRICS.flatMap(({ name, type }) => (type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name]));
  return new Set([...recorded, ...parts]);
}

/** The PromQL that a page offers to paste: in blocks marked so, and in the last column of tables. */
const pasted = (page: string): readonly string[] =>
  [...page.matchAll(/^ *```promql\n([^]*?)^ *```$|^\|.* \| `([^`]*)` \|$/gm)].map(([, block, cell]) => (block ?? cell)!.trim());

describe('generated and committed files', () => {
  it('are as generated; run `npm run generate`', async () => {
    for (const { path: name, text } of await generatedFiles(root))
      expect([name, await readFile(path.join(root, name), 'utf8')]).toEqual([name, text]);
  });
});

describe('every alert', () => {
  const names = [...ALERT_FAMILIES, ...SLO_ALERTS].map(({ name }) => name);

  it('has a runbook and a test, and no runbook or test is without its alert', () => {
    expect(runbookNames.toSorted()).toEqual(names.map((name) => `${name}.md`).toSorted());
    expect(testNames.toSorted()).toEqual([...names.map((name) => `${name}.yaml`), 'recording.yaml'].toSorted());
  });

  it.each(names)('%s is tested to fire, to stay quiet and to resolve', async (name) => {
    const { tests } = parse(await readFile(path.join(rulesFolder, 'tests', `${name}.yaml`), 'utf8')) as {
      readonly tests: readonly {
        readonly name: string;
        readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts?: readonly unknown[] }[];
      }[];
    };
    const cases = (word: string) => tests.filter((test) => test.name.startsWith(`${word} `));
    expect(cases('fires').length).toBeGreaterThan(0);
    expect(cases('stays quiet').length).toBeGreaterThan(0);
    expect(cases('resolves').length).toBeGreaterThan(0);
    for (const test of tests) {
      expect(test.alert_rule_test.map(({ alertname }) => alertname)).toEqual(test.alert_rule_test.map(() => name));
      // Only a case that is said to fire expects an alert, and it does.
      expect(test.alert_rule_test.some(({ exp_alerts: alerts }) => alerts !== undefined && alerts.length > 0)).toBe(
        test.name.startsWith('fires '),
      );
    }
  });

  it.each(names)('the runbook of %s says what it means, where to look, why, and what to do', async (name) => {
    const page = await readFile(path.join(rulesFolder, 'runbooks', `${name}.md`), 'utf8');
    expect(page.match(/^# .*$/gm)).toEqual([`# ${name}`]);
    expect([...page.matchAll(/^## (.*)$/gm)].map(([, title]) => title)).toEqual([
      'What it means',
      'First look',
      'Likely causes',
      'Mitigate',
      'Verify',
      'Escalate',
    ]);
    expect(pasted(page).length).toBeGreaterThan(0);
  });
});

describe('links of alerts', () => {
  const linked = async () =>
    (await readRules('alerts.yaml')).map(({ alert, annotations }) => ({ alert: alert!, annotations: annotations! }));

  it('lead to the runbook of their alert', async () => {
    for (const { alert, annotations } of await linked()) {
      const name = new URL(annotations['runbook_url']!).pathname.split('/').at(-1);
      expect([alert, name, runbookNames.includes(name!)]).toEqual([alert, `${alert}.md`, true]);
    }
  });

  it('lead to a board that is known, of the model, within a time', async () => {
    for (const { alert, annotations } of await linked()) {
      const { pathname, searchParams } = new URL(annotations['dashboard_url']!);
      expect([alert, Object.values(ALERT_BOARDS).map((uid) => `/d/${uid}`)]).toEqual([alert, expect.arrayContaining([pathname])]);
      expect([alert, searchParams.get('var-model')]).toEqual([alert, '{{ $labels.model | urlquery }}']);
      expect([alert, searchParams.get('from'), searchParams.get('to')]).toEqual([alert, expect.stringMatching(/^now-\d+[hd]$/), 'now']);
    }
  });
});

describe('series', () => {
  it('that rules and annotations read are exported or recorded', async () => {
    const known = await knownSeries();
    const rules = [...(await readRules('recording.yaml')), ...(await readRules('alerts.yaml'))];
    const read = rules.flatMap(({ expr }) => seriesIn(expr));
    expect(read.length).toBeGreaterThan(300);
    expect(read.filter((name) => !known.has(name))).toEqual([]);
    const told = rules.flatMap(({ annotations = {} }) => Object.values(annotations).flatMap(seriesIn));
    // A sentence may name a histogram as a whole.
    const whole = new Set<string>(METRICS.map(({ name }) => name));
    expect(told.length).toBeGreaterThan(0);
    expect(told.filter((name) => !known.has(name) && !whole.has(name))).toEqual([]);
  });

  it('that are recorded stand on the metrics page, and no others', async () => {
    const page = await readFile(path.join(root, 'docs', 'metrics.md'), 'utf8');
    const named = [...page.matchAll(/^(?:- |\| )`(\w+:\w+(?::[\w<>]+)?)`/gm)].map(([, name]) => name!);
    const patterns = named.map(
      (name) =>
        new RegExp(`^${name.replace(/<window>|(?<=rollout.*)\d+[mhd]$/, '\\d+[mhd]').replace('<part>', '(?:quarter|half|period)')}$`),
    );
    const recorded = (await readRules('recording.yaml')).map(({ record }) => record!);
    expect(recorded.filter((name) => !patterns.some((pattern) => pattern.test(name)))).toEqual([]);
    expect(named.filter((_, i) => !recorded.some((name) => patterns[i]!.test(name)))).toEqual([]);
  });

  it.each(pages)('that %s names are exported or recorded', async (name) => {
    const known = await knownSeries();
    const read = pasted(await readFile(path.join(root, name), 'utf8')).flatMap(seriesIn);
    expect(read.length).toBeGreaterThan(0);
    expect(read.filter((each) => !known.has(each))).toEqual([]);
  });
});

/** The test of an alert over those of the committed rules that it reads, from files beside it. */
async function withOnlyWhatIsRead(name: string, folder: string): Promise<string> {
  const text = await readFile(path.join(rulesFolder, 'tests', name), 'utf8');
  const { rule_files: files } = parse(text) as { readonly rule_files: readonly string[] };
  const all = await Promise.all(files.map((file) => readFile(path.join(rulesFolder, 'tests', file), 'utf8')));
  const groups = all.map((file) => (parse(file) as { readonly groups: readonly WrittenGroup[] }).groups);
  // A rule is read through those of another file as well.
  const read = new Set(rulesReadBy(text, groups.flat()).flatMap(({ rules }) => rules));
  const own = files.map((file, i) => ({
    reduced: `${name}-${path.basename(file)}`,
    yaml: stringify({ groups: keptRules(groups[i]!, (rule) => read.has(rule)) }),
  }));
  await Promise.all(own.map(({ reduced, yaml }) => writeFile(path.join(folder, reduced), yaml)));
  return files.reduce((whole, file, i) => whole.replace(`- ${file}`, `- ${own[i]!.reduced}`), text);
}

withPromtool('promtool', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-rules-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const accepts = async (...options: readonly string[]): Promise<void> => {
    const { code, text } = await runProgram('promtool', options);
    expect({ code, text }).toEqual({ code: 0, text: expect.stringContaining('SUCCESS') });
  };

  it('accepts the committed rules', () =>
    accepts('check', 'rules', path.join(rulesFolder, 'recording.yaml'), path.join(rulesFolder, 'alerts.yaml')));

  it.each(testNames)(
    'passes tests/%s',
    async (name) => {
      // That of the recordings asks which series there are.
      if (name === 'recording.yaml') return accepts('test', 'rules', path.join(rulesFolder, 'tests', name));
      const file = path.join(folder, name);
      await writeFile(file, await withOnlyWhatIsRead(name, folder));
      return accepts('test', 'rules', file);
    },
    120_000,
  );

  it('accepts the rules of several models with bars of their own and names that need escaping', async () => {
    const model = (name: string, alerts: string) => `  - { name: ${name}, champion: { version: '1' }, alerts: ${alerts} }\n`;
    const config = parseConfig(
      `rules: { interval: 30s, runbookUrl: 'https://wiki/{{x}}' }\nmodels:\n${model('a.b', '{}')}${model('a-b', '{ driftPsiMin: 0.1 }')}${model(
        '"0"',
        '{ driftWindows: [30m, 2d], significance: 0.5 }',
      )}${model('c', '{ driftPsiMin: 0.1, availabilityRatioMin: 0, missingRatioMax: 0 }')}`,
      'several.yaml',
    );
    if (!config.ok) throw new Error(JSON.stringify(config.faults));
    const written = await Promise.all(
      generateRules(config.value).map(async ({ path: name, text }) => {
        const file = path.join(folder, path.basename(name));
        await writeFile(file, text);
        return file;
      }),
    );
    await accepts('check', 'rules', ...written);
  });

  it.each(pages)('can read the PromQL of %s', async (name) => {
    const expressions = pasted(await readFile(path.join(root, name), 'utf8'));
    const rules = expressions.map((expr, index) => ({ record: `runbook:expression:${index}`, expr }));
    const file = path.join(folder, `${path.basename(name)}.yaml`);
    await writeFile(file, toYaml({ groups: [{ name, rules }] }));
    await accepts('check', 'rules', file);
  });

  it('refuses a rule that is none, so that its acceptance means something', async () => {
    const file = path.join(folder, 'broken.yaml');
    await writeFile(file, toYaml({ groups: [{ name: 'broken', rules: [{ record: 'a:b:c', expr: 'sum by (model' }] }] }));
    expect((await runProgram('promtool', ['check', 'rules', file])).code).toBe(1);
  });
});

describe('alert-rules', () => {
  it('holds what is generated, tests and runbooks, and nothing else', async () => {
    expect((await readdir(rulesFolder)).toSorted()).toEqual(['alerts.yaml', 'recording.yaml', 'runbooks', 'tests']);
  });
});
