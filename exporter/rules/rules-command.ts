import { generateRules } from '@modelwatch/core';
import type { GeneratedFile } from '@modelwatch/core';
import { BaselineError } from '../baseline/baseline-error.js';
import type { Output } from '../config/check-command.js';
import { formatFaults } from '../config/fault.js';
import { loadConfig } from '../config/load-config.js';
import { stateOf, writeChanged } from './write-changed.js';
import type { FileState } from './write-changed.js';

export interface RulesCommandOptions {
  /** Configuration to make rules for. */
  readonly config: string;
  /** Folder below which `alert-rules/recording.yaml` and `alert-rules/alerts.yaml` stand. */
  readonly out: string;
  /** Only say which files differ, and write none. */
  readonly check: boolean;
}

/**
 * `modelwatch rules`: writes the recording rules and alerts of a configuration, each file whole or not at all. Returns the exit code: 0; 1 where
 * `check` found a file that is missing or different; 2 where the configuration or the folder is at fault.
 */
export async function rulesCommand({ config: file, out, check }: RulesCommandOptions, output: Output): Promise<0 | 1 | 2> {
  const config = await loadConfig(file);
  if (!config.ok) {
    output.stderr.write(formatFaults(config.faults));
    return 2;
  }
  const files = generateRules(config.value);
  try {
    return await (check ? checkFiles(files, out, output) : writeFiles(files, out, output));
  } catch (error) {
    output.stderr.write(`modelwatch rules: ${sentence(error)}\n`);
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

async function checkFiles(files: readonly GeneratedFile[], out: string, { stdout, stderr }: Output): Promise<0 | 1> {
  let code: 0 | 1 = 0;
  for (const file of files) {
    const state = await stateOf(file, out);
    if (state.kind !== 'equal') code = 1;
    (state.kind === 'equal' ? stdout : stderr).write(`${file.path}: ${WORDS[state.kind](state)}\n`);
  }
  return code;
}

const WORDS: { readonly [K in FileState['kind']]: (state: FileState) => string } = {
  equal: () => 'ok',
  missing: () => 'missing; run `modelwatch rules`',
  different: (state) => `differs from line ${state.kind === 'different' ? state.line : 0} on; run \`modelwatch rules\``,
};

/** A fault of the file system is said in a sentence; anything else is a fault of ours and is thrown on. */
function sentence(error: unknown): string {
  if (error instanceof BaselineError) return error.message;
  const { code, path: file } = error as NodeJS.ErrnoException;
  if (code === undefined || file === undefined) throw error;
  return `${file} cannot be used (${code})`;
}
