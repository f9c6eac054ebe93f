import type { GeneratedFile } from '@modelwatch/core';
import { BaselineError } from '../baseline/baseline-error.js';
import type { Output } from '../config/check-command.js';
import { stateOf, writeChanged } from './write-changed.js';
import type { FileState } from './write-changed.js';

export interface WriteOrCheckOptions {
  /** Folder that the files stand below. */
  readonly out: string;
  /** Only say which files differ, and write none. */
  readonly check: boolean;
}

/**
 * What every command that writes generated files does with them: each is written whole or not at all, or is compared with what is there. Returns
 * the exit code: 0; 1 where `check` found a file that is missing or different; 2 where the folder is at fault. `command` is how a user calls it.
 */
export async function writeOrCheck(
  command: string,
  files: readonly GeneratedFile[],
  { out, check }: WriteOrCheckOptions,
  output: Output,
): Promise<0 | 1 | 2> {
  try {
    return await (check ? checkFiles(command, files, out, output) : writeFiles(files, out, output));
  } catch (error) {
    output.stderr.write(`${command}: ${sentence(error)}\n`);
    return 2;
  }
}

async function writeFiles(files: readonly GeneratedFile[], out: string, { stdout }: Output): Promise<0> {
  for (const file of files) {
    const { kind } = await writeChanged(file, out);
    stdout.write(`${file.path}: ${kind === 'equal' ? 'unchanged' : 'written'}\n`);
  }
  return 0;
}

async function checkFiles(command: string, files: readonly GeneratedFile[], out: string, { stdout, stderr }: Output): Promise<0 | 1> {
  let code: 0 | 1 = 0;
  for (const file of files) {
    const state = await stateOf(file, out);
    if (state.kind !== 'equal') code = 1;
    (state.kind === 'equal' ? stdout : stderr).write(`${file.path}: ${WORDS[state.kind](state, command)}\n`);
  }
  return code;
}

const WORDS: { readonly [K in FileState['kind']]: (state: FileState, command: string) => string } = {
  equal: () => 'ok',
  missing: (_, command) => `missing; run \`${command}\``,
  different: (state, command) => `differs from line ${state.kind === 'different' ? state.line : 0} on; run \`${command}\``,
};

/** A fault of the file system is said in a sentence; anything else is a fault of ours and is thrown on. */
function sentence(error: unknown): string {
  if (error instanceof BaselineError) return error.message;
  const { code, path: file } = error as NodeJS.ErrnoException;
  if (code === undefined || file === undefined) throw error;
  return `${file} cannot be used (${code})`;
}
