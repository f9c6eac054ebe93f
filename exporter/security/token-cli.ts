import { appendFile, open } from 'node:fs/promises';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { durationSeconds, DURATION_PATTERN, NAME_PATTERN, SCOPES, type Scope, type TokenConfig } from '@modelwatch/core';
import { stringify } from 'yaml';
import type { Clock } from '../clock.js';
import type { Output } from '../config/check-command.js';
import { digestText, newToken } from './token.js';

interface Flags {
  readonly name: string;
  readonly scope: readonly Scope[];
  readonly expiresIn?: number;
  readonly tokenFile?: string;
  readonly entryFile?: string;
  readonly keep: boolean;
}

/** Adds `modelwatch token`. */
export function addTokenCommand(program: Command, output: Output, exit: (code: number) => void, clock: Clock): void {
  program
    .command('token')
    .summary('make a token and the entry for access.tokens that lets it in')
    .description(
      'Makes a token of 256 random bits and prints it once, with the entry that lets it in: the entry holds its digest and goes into access.tokens or\n' +
        'the file of access.tokensFile, the token to whoever calls. To rotate: add the entry of a second token under the same name, SIGHUP, change the\n' +
        'callers, take the first entry away, SIGHUP.\n' +
        'Exit code: 0; 1 where a file cannot be written, or is there already.',
    )
    .requiredOption('--name <name>', 'whose token it is', asName)
    .addOption(new Option('--scope <scope...>', 'what it may do').choices(SCOPES).makeOptionMandatory())
    .option('--expires-in <duration>', 'how long it is live, such as 90d; without, it does not expire', asDuration)
    .option('--token-file <file>', 'write the token into a new file that its owner alone may read, instead of printing it')
    .option('--entry-file <file>', 'append the entry to this file of tokens, instead of printing it')
    .option('--keep', 'do nothing where the file of the token exists already', false)
    .action(async (flags: Flags) => {
      exit(await tokenCommand(flags, output, clock));
    });
}

async function tokenCommand({ name, scope, expiresIn, tokenFile, entryFile, keep }: Flags, output: Output, clock: Clock): Promise<0 | 1> {
  const token = newToken();
  const entry: TokenConfig = {
    name,
    digest: digestText(token),
    scopes: [...new Set(scope)],
    ...(expiresIn === undefined ? {} : { expires: `${new Date((clock.nowSeconds() + expiresIn) * 1000).toISOString().slice(0, 19)}Z` }),
  };
  const text = stringify([entry]);
  try {
    if (tokenFile !== undefined) {
      if (!(await writeNew(tokenFile, `${token}\n`))) {
        if (keep) return 0;
        output.stderr.write('modelwatch token: the file of the token exists already\n');
        return 1;
      }
    }
    if (entryFile !== undefined) await appendFile(entryFile, text);
  } catch (error) {
    output.stderr.write(`modelwatch token: a file cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown'})\n`);
    return 1;
  }
  if (tokenFile === undefined) output.stdout.write(`${token}\n`);
  if (entryFile === undefined) output.stdout.write(tokenFile === undefined ? `\n${text}` : text);
  return 0;
}

/** False where the file is there already. */
async function writeNew(file: string, text: string): Promise<boolean> {
  const handle = await open(file, 'wx', 0o600).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    throw error;
  });
  if (handle === undefined) return false;
  try {
    await handle.writeFile(text);
  } finally {
    await handle.close();
  }
  return true;
}

function asName(text: string): string {
  if (!new RegExp(NAME_PATTERN).test(text))
    throw new InvalidArgumentError('It must start with a letter or digit, then have letters, digits, dots or dashes.');
  return text;
}

function asDuration(text: string): number {
  if (!new RegExp(DURATION_PATTERN).test(text) || durationSeconds(text) <= 0)
    throw new InvalidArgumentError('It must be a duration such as 90d.');
  return durationSeconds(text);
}
