import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Command } from 'commander';
import { parse } from 'yaml';
import { systemClock } from '../clock.js';
import { readTokenFile } from '../config/token-file.js';
import { addTokenCommand } from './token-cli.js';
import { digestText } from './token.js';

const clock = { ...systemClock, nowSeconds: () => 1_800_000_000.7 };
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-token-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function token(...args: readonly string[]) {
  const ended = { stdout: '', stderr: '', code: -1 };
  const program = new Command('modelwatch').exitOverride().configureOutput({ writeErr: (text) => (ended.stderr += text) });
  const output = {
    stdout: { write: (text: string) => (ended.stdout += text) },
    stderr: { write: (text: string) => (ended.stderr += text) },
  };
  addTokenCommand(program, output, (code) => (ended.code = code), clock);
  for (const command of program.commands) command.exitOverride().configureOutput({ writeErr: (text) => (ended.stderr += text) });
  await program.parseAsync(['token', ...args], { from: 'user' }).catch(() => (ended.code = 2));
  return ended;
}

describe('modelwatch token', () => {
  it('prints a token once, and the entry that lets it in', async () => {
    const { code, stdout } = await token('--name', 'ci', '--scope', 'ingest', 'read', '--expires-in', '90d');
    const [made, rest] = stdout.split('\n\n');
    expect([code, made]).toEqual([0, expect.stringMatching(/^mwt_[\w-]{43}$/)]);
    expect(parse(rest!)).toEqual([{ name: 'ci', digest: digestText(made!), scopes: ['ingest', 'read'], expires: '2027-04-15T08:00:00Z' }]);
  });

  it('writes the token for its owner alone and appends the entry to a file that the sidecar reads', async () => {
    const entryFile = path.join(folder, 'tokens.yaml');
    const files = [path.join(folder, 'first'), path.join(folder, 'second')];
    for (const file of files) {
      const ended = await token('--name', 'ci', '--scope', 'ingest', '--token-file', file, '--entry-file', entryFile);
      expect(ended).toEqual({ code: 0, stdout: '', stderr: '' });
      expect((await stat(file)).mode & 0o777).toBe(0o600);
    }
    const made = await Promise.all(files.map((file) => readFile(file, 'utf8')));
    const read = readTokenFile(await readFile(entryFile), 'tokens.yaml', []);
    expect(read).toEqual({ ok: true, value: made.map((text) => ({ name: 'ci', digest: digestText(text.trim()), scopes: ['ingest'] })) });
  });

  it('leaves a token that is there alone: a fault, or nothing to do', async () => {
    const tokenFile = path.join(folder, 'token');
    const entryFile = path.join(folder, 'tokens.yaml');
    const args = ['--name', 'ci', '--scope', 'ingest', '--token-file', tokenFile, '--entry-file', entryFile];
    await token(...args);
    const before = [await readFile(tokenFile, 'utf8'), await readFile(entryFile, 'utf8')];
    expect(await token(...args)).toEqual({ code: 1, stdout: '', stderr: 'modelwatch token: the file of the token exists already\n' });
    expect(await token(...args, '--keep')).toEqual({ code: 0, stdout: '', stderr: '' });
    expect([await readFile(tokenFile, 'utf8'), await readFile(entryFile, 'utf8')]).toEqual(before);
  });

  it('says why a file cannot be written', async () => {
    const { code, stderr } = await token('--name', 'ci', '--scope', 'ingest', '--token-file', path.join(folder, 'absent', 'token'));
    expect([code, stderr]).toEqual([1, 'modelwatch token: a file cannot be written (ENOENT)\n']);
  });

  it.each([
    ['no scope', ['--name', 'ci']],
    ['an unknown scope', ['--name', 'ci', '--scope', 'root']],
    ['no name', ['--scope', 'read']],
    ['a name of two words', ['--name', 'a b', '--scope', 'read']],
    ['a duration without unit', ['--name', 'ci', '--scope', 'read', '--expires-in', '90']],
  ])('refuses %s', async (_name, args) => {
    expect(await token(...args)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('error:') });
  });
});
