import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { callerHeaders } from './caller-token.js';

describe('the token that a command sends', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-caller-'));
    await writeFile(path.join(folder, 'token'), 'mwt_file\n');
    await writeFile(path.join(folder, 'empty'), '\n');
  });
  afterAll(() => rm(folder, { recursive: true }));
  const of = (file: string | undefined, env: NodeJS.ProcessEnv = {}) =>
    callerHeaders(file === undefined ? undefined : path.join(folder, file), env);

  it("is the file's, else the environment's, else none", async () => {
    expect(await of('token', { MODELWATCH_TOKEN: 'mwt_env' })).toEqual({ authorization: 'Bearer mwt_file' });
    expect(await of(undefined, { MODELWATCH_TOKEN: ' mwt_env ' })).toEqual({ authorization: 'Bearer mwt_env' });
    expect([await of(undefined), await of(undefined, { MODELWATCH_TOKEN: '' })]).toEqual([{}, {}]);
  });

  it.each([
    ['absent', {}, 'the file of the token cannot be read (ENOENT)'],
    ['empty', {}, 'the file of the token is empty'],
    [undefined, { MODELWATCH_TOKEN: 'two\r\nlines: x' }, 'the token is no text that can be sent'],
  ])('%s is refused without showing it', async (file, env, message) => {
    await expect(of(file, env)).rejects.toThrow(message);
  });
});
