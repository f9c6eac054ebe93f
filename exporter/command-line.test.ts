import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Command, CommanderError } from 'commander';
import { createProgram } from './command-line.js';

/* Every command of the program is held to one convention, and every command that a page shows to the program. */

const ROOT = path.join(import.meta.dirname, '..');
const quiet = { write: () => true };

/** All commands, or one of them, with its whole name. What would end the process throws. */
async function commandsOf(asked = ''): Promise<ReadonlyMap<string, Command>> {
  const program = await createProgram(asked, { output: { stdout: quiet, stderr: quiet }, version: '0.0.0-test', exit: () => undefined });
  const found = new Map<string, Command>();
  const add = (command: Command, name: string) => {
    command.exitOverride().configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
    found.set(name, command);
    for (const part of command.commands) add(part, `${name} ${part.name()}`);
  };
  add(program, 'modelwatch');
  return found;
}

let commands: ReadonlyMap<string, Command>;
beforeAll(async () => {
  commands = await commandsOf();
});

/** Those that do something: the others hold commands. */
const leaves = () => [...commands].filter(([, command]) => command.commands.length === 0);
const optionsOf = (command: Command, long: string) => command.options.filter((option) => option.long === long);

/** What `--help` prints, texts before and after the options included. */
function helpOf(command: Command): string {
  let text = '';
  const writeOut = (part: string) => void (text += part);
  command.configureOutput({ writeOut, getOutHelpWidth: () => 1000 });
  command.outputHelp();
  return text;
}

describe('every command', () => {
  it('is here', () => {
    expect(leaves().map(([name]) => name)).toEqual(
      [
        ...['run', 'check', 'baseline', 'rules', 'dashboards', 'slo export', 'slo import', 'gate', 'domain', 'replay'],
        ...['registry list', 'registry show', 'registry register', 'registry promote', 'registry stage', 'registry archive'],
        ...['event post', 'event list', 'token', 'demo'],
      ].map((name) => `modelwatch ${name}`),
    );
  });

  it('says what it is for, and what its exit codes mean', () => {
    const silent = leaves().filter(([, command]) => command.summary() === '' || command.description() === '');
    expect(silent.map(([name]) => name)).toEqual([]);
    const untold = leaves().filter(([, command]) => !/^Exit code: 0/m.test(helpOf(command)));
    expect(untold.map(([name]) => name)).toEqual([]);
  });

  it('that reads a configuration takes it by --config, modelwatch.yaml where none is named and one is needed', () => {
    const taking = leaves().filter(([, command]) => optionsOf(command, '--config').length > 0);
    const names = ['run', 'check', 'baseline', 'rules', 'dashboards', 'slo export', 'gate'];
    expect(taking.map(([name]) => name)).toEqual(names.map((name) => `modelwatch ${name}`));
    const reading = taking.filter(([name]) => !/baseline|gate/.test(name));
    for (const [, command] of reading) expect(helpOf(command)).toMatch(/\(default: "?modelwatch\.yaml"?\)/);
    expect(new Set(taking.flatMap(([, command]) => optionsOf(command, '--config').map(({ flags }) => flags)))).toEqual(
      new Set(['--config <file>']),
    );
  });

  it('that asks a sidecar takes --url and --token-file, with one default', () => {
    const asking = leaves().filter(([, command]) => optionsOf(command, '--url').length > 0);
    expect(asking).toHaveLength(9);
    for (const [, command] of asking) {
      expect(optionsOf(command, '--url')[0]!.defaultValue).toBe('http://127.0.0.1:9810');
      expect(optionsOf(command, '--token-file')).toHaveLength(1);
    }
  });

  it('names its own help where it is used wrongly', async () => {
    for (const [name, command] of await commandsOf()) {
      let said = '';
      command.configureOutput({
        writeErr: (text) => void (said += text),
        outputError: (text, write) => {
          write(text);
        },
      });
      expect(() => command.error('error: wrong')).toThrow('error: wrong');
      expect(said).toContain(`Try \`${name} --help\`.`);
    }
  });
});

it.each([
  ['check', ['check', 'a.yaml', '--config', 'b.yaml']],
  ['slo', ['slo', 'export', 'a.yaml', '--config', 'b.yaml']],
])('%s takes one file: two that differ are wrong usage', async (asked, args) => {
  const program = (await commandsOf(asked)).get('modelwatch')!;
  await expect(program.parseAsync(args, { from: 'user' })).rejects.toThrow("takes one file, got 'a.yaml' and --config 'b.yaml'");
});

/** Words of a command of a shell, up to where another begins. */
function wordsOf(line: string): string[] {
  const words: string[] = [];
  for (const [word, double, single] of line.matchAll(/(?:"([^"]*)"|'([^']*)'|<[\w-]+>|[^\s|;&#<>"'])+|[|;&#<>]/g)) {
    if (/^[|;&#<>]$/.test(word)) break;
    words.push(double ?? single ?? word);
  }
  return words;
}

const CALL = /(?:^|[\s`(])(?:modelwatch|node (?:exporter\/)?dist\/main\.js) ([a-z][^\n`]*)/gm;

/** What the pages call the program with: in blocks, and within sentences in backquotes. */
function shownCalls(): { readonly page: string; readonly words: readonly string[]; readonly isSentence: boolean }[] {
  const below = ['docs', 'alert-rules', 'exporter/examples'].flatMap((folder) =>
    readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) => path.join(folder, file)),
  );
  const beside = ['README.md', 'SECURITY.md', 'datasource-plugin/README.md', 'panel-plugin/README.md'];
  const pages = [...beside, ...below.filter((file) => file.endsWith('.md'))];
  return pages.flatMap((page) => {
    const text = readFileSync(path.join(ROOT, page), 'utf8').replaceAll(/\\\n\s*/g, ' ');
    const blocks = [...text.matchAll(/^```(?:sh|bash|console)\n([^]*?)^```/gm)].map(([, block]) => block!);
    const spans = [...text.replaceAll(/^```[^]*?^```/gm, '').matchAll(/`(modelwatch [^`\n]+)`/g)].map(([, span]) => span!);
    return [...blocks, ...spans].flatMap((part, i) =>
      [...part.matchAll(CALL)].map(([, call]) => ({ page, words: wordsOf(call!), isSentence: i >= blocks.length })),
    );
  });
}

it('every command that a page shows is one, with options that there are', () => {
  const calls = shownCalls();
  expect(calls.length).toBeGreaterThan(40);
  const faults: string[] = [];
  for (const { page, words, isSentence } of calls) {
    let command = commands.get('modelwatch')!;
    let rest = words;
    for (let part; (part = command.commands.find((one) => one.name() === rest[0])) !== undefined; rest = rest.slice(1)) command = part;
    const told = `${page}: modelwatch ${words.join(' ')}`;
    if (command === commands.get('modelwatch')) {
      faults.push(`${told}: no such command`);
      continue;
    }
    try {
      const { operands, unknown } = command.parseOptions([...rest]);
      const most = command.registeredArguments.some(({ variadic }) => variadic) ? Infinity : command.registeredArguments.length;
      if (unknown.length > 0 || operands.length > most) faults.push(`${told}: ${[...unknown, ...operands].join(' ')}`);
    } catch (error) {
      // A sentence names an option without its value, and a place to be filled in is no number.
      if (isSentence && (error as CommanderError).code === 'commander.optionMissingArgument') continue;
      if ((error as CommanderError).code !== 'commander.invalidArgument' || !/<|[A-Z]{3}|\.\.\./.test(told))
        faults.push(`${told}: ${(error as Error).message}`);
    }
  }
  expect(faults).toEqual([]);
});
