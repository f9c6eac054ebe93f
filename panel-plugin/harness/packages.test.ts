import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readZip } from './read-zip.js';

/* What the catalogue asks of a packed plugin: the checks of @grafana/plugin-validator that need no network, each by its name there and
   written anew from its documentation, and of its rules for code those that a text can be held against. */

const ROOT = path.join(import.meta.dirname, '..', '..');
const PLUGINS = [
  { folder: 'datasource-plugin', id: 'modelwatch-datasource', type: 'datasource' },
  { folder: 'panel-plugin', id: 'modelwatch-panel', type: 'panel' },
] as const;

interface Description {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly buildMode?: string;
  readonly dependencies: { readonly grafanaDependency: string };
  readonly info: {
    readonly description: string;
    readonly keywords: readonly string[];
    readonly author: { readonly name: string };
    readonly links: readonly { readonly name: string; readonly url: string }[];
    readonly logos: { readonly small: string; readonly large: string };
    readonly screenshots: readonly { readonly name: string; readonly path: string }[];
    readonly version: string;
    readonly updated: string;
  };
}

interface Packed {
  readonly folder: string;
  readonly id: string;
  readonly type: string;
  readonly archive: string;
  /** Names within the folder of the id. */
  readonly files: ReadonlyMap<string, Buffer>;
  readonly names: readonly string[];
  readonly description: Description;
  text(name: string): string;
}

type Check = (packed: Packed) => readonly (string | false)[];

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47]);
const LINKS = ['Documentation', 'Repository', 'License', 'Raise issue'];
const packageOf = ({ folder }: Packed) =>
  JSON.parse(readFileSync(path.join(ROOT, folder, 'package.json'), 'utf8')) as {
    readonly version: string;
    readonly scripts: Readonly<Record<string, string>>;
  };

/** Code that the validator's rules refuse, or warn of. */
const REFUSED_CODE: readonly (readonly [string, RegExp])[] = [
  ['console output', /console\.(?:log|info|table|dir|group|time|trace|count)\(/],
  ['dialogues', /\b(?:alert|confirm|prompt)\(/],
  ['window.open', /window\.open\(/],
  ['globals of Grafana', /grafanaBootData|grafanaRuntime/],
  ['the location', /window\.location\.(?:search|href)/],
  ['gf-form', /gf-form/],
  ['the query endpoint of backends', /\/api\/ds\/query/],
  ['eval', /\beval\(|new Function\(/],
  [
    'a React of its own',
    /ReactCurrentOwner|__SECRET_INTERNALS|__CLIENT_INTERNALS|Symbol\.for\("react\.(?:element|transitional\.element)"\)/,
  ],
  ['what one React lacks', /findDOMNode|\.defaultProps|\.propTypes|ReactDOM\.render/],
  ['tracking', /google-analytics|googletagmanager|hotjar|fullstory/],
];

const CHECKS: Readonly<Record<string, Check>> = {
  archive: ({ names }) => [
    ...['module.js', 'plugin.json', 'README.md', 'LICENSE', 'CHANGELOG.md'].map((name) => !names.includes(name) && `lacks ${name}`),
    ...names.map((name) => /\.tsx?$|node_modules|(^|\/)\.|\.\./.test(name) && `holds ${name}`),
  ],
  archivename: ({ archive, id, description }) => [archive !== `${id}-${description.info.version}.zip` && `is named ${archive}`],
  nestedmetadata: ({ names }) =>
    names.filter((name) => name !== 'plugin.json').map((name) => name.endsWith('plugin.json') && `nests ${name}`),
  metadatavalid: ({ description, id, type, text }) => [
    description.id !== id && `has the id ${description.id}`,
    description.type !== type && `has the type ${description.type}`,
    !/^[0-9a-z]+-([0-9a-z]+-)?(app|panel|datasource)$/.test(id) && 'has an id that is no plugin id',
    /%[A-Z_]+%/.test(text('plugin.json')) && 'has a placeholder in plugin.json',
    !/^\d{4}-\d\d-\d\d$/.test(description.info.updated) && `was updated on ${description.info.updated}`,
    description.buildMode !== 'production' && `is built for ${description.buildMode}`,
  ],
  typesuffix: ({ id, type }) => [!id.endsWith(`-${type}`) && 'does not end in its type'],
  pluginname: ({ description }) => [/grafana|plugin|panel|datasource/i.test(description.name) && `is named ${description.name}`],
  metadatapaths: ({ description: { info }, names }) =>
    [info.logos.small, info.logos.large, ...info.screenshots.map((shot) => shot.path)].map(
      (file) => (!names.includes(file) || /^\/|\.\.|:/.test(file)) && `names ${file}, which it does not hold`,
    ),
  grafanadependency: ({ description }) => [description.dependencies.grafanaDependency !== '>=12.3.0' && 'asks for another Grafana'],
  packagejson: (packed) => [packed.description.info.version !== packageOf(packed).version && 'has not the version of its package.json'],
  legacybuilder: (packed) =>
    Object.values(packageOf(packed).scripts).map((script) => script.includes('grafana-toolkit') && 'is built by the toolkit'),
  buildtools: ({ folder }) => [
    !readFileSync(path.join(ROOT, folder, '.config/webpack/webpack.config.ts'), 'utf8').includes('@grafana/create-plugin') &&
      'has no webpack configuration of create-plugin',
  ],
  modulejs: ({ text }) => [!/^(?:\/\*.*?\*\/\s*)*define\(\[/.test(text('module.js')) && 'has a module.js that is no anonymous AMD module'],
  jsmap: ({ text, id, folder }) => {
    const map = JSON.parse(text('module.js.map')) as { readonly sources: readonly string[]; readonly sourcesContent: readonly string[] };
    const own = map.sources.flatMap((source, i) => {
      const [, file] = new RegExp(`^webpack://${id}/\\./(\\S+\\.tsx?)$`).exec(source) ?? [];
      return file === undefined ? [] : [{ file: path.join(ROOT, folder, 'src', file), content: map.sourcesContent[i] }];
    });
    return [
      own.length < 5 && 'has no map of its sources',
      ...own.map(({ file, content }) => (!existsSync(file) || readFileSync(file, 'utf8') !== content) && `was built from another ${file}`),
    ];
  },
  license: ({ text }) => [
    !text('LICENSE').includes('Apache License') && 'has another licence',
    /\{yyyy\}|\[yyyy\]|name of copyright owner/.test(text('LICENSE')) && 'has a licence that was not filled in',
  ],
  readme: ({ text }) => [
    text('README.md').length < 1000 && 'has a short README',
    /!?\[[^\]]*\]\((?!https:\/\/)[^)]*\)|<img[^>]+src="(?!https:)/.test(text('README.md')) &&
      'has a README with addresses that are not absolute',
    /<!--|%[A-Z_]+%|A brief description|This template/.test(text('README.md')) && 'has the README of a template',
    /\byarn\b|\bnodejs\b|\bdocker-compose\b|\bnpm\b/i.test(text('README.md')) && 'has a README that speaks to its developers',
  ],
  changelog: ({ text, description }) => [
    !text('CHANGELOG.md').includes(`## ${description.info.version}`) && 'has no entry of its version in CHANGELOG.md',
  ],
  unsafesvg: ({ names, text }) =>
    names
      .filter((name) => name.endsWith('.svg'))
      .map((name) => /<script|\bon\w+=|javascript:|<foreignObject|href="http/i.test(text(name)) && `has an unsafe ${name}`),
  screenshots: ({ description, files }) => [
    description.info.screenshots.length === 0 && 'has no screenshot',
    ...description.info.screenshots.map(({ path: file, name }) => {
      const contents = files.get(file);
      return (!contents?.subarray(0, 4).equals(PNG) || name.length < 5) && `has a screenshot ${file} that is no PNG, or without a name`;
    }),
  ],
  discoverability: ({ description: { info } }) => [
    (info.description.length < 40 || info.author.name === '') && 'does not say what it is, or whose',
    info.keywords.length < 3 && 'has few keywords',
    ...LINKS.map((name) => !info.links.some((link) => link.name === name && link.url.startsWith('https://')) && `has no link ${name}`),
  ],
  code: ({ names, text }) =>
    names
      .filter((name) => name.endsWith('.js'))
      .flatMap((name) => REFUSED_CODE.map(([what, pattern]) => pattern.test(text(name)) && `has ${what} in ${name}`)),
  'code before it is built': ({ folder }) =>
    readdirSync(path.join(ROOT, folder, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.tsx?$/.test(file) && !/\.test\./.test(file))
      .map((file) => [file, readFileSync(path.join(ROOT, folder, 'src', file), 'utf8')] as const)
      .map(
        ([file, source]) =>
          /@ts-(?:ignore|expect-error)|from '[^']+\.s?css'|\bGlobal\b.*@emotion/.test(source) && `has in ${file} what the rules refuse`,
      ),
};

describe.each(PLUGINS)('$id as it is packed', ({ folder, id, type }) => {
  const out = mkdtempSync(path.join(os.tmpdir(), 'modelwatch-packages-'));
  let packed: Packed;
  let bytes: Buffer;
  const pack = (to: string) => execFileSync(process.execPath, [path.join(ROOT, '.ci', 'package.mjs'), to], { cwd: ROOT });

  beforeAll(() => {
    pack(out);
    const archive = readdirSync(out).find((name) => name.startsWith(id))!;
    bytes = readFileSync(path.join(out, archive));
    const whole = readZip(bytes);
    const stray = [...whole.keys()].filter((name) => !name.startsWith(`${id}/`));
    expect(stray).toEqual([]);
    const files = new Map([...whole].map(([name, contents]) => [name.slice(id.length + 1), contents]));
    const text = (name: string) => files.get(name)?.toString('utf8') ?? '';
    const description = JSON.parse(text('plugin.json')) as Description;
    packed = { folder, id, type, archive, files, names: [...files.keys()], description, text };
  });
  afterAll(() => rmSync(out, { recursive: true, force: true }));

  it('is the same, byte for byte, each time', () => {
    const again = path.join(out, 'again');
    pack(again);
    expect(readFileSync(path.join(again, packed.archive)).equals(bytes)).toBe(true);
  });

  it.each(Object.entries(CHECKS))('%s', (_name, check) => {
    expect(check(packed).filter((fault) => fault !== false)).toEqual([]);
  });
});
