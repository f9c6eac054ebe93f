import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { GeneratedFile } from '@modelwatch/core';
import { writeFileAtomic } from '../baseline/write-file-atomic.js';

/** How a generated file stands on disk: absent, as generated, or different from this line (counted from 1) on. */
export type FileState = { readonly kind: 'missing' } | { readonly kind: 'equal' } | { readonly kind: 'different'; readonly line: number };

/** Compares a generated file with what is at its place below `folder`. */
export async function stateOf({ path: name, text }: GeneratedFile, folder: string): Promise<FileState> {
  const present = await readIfPresent(path.join(folder, name));
  if (present === undefined) return { kind: 'missing' };
  if (present === text) return { kind: 'equal' };
  const lines = text.split('\n');
  const line = present.split('\n').findIndex((each, index) => each !== lines[index]);
  // Where one is the beginning of the other, they differ at the first line that only one has.
  return { kind: 'different', line: (line === -1 ? present.split('\n').length : line) + 1 };
}

/** Writes a generated file below `folder` where it is missing or different, and says which it was. A reader finds the old one or the new one. */
export async function writeChanged(file: GeneratedFile, folder: string): Promise<FileState> {
  const state = await stateOf(file, folder);
  if (state.kind !== 'equal') {
    const target = path.join(folder, file.path);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFileAtomic(target, file.text);
  }
  return state;
}

async function readIfPresent(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
