import { readFile } from 'node:fs/promises';

/** Why a command has no token to send: `message` is one sentence. */
export class CallerTokenError extends Error {
  override readonly name = 'CallerTokenError';
}

/** What may stand in a header, and no more than a token of anybody needs. */
const TOKEN = /^[\x21-\x7e]{1,4096}$/;

/**
 * The headers by which a command of ours shows who it is: the token of a file, else the one of MODELWATCH_TOKEN, else none. There is no flag for the
 * token itself, since every user of a machine can read the arguments of its processes.
 */
export async function callerHeaders(file: string | undefined, env: NodeJS.ProcessEnv): Promise<Readonly<Record<string, string>>> {
  const text = file === undefined ? env['MODELWATCH_TOKEN'] : await read(file);
  const token = text?.trim() ?? '';
  if (token === '') {
    if (file !== undefined) throw new CallerTokenError('the file of the token is empty');
    return {};
  }
  if (!TOKEN.test(token)) throw new CallerTokenError('the token is no text that can be sent');
  return { authorization: `Bearer ${token}` };
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new CallerTokenError(`the file of the token cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  }
}
