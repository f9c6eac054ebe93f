import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { METRICS, QUALITY_METRICS, STATISTICS, type MetricDescription } from '@modelwatch/core';
import { parseAllDocuments } from 'yaml';

/*
 * The style is a test. It looks at what git knows. Each fault is a sentence that says where it is and what to do, so that a failing test
 * reads as a list of things to do.
 */

const root = path.join(import.meta.dirname, '..', '..');
const FILES = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
  .split('\0')
  // The scaffold of the plugins is kept as @grafana/create-plugin writes it.
  .filter((file) => file !== '' && existsSync(path.join(root, file)) && !/^[a-z]+-plugin\/\.config\//.test(file));

interface TextFile {
  readonly file: string;
  readonly text: string;
}

const TEXTS: readonly TextFile[] = FILES.map((file) => ({ file, text: readFileSync(path.join(root, file), 'utf8') })).filter(
  ({ text }) => !text.includes('\0'),
);
const SOURCES = TEXTS.filter(({ file }) => /\.(ts|tsx|js|mjs|py)$/.test(file));
const isTest = (file: string) => /\.test\.tsx?$/.test(file) || path.basename(file) === 'conformance.ts';

/** The numbers of the lines that match. */
function linesWith(text: string, pattern: RegExp): number[] {
  return text.split('\n').flatMap((line, i) => (pattern.test(line) ? [i + 1] : []));
}

interface Import extends TextFile {
  readonly from: string;
  readonly typeOnly: boolean;
}

function importsOf({ file, text }: TextFile): Import[] {
  const statements = [
    ...text.matchAll(
      /^(?:import|export)\b([^;'"]*?)\bfrom\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)|^import ['"]([^'"]+)['"]/gm,
    ),
  ];
  return statements.map(([, clause, from, dynamic, bare]) => ({
    file,
    text,
    from: (from ?? dynamic ?? bare)!,
    typeOnly: clause?.trimStart().startsWith('type ') ?? false,
  }));
}

const MEASURING = ['contracts', 'math', 'binning', 'sketches'];
/** Which folders of the core a folder may import, besides itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  contracts: [],
  math: ['contracts'],
  binning: ['contracts', 'math'],
  sketches: ['contracts', 'math', 'binning'],
  statistics: MEASURING,
  quality: MEASURING,
  multivariate: MEASURING,
  explain: MEASURING,
  slo: MEASURING,
  slices: MEASURING,
  rollout: MEASURING,
  generate: [...MEASURING, 'statistics', 'quality', 'multivariate', 'explain', 'slo', 'slices', 'rollout'],
};
const FOLDERS = FILES.flatMap((file) => /^src\/([^/]+)\//.exec(file)?.[1] ?? []);

describe('imports', () => {
  const inCore = SOURCES.filter(({ file }) => /^src\/.+\.ts$/.test(file) && !isTest(file));

  it('each folder of the core has its place in the order', () => {
    const unknown = [...new Set(FOLDERS)].filter((folder) => !(folder in MAY_IMPORT));
    expect(unknown.map((folder) => `src/${folder} has no place in the order of imports: give it one in MAY_IMPORT`)).toEqual([]);
  });

  it('go down the order of the core, by the index of a folder', () => {
    const faults = inCore.flatMap(importsOf).flatMap(({ file, from }) => {
      if (!from.startsWith('.')) return [];
      const [, folder] = /^src\/([^/]+)\//.exec(file) ?? [];
      const target = path.posix.normalize(path.posix.join(path.posix.dirname(file), from));
      const [, targetFolder] = /^src\/([^/]+)\//.exec(target) ?? [];
      if (folder === undefined || folder === targetFolder) return [];
      if (targetFolder === undefined || !MAY_IMPORT[folder]?.includes(targetFolder)) {
        return [
          `${file} imports ${from}: ${folder} may import ${MAY_IMPORT[folder]!.join(', ') || 'nothing'}; move the code down, or pass it in`,
        ];
      }
      // Contracts are types of one file each; other folders show what is theirs to use in their index.
      const byIndex = targetFolder === 'contracts' || target === `src/${targetFolder}/index.js`;
      return byIndex ? [] : [`${file} imports ${from}: import ../${targetFolder}/index.js, and export from there what is needed`];
    });
    expect(faults).toEqual([]);
  });

  it('of the core are simple-statistics and the types of json-schema-to-ts alone, and of its dashboards what builds them', () => {
    const faults = inCore
      .flatMap(importsOf)
      .filter(({ file, from, typeOnly }) => {
        // Nor does anything else import the dashboards: every sidecar would load their builder with the index of the core.
        if (/^@grafana\/grafana-foundation-sdk\/|\/dashboards\//.test(from)) return !file.startsWith('src/generate/dashboards/');
        return !from.startsWith('.') && from !== 'simple-statistics' && !(typeOnly && from === 'json-schema-to-ts');
      })
      .map(({ file, from }) => `${file} imports ${from}: the core is pure; do this in exporter/ and pass the result in`);
    expect(faults).toEqual([]);
  });

  it('nor does the core know a clock, randomness or a process', () => {
    const impure = /\b(?:process|console|Buffer|performance|fetch|setTimeout|setInterval|Date|Math\.random|crypto)(?=\.\w|\()/;
    const faults = inCore.flatMap(({ file, text }) => {
      const code = text.replace(/\/\*[^]*?\*\/|`[^`]*`/g, (part) => part.replace(/[^\n]/g, ' ')).replace(/\/\/.*/g, '');
      return linesWith(code, impure).map(
        (line) => `${file}:${line} reaches out of the core: take the time, the random number or the text as an argument`,
      );
    });
    expect(faults).toEqual([]);
  });

  it('of the exporter name the core as @modelwatch/core, and leave their package no other way', () => {
    const faults = SOURCES.filter(({ file }) => /^exporter\/.+\.ts$/.test(file))
      .flatMap(importsOf)
      .filter(({ file, from }) => {
        if (!from.startsWith('.'))
          return from.startsWith('@modelwatch/') && !['@modelwatch/core', '@modelwatch/core/dashboards'].includes(from);
        return !path.posix.normalize(path.posix.join(path.posix.dirname(file), from)).startsWith('exporter/');
      })
      .map(({ file, from }) => `${file} imports ${from}: import it from @modelwatch/core, and export it in src/index.ts if it is not yet`);
    expect(faults).toEqual([]);
  });
});

describe('the plugins', () => {
  it('know of the other packages the types of the core alone, so that nothing of them is bundled', () => {
    const faults = SOURCES.filter(({ file }) => /^[a-z]+-plugin\//.test(file) && !isTest(file))
      .flatMap(importsOf)
      .filter(({ file, from, typeOnly }) => {
        const [folder] = file.split('/');
        if (from.startsWith('.')) return !path.posix.normalize(path.posix.join(path.posix.dirname(file), from)).startsWith(`${folder}/`);
        return from.startsWith('@modelwatch/') && !(from === '@modelwatch/core' && typeOnly);
      })
      .map(({ file, from }) => `${file} imports ${from}: take types of @modelwatch/core by \`import type\`, and values from data frames`);
    expect(faults).toEqual([]);
  });
});

/** Names that tools or readers expect as they are. */
const NAMES_EXPECTED = /^(?:README|CHANGELOG|ARCHITECTURE|CONTRIBUTING|SECURITY)\.md$|^(?:LICENSE|NOTICE|Dockerfile)$|^\.[a-z]/;

describe('names', () => {
  it('are kebab-case, those of Python snake_case, those of an alert its own', () => {
    const faults = FILES.filter((file) => {
      const name = path.posix.basename(file);
      const folders = path.posix.dirname(file).split('/');
      if (!folders.every((folder) => /^\.?[a-z0-9]*(?:-[a-z0-9]+)*$/.test(folder))) return true;
      if (NAMES_EXPECTED.test(name)) return false;
      if (file.startsWith('alert-rules/') && /^Modelwatch[A-Za-z]+\.(?:yaml|md)$/.test(name)) return false;
      return !(name.endsWith('.py') ? /^[a-z0-9_.]+$/ : /^[a-z0-9]+(?:[-.][a-z0-9]+)*$/).test(name);
    });
    expect(faults.map((file) => `${file}: rename it to words-with-dashes`)).toEqual([]);
  });

  it('say what is inside', () => {
    const vague = /^(?:utils?|helpers?|common|misc)(?:\.|$)/;
    const faults = FILES.filter((file) => file.split('/').some((part) => vague.test(part)));
    expect(faults.map((file) => `${file}: name it after the one concept it holds`)).toEqual([]);
  });
});

describe('statistics and quality metrics', () => {
  const ENTRIES = [
    ...STATISTICS.map(({ name }) => ({ name, folder: 'statistics' })),
    ...QUALITY_METRICS.map(({ name }) => ({ name, folder: 'quality' })),
  ];

  it.each(ENTRIES)('$name has its file, golden values and page', ({ name, folder }) => {
    const faults = [
      { file: `src/${folder}/${name}.ts`, advice: 'put it into a file of its name' },
      { file: `src/${folder}/${name}.golden.json`, advice: `add cases to src/${folder}/golden.py and run it` },
      { file: `docs/statistics/${name}.md`, advice: 'write its page; docs/recipes/add-a-statistic.md says how' },
    ].filter(({ file }) => !existsSync(path.join(root, file)));
    expect(faults.map(({ file, advice }) => `${file} does not exist: ${advice}`)).toEqual([]);
  });
});

const TABLE: readonly MetricDescription[] = METRICS;
/** Base units of Prometheus, and those of what is counted here. */
const UNITS = ['seconds', 'bytes', 'ratio', 'nats', 'rows', 'entries', 'celsius', 'meters', 'volts', 'amperes', 'joules', 'grams'];
const UNITS_NOT_BASE = [
  'milliseconds',
  'microseconds',
  'ms',
  'minutes',
  'hours',
  'days',
  'percent',
  'kilobytes',
  'megabytes',
  'kb',
  'mb',
  'kwh',
];
const LABELS_ALLOWED = [
  ...['model', 'version', 'role', 'source', 'team', 'node_version', 'feature', 'bin', 'slice', 'slice_value', 'truth', 'outcome'],
  ...['code', 'reason', 'kind', 'route', 'method', 'queue', 'label', 'stage', 'side', 'currency', 'quality', 'verdict'],
  // Of alerts: names that we generate, and three severities, else __other__.
  ...['alert', 'severity'],
];

describe('the table of metrics', () => {
  const faultsOf = (check: (row: MetricDescription) => string | false) =>
    TABLE.flatMap((row) => {
      const advice = check(row);
      return advice === false ? [] : [`${row.name}: ${advice}`];
    });

  it('names each metric once, with a help text of its own', () => {
    const twice = (values: readonly string[]) => values.filter((value, i) => values.indexOf(value) !== i);
    expect(twice(TABLE.map(({ name }) => name))).toEqual([]);
    expect(twice(TABLE.map(({ help }) => help))).toEqual([]);
  });

  it('names them as Prometheus asks', () => {
    const faults = faultsOf(({ name, type }) => {
      const words = name.split('_');
      const units = words.filter((word) => UNITS.includes(word));
      const stem = name.replace(/_total$/, '');
      if (!/^modelwatch(_[a-z0-9]+)+$/.test(name)) return 'write it as modelwatch_words_in_lower_case';
      if ((type === 'counter') !== name.endsWith('_total')) return 'counters end in _total, and nothing else does';
      if (/_(?:count|sum|bucket)$/.test(name)) return 'count, sum and bucket are what Prometheus makes of a histogram; say what is counted';
      if (words.some((word) => UNITS_NOT_BASE.includes(word))) return `use base units: ${UNITS.slice(0, 3).join(', ')}`;
      if (units.length > 1) return `one unit a name, got ${units.join(' and ')}`;
      return units.length === 1 && !stem.endsWith(`_${units[0]!}`) && `the unit ${units[0]!} goes last, before _total`;
    });
    expect(faults).toEqual([]);
  });

  it('uses labels of bounded values alone', () => {
    const faults = faultsOf(({ labels }) => {
      const unknown = labels.filter((label, i) => !LABELS_ALLOWED.includes(label) || labels.indexOf(label) !== i);
      return (
        unknown.length > 0 &&
        `has the label ${unknown.join(', ')} twice or not in LABELS_ALLOWED; add it there only with a cap on its values`
      );
    });
    expect(faults).toEqual([]);
  });

  it('explains each in sentences', () => {
    expect(faultsOf(({ help }) => !/^[A-Z][^\n]*\.$/.test(help) && 'the help text is a sentence: a capital, one line, a period')).toEqual(
      [],
    );
  });

  it('gives histograms, and them alone, ascending bounds', () => {
    const faults = faultsOf(({ type, buckets }) => {
      if (type !== 'histogram') return buckets !== undefined && 'only a histogram has buckets';
      const ascending = buckets?.every((bound, i) => i === 0 || bound > buckets[i - 1]!) ?? false;
      return !ascending && 'give buckets in ascending order';
    });
    expect(faults).toEqual([]);
  });
});

/** Every text value of a YAML or JSON file, at any depth. */
function textValues(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textValues) : [];
}

/** The names of series in a text; the pieces of a regular expression are none. */
const names = (text: string) =>
  (text.match(/(?<![\w.+*:])[a-zA-Z_][a-zA-Z0-9_:]*/g) ?? []).filter((name) => /modelwatch_.*[^_]$/.test(name));

describe('rules and dashboards', () => {
  const DOCUMENTS = TEXTS.filter(({ file }) => /^(?:alert-rules|provisioning)\/.*\.(?:ya?ml|json)$/.test(file)).map(({ file, text }) => ({
    file,
    contents: parseAllDocuments(text).map((document) => document.toJS({ maxAliasCount: 100 }) as unknown),
  }));
  const recorded = DOCUMENTS.flatMap(({ contents }) => JSON.stringify(contents).match(/"record":"[^"]+"/g) ?? []).map((pair) =>
    pair.slice(10, -1),
  );
  const exported = TABLE.flatMap(({ name, type }) =>
    type === 'histogram' ? ['', '_bucket', '_sum', '_count'].map((suffix) => name + suffix) : [name],
  );
  const known = new Set([...recorded, ...exported]);

  it('are read', () => {
    expect(DOCUMENTS.map(({ file }) => file)).toEqual(expect.arrayContaining(['alert-rules/alerts.yaml', 'alert-rules/recording.yaml']));
    expect(recorded.length).toBeGreaterThan(10);
  });

  it('name series that are exported or recorded', () => {
    const faults = DOCUMENTS.flatMap(({ file, contents }) =>
      [...new Set(textValues(contents).flatMap(names))]
        .filter((name) => !known.has(name))
        .map(
          (name) =>
            `${file} names ${name}, which is neither in src/contracts/metrics.ts nor recorded by a rule: correct the name, or add the row`,
        ),
    );
    expect(faults).toEqual([]);
  });
});

const LINES_MAX = 350;
// Put together, so that this file does not find itself.
const UNFINISHED = new RegExp(`\\b(?:${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X'].join('|')})\\b|\\.(?:on${'ly'}|ski${'p'})(?:\\.each)?\\(`);
const LOCAL_PATH = new RegExp(`(?<![\\w.~)}-])/(?:${['work', 'root', 'home', 'Users'].join('|')})/`);

describe('files', () => {
  it(`have at most ${LINES_MAX} lines of source`, () => {
    const faults = SOURCES.map(({ file, text }) => ({ file, lines: text.split('\n').length - 1 })).filter(({ lines }) => lines > LINES_MAX);
    expect(faults.map(({ file, lines }) => `${file} has ${lines} lines: split it by concept`)).toEqual([]);
  });

  it('are finished', () => {
    const faults = SOURCES.flatMap(({ file, text }) =>
      linesWith(text, UNFINISHED).map((line) => `${file}:${line}: finish it, or open an issue`),
    );
    expect(faults).toEqual([]);
  });

  it('name no path of one machine', () => {
    const faults = TEXTS.flatMap(({ file, text }) =>
      linesWith(text, LOCAL_PATH).map((line) => `${file}:${line}: write a path relative to the repository`),
    );
    expect(faults).toEqual([]);
  });

  it('that are pages link to files that exist', () => {
    const faults = TEXTS.filter(({ file }) => file.endsWith('.md')).flatMap(({ file, text }) => {
      const prose = text.replace(/```[^]*?```|`[^`\n]*`/g, '');
      const targets = [...prose.matchAll(/\]\(\s*<?([^)\s>#]+)[^)]*\)/g)].map(([, target]) => target!);
      return [...new Set(targets)]
        .filter((target) => !/^[a-z][a-z0-9+.-]*:/i.test(target))
        .filter((target) => !existsSync(path.join(root, path.dirname(file), decodeURI(target))))
        .map((target) => `${file} links to ${target}, which does not exist: correct the link, relative to the page`);
    });
    expect(faults).toEqual([]);
  });
});
