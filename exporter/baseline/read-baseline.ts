import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { Baseline } from '@modelwatch/core';
import { baselineSchema } from '@modelwatch/core';
import type { LoadResult, Path } from '../config/fault.js';
import { got, schemaFaults } from '../config/schema-fault.js';
import type { SchemaFault } from '../config/schema-fault.js';
import { compileSchema } from '../config/schema-validator.js';
import type { SchemaErrors } from '../config/schema-validator.js';
import { soundPart } from '../config/sound-part.js';
import { checkBaselineMeaning } from './baseline-meaning.js';
import { pointerOf } from './baseline-fault.js';
import type { BaselineFault } from './baseline-fault.js';
import { parseJsonText } from './json-text.js';

export const BASELINE_BYTES_MAX = 67_108_864;
/** Faults listed of one file; a broken generator repeats itself. */
const FAULTS_MAX = 1000;

const validate = compileSchema(baselineSchema);

/**
 * Checks a baseline: length, UTF-8, depth, JSON, form by the schema, then meaning. Never throws on input; every fault is listed, up to
 * 1,000, with the JSON pointer of its place.
 */
export function readBaseline(source: string | Uint8Array, fileName: string): LoadResult<Baseline, BaselineFault> {
  const bytes = typeof source === 'string' ? Buffer.byteLength(source) : source.byteLength;
  if (bytes > BASELINE_BYTES_MAX) return unread(fileName, `has ${bytes} bytes, at most ${BASELINE_BYTES_MAX} are read`);
  const json = parseJsonText(source);
  if (!json.ok) return { ok: false, faults: [{ file: fileName, pointer: '', message: json.message }] };

  const found = meantFaults(validate(json.value), json.value);
  const faults = found.map((fault): BaselineFault => {
    const { path, message, expected, didYouMean } = fault;
    const hint = didYouMean === undefined ? '' : `; did you mean ${JSON.stringify(didYouMean)}?`;
    return { file: fileName, pointer: pointerOf(path), message: `${message}${hint}`, expected };
  });
  checkBaselineMeaning(soundPart<Baseline>(json.value, found), (path, message) => {
    faults.push({ file: fileName, pointer: pointerOf(path), message });
  });
  if (faults.length === 0) return { ok: true, value: json.value as Baseline };
  const more = faults.length - FAULTS_MAX;
  if (more <= 0) return { ok: false, faults };
  return { ok: false, faults: [...faults.slice(0, FAULTS_MAX), { file: fileName, pointer: '', message: `and ${more} more faults` }] };
}

/** Reads and checks a baseline file. A file that cannot be read is a fault like any other. */
export async function loadBaseline(file: string): Promise<LoadResult<Baseline, BaselineFault>> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, 'r');
    const stats = await handle.stat();
    // A device or a pipe may never end.
    if (!stats.isFile()) return unread(file, 'is no regular file');
    const { size } = stats;
    // Not read at all when too long: a mistaken path may name a data set.
    if (size > BASELINE_BYTES_MAX) return unread(file, `has ${size} bytes, at most ${BASELINE_BYTES_MAX} are read`);
    return readBaseline(await handle.readFile(), file);
  } catch (error) {
    return unread(file, `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  } finally {
    await handle?.close();
  }
}

function unread(file: string, why: string): LoadResult<Baseline, BaselineFault> {
  return { ok: false, faults: [{ file, pointer: '', message: `the file ${why}` }] };
}

/** Features are numeric or categorical; of the errors of both branches only those of the kind that the feature names are of use. */
function meantFaults(errors: SchemaErrors, value: unknown): SchemaFault[] {
  const unclear = new Map<string, { readonly path: Path; readonly kind: unknown }>();
  const meant = errors.filter((error) => {
    const branch = /^#\/properties\/(?:reconstruction\/properties\/)?features\/items\/anyOf\/([01])\//.exec(error.schemaPath)?.[1];
    if (branch === undefined) return true;
    const { feature, path } = featureAt(value, error.instancePath);
    if (typeof feature !== 'object' || feature === null || Array.isArray(feature)) return branch === '0';
    const { kind } = feature as { readonly kind?: unknown };
    if (kind === 'numeric') return branch === '0';
    if (kind === 'categorical') return branch === '1';
    unclear.set(pointerOf(path), { path, kind });
    return false;
  });
  const expected = '"numeric" or "categorical"';
  const kinds = [...unclear.values()].map(({ path, kind }): SchemaFault => ({
    path: [...path, 'kind'],
    message: `expected ${expected}, got ${got(kind)}`,
    expected,
  }));
  return [...schemaFaults(meant, value), ...kinds];
}

/** The entry of a list of features that a pointer leads to or into, of the baseline or of its reconstruction. */
function featureAt(value: unknown, pointer: string): { readonly feature: unknown; readonly path: Path } {
  const steps = pointer.split('/').slice(1);
  const path = steps.slice(0, steps.indexOf('features') + 2).map((step, i) => (i > 0 && steps[i - 1] === 'features' ? Number(step) : step));
  const feature = path.reduce<unknown>((holder, step) => (holder as Record<string | number, unknown>)[step], value);
  return { feature, path };
}
