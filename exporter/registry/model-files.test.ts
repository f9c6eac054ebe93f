import { createHash } from 'node:crypto';
import { chmod, link, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openModelFiles } from './model-files.js';

const digestOf = (text: string) => createHash('sha256').update(text).digest('hex');
const codeOf = (result: { readonly ok: boolean; readonly error?: { readonly code: string } }) => (result.ok ? 'ok' : result.error!.code);

let root: string;
let inbox: string;
let directory: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-files-'));
  inbox = path.join(root, 'inbox');
  directory = path.join(root, 'private');
  await mkdir(inbox);
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

const openFiles = (bytesMax = 1000) => openModelFiles({ directory, inbox, bytesMax });
const put = (name: string, text: string) => writeFile(path.join(inbox, name), text);

describe('the files of the registry', () => {
  it('are copies under their digest, in a folder of their owner alone', async () => {
    await put('a.onnx', 'one');
    const files = await openFiles();
    expect(codeOf(await files.take('a.onnx', digestOf('one')))).toBe('ok');
    await put('a.onnx', 'changed afterwards');
    const kept = path.join(directory, digestOf('one'));
    expect(await files.open(digestOf('one'))).toEqual({ ok: true, value: kept });
    expect(await readFile(kept, 'utf8')).toBe('one');
    expect([(await stat(directory)).mode & 0o777, (await stat(kept)).mode & 0o777]).toEqual([0o700, 0o400]);
    // Kept already: the inbox is not asked.
    await rm(path.join(inbox, 'a.onnx'));
    expect(codeOf(await files.take('a.onnx', digestOf('one')))).toBe('ok');
    expect(files.bytes).toBe(3);
    expect((await openFiles()).bytes).toBe(3);
  });

  it('are refused where they are not what was said, or are links, pipes or have two names', async () => {
    const files = await openFiles();
    await put('a', 'one');
    await symlink(path.join(inbox, 'a'), path.join(inbox, 'soft'));
    await put('twice', 'two');
    await link(path.join(inbox, 'twice'), path.join(inbox, 'hard'));
    await mkdir(path.join(inbox, 'folder'));
    const taken = async (name: string, text: string) => codeOf(await files.take(name, digestOf(text)));
    expect(await taken('a', 'other')).toBe('digest_mismatch');
    expect(await taken('soft', 'one')).toBe('file_refused');
    expect(await taken('hard', 'two')).toBe('file_refused');
    expect(await taken('folder', 'one')).toBe('file_refused');
    expect(await taken('absent', 'one')).toBe('file_not_found');
    for (const name of ['../a', 'folder/a', '/etc/passwd', '..', '.a', '', 'a\0', 'a\\b', 'x'.repeat(129)]) {
      expect([name, await taken(name, 'one')]).toEqual([name, 'file_refused']);
    }
    expect(codeOf(await files.take('a', '../a'))).toBe('invalid_value');
    expect(await readdir(directory)).toEqual([]);
    expect(files.bytes).toBe(0);
  });

  it('are found damaged when they are opened, and taken anew from the inbox', async () => {
    await put('a', 'one');
    const files = await openFiles();
    await files.take('a', digestOf('one'));
    const kept = path.join(directory, digestOf('one'));
    await chmod(kept, 0o600);
    await writeFile(kept, 'evil');
    expect(codeOf(await files.open(digestOf('one')))).toBe('digest_mismatch');
    expect(codeOf(await files.take('a', digestOf('one')))).toBe('ok');
    expect([codeOf(await files.open(digestOf('one'))), files.bytes]).toEqual(['ok', 3]);
    expect(codeOf(await files.open(digestOf('never')))).toBe('file_not_found');
  });

  it('take no more bytes than allowed, and those that came together are counted one by one', async () => {
    const files = await openFiles(10);
    for (const name of ['a', 'b', 'c']) await put(name, name.repeat(4));
    const outcomes = await Promise.all(['a', 'b', 'c'].map((name) => files.take(name, digestOf(name.repeat(4)))));
    expect(outcomes.map(codeOf)).toEqual(['ok', 'ok', 'registry_full']);
    expect([files.bytes, files.bytesMax, files.dropped]).toEqual([8, 10, 1]);
    // What no version names makes room, as does what a crash left half copied.
    await files.forget(digestOf('aaaa'));
    await writeFile(path.join(directory, '.half'), 'half');
    const again = await openFiles(10);
    expect([again.bytes, await readdir(directory)]).toEqual([4, [digestOf('bbbb')]]);
    expect(codeOf(await files.take('c', digestOf('cccc')))).toBe('ok');
  });

  it('are not kept where others may write', async () => {
    await mkdir(directory, { mode: 0o777 });
    await chmod(directory, 0o777);
    await expect(openFiles()).rejects.toThrow('others may write');
  });
});
