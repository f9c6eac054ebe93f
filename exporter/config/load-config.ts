import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import type { Config, ModelConfig } from '@modelwatch/core';
import { configSchema } from '@modelwatch/core';
import { byPosition, quote } from './fault.js';
import type { Fault, LoadResult, Path } from './fault.js';
import { checkMeaning } from './meaning.js';
import { readTokenFile } from './token-file.js';
import { schemaFaults } from './schema-fault.js';
import type { SchemaFault } from './schema-fault.js';
import { compileSchema } from './schema-validator.js';
import { soundPart } from './sound-part.js';
import type { Part } from './sound-part.js';
import { CONFIG_BYTES_MAX, readYaml } from './yaml-source.js';
import type { YamlSource } from './yaml-source.js';

const validate = compileSchema(configSchema);

/**
 * Checks the text of a configuration: syntax, then form by the schema, then meaning. Defaults are filled in; paths stay as written
 * (`resolvePaths`). Never throws on input: every fault is listed, in the order of the file. Reads no file but its argument.
 */
export function parseConfig(source: string | Uint8Array, fileName: string): LoadResult<Config> {
  const yaml = readYaml(source, fileName);
  if (!yaml.ok) return yaml;
  const { config, faults } = check(yaml.value);
  return faults.length > 0 ? { ok: false, faults: faults.toSorted(byPosition) } : { ok: true, value: withSliceFeatures(config as Config) };
}

/**
 * Reads and checks a configuration file, and that the files it names are there. Paths in the result are absolute, resolved against the
 * folder of the configuration. `files` says which are looked for: all, those without which nothing can be served, or none, where the configuration is of
 * another machine and its tokens let nobody in here. A challenger or an error model
 * whose file is not there is like one whose file cannot be loaded: it costs its own readings.
 */
export async function loadConfig(file: string, options: LoadOptions = {}): Promise<LoadResult<Config>> {
  const yaml = await readConfigSource(file);
  return yaml.ok ? configOf(yaml.value, file, options) : yaml;
}

interface LoadOptions {
  readonly files?: 'all' | 'served' | 'none';
}

/** The same of a file that has been read. */
export async function configOf(yaml: YamlSource, file: string, { files = 'all' }: LoadOptions = {}): Promise<LoadResult<Config>> {
  const { config, faults } = check(yaml);
  const all = files === 'none' ? faults : [...faults, ...(await missingFiles(config, file, yaml, files))];
  if (all.length > 0) return { ok: false, faults: all.toSorted(byPosition) };
  const resolved = resolvePaths(withSliceFeatures(config as Config), file);
  return files === 'none' ? { ok: true, value: resolved } : withTokensOfFile(resolved);
}

/** The values of a configuration file as they were written, and where each of them stands. */
export async function readConfigSource(file: string): Promise<LoadResult<YamlSource>> {
  const source = await readBounded(file);
  return source.ok ? readYaml(source.value, file) : source;
}

/** The tokens of the file that the configuration names, beside its own: from here on they are one list. */
async function withTokensOfFile(config: Config): Promise<LoadResult<Config>> {
  const { tokens, tokensFile } = config.access;
  if (tokensFile === undefined) return { ok: true, value: config };
  const source = await readBounded(tokensFile);
  const read = source.ok ? readTokenFile(source.value, tokensFile, tokens) : source;
  return read.ok ? { ok: true, value: { ...config, access: { ...config.access, tokens: [...tokens, ...read.value] } } } : read;
}

/** The same configuration with absolute paths, resolved against the folder of `file`. The store's `:memory:` is no path. */
export function resolvePaths(config: Config, file: string): Config {
  const folder = path.dirname(path.resolve(file));
  const absolute = (name: string): string => path.resolve(folder, name);
  const models = config.models.map((model): ModelConfig => {
    const { onnx, baseline, errorModel } = model.champion;
    const champion = {
      ...model.champion,
      ...(onnx === undefined ? {} : { onnx: { ...onnx, path: absolute(onnx.path) } }),
      ...(baseline === undefined ? {} : { baseline: absolute(baseline) }),
      ...(errorModel === undefined
        ? {}
        : { errorModel: { ...errorModel, onnx: { ...errorModel.onnx, path: absolute(errorModel.onnx.path) } } }),
    };
    const challengers = model.challengers.map((challenger) => ({
      ...challenger,
      ...(challenger.onnx === undefined ? {} : { onnx: { ...challenger.onnx, path: absolute(challenger.onnx.path) } }),
      ...(challenger.baseline === undefined ? {} : { baseline: absolute(challenger.baseline) }),
    }));
    return { ...model, champion, challengers };
  });
  const store = config.store.path === ':memory:' ? config.store : { ...config.store, path: absolute(config.store.path) };
  const registry = { ...config.registry, path: absolute(config.registry.path), inbox: absolute(config.registry.inbox) };
  const { tokensFile } = config.access;
  const access = tokensFile === undefined ? config.access : { ...config.access, tokensFile: absolute(tokensFile) };
  return { ...config, access, store, registry, models };
}

/** Form, then meaning of whatever has the right form, so that one wrong key does not hide the rest. */
function check(yaml: YamlSource): { readonly config: Part<Config>; readonly faults: readonly Fault[] } {
  const found = schemaFaults(validate(yaml.value), yaml.value);
  const faults = found.map((fault) => placed(fault, yaml));
  const config = soundPart<Config>(yaml.value, found);
  checkMeaning(config, (at, message, { expected, spot = 'value' } = {}) => {
    faults.push(yaml.faultAt(at, spot, expected === undefined ? { message } : { message, expected }));
  });
  return { config, faults };
}

function placed({ path: at, key, ...about }: SchemaFault, yaml: YamlSource): Fault {
  if (key?.is === 'unknown') return yaml.faultAt([...at, key.name], 'key', about, at);
  return yaml.faultAt(at, key === undefined ? 'value' : 'key', about);
}

/** A slice that names neither feature nor header is by the feature of its own name; from here on each slice has exactly one. */
function withSliceFeatures(config: Config): Config {
  const models = config.models.map((model): ModelConfig => {
    const slices = model.slices.map((slice) =>
      slice.feature === undefined && slice.header === undefined ? { ...slice, feature: slice.name } : slice,
    );
    return { ...model, slices };
  });
  return { ...config, models };
}

async function readBounded(file: string): Promise<LoadResult<Uint8Array>> {
  const failed = (message: string): LoadResult<Uint8Array> => ({ ok: false, faults: [{ file, line: 1, column: 1, path: '', message }] });
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, 'r');
    const { size } = await handle.stat();
    // A pipe says size 0; one byte beyond the limit is enough for readYaml to refuse the file.
    const buffer = Buffer.alloc(Math.min(CONFIG_BYTES_MAX, size === 0 ? CONFIG_BYTES_MAX : size) + 1);
    let length = 0;
    while (length < buffer.length) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return { ok: true, value: buffer.subarray(0, length) };
  } catch (error) {
    return failed(`the file cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  } finally {
    await handle?.close();
  }
}

async function missingFiles(config: Part<Config>, file: string, yaml: YamlSource, files: 'all' | 'served'): Promise<Fault[]> {
  const folder = path.dirname(path.resolve(file));
  const named: { readonly name: string; readonly at: Path; readonly what: string }[] = [];
  const tokensFile = config.access?.tokensFile;
  if (isFileName(tokensFile)) named.push({ name: tokensFile, at: ['access', 'tokensFile'], what: 'file of tokens' });
  for (const [index, model] of (config.models ?? []).entries()) {
    const { onnx, baseline } = model?.champion ?? {};
    const at: Path = ['models', index, 'champion'];
    if (isFileName(onnx?.path)) named.push({ name: onnx.path, at: [...at, 'onnx', 'path'], what: 'ONNX file' });
    if (isFileName(baseline)) named.push({ name: baseline, at: [...at, 'baseline'], what: 'baseline' });
    const errorModel = model?.champion?.errorModel?.onnx?.path;
    if (files === 'all' && isFileName(errorModel))
      named.push({ name: errorModel, at: [...at, 'errorModel', 'onnx', 'path'], what: 'ONNX file' });
    for (const [place, challenger] of (files === 'all' ? (model?.challengers ?? []) : []).entries()) {
      const name = challenger?.onnx?.path;
      const at: Path = ['models', index, 'challengers', place];
      if (isFileName(name)) named.push({ name, at: [...at, 'onnx', 'path'], what: 'ONNX file' });
      if (isFileName(challenger?.baseline)) named.push({ name: challenger.baseline, at: [...at, 'baseline'], what: 'baseline' });
    }
  }
  const faults: Fault[] = [];
  for (const { name, at, what } of named) {
    const reason = await unreadable(path.resolve(folder, name));
    if (reason !== undefined)
      faults.push(yaml.faultAt(at, 'value', { message: `the ${what} ${quote(name)} ${reason}`, expected: 'a file' }));
  }
  return faults;
}

const isFileName = (name: string | undefined): name is string => name !== undefined && name !== '' && !name.includes('\0');

async function unreadable(file: string): Promise<string | undefined> {
  try {
    return (await stat(file)).isFile() ? undefined : 'is not a file';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? 'does not exist' : `cannot be read (${code ?? 'unknown'})`;
  }
}
