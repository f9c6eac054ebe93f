import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { writeFileAtomic } from '../baseline/write-file-atomic.js';
import { KEY_BYTES } from '../security/body-seal.js';
import { StartError } from './start-error.js';

/** What the name of the store's file is followed by. */
export const BODY_KEY_SUFFIX = '.key';

/**
 * The key that halves of exchanges wait sealed by, in a file of its own beside the store: who gets the database alone, by a copy or a backup, reads
 * none of them, and a restart loses none. Made at the first start, readable by its owner alone. The store must be open: nobody else makes one then.
 */
export async function openBodyKey(storePath: string): Promise<Uint8Array> {
  if (storePath === ':memory:') return randomBytes(KEY_BYTES);
  const file = storePath + BODY_KEY_SUFFIX;
  try {
    const key = await readFile(file);
    if (key.length === KEY_BYTES) return key;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return makeKey(file);
    throw new StartError(1, `the key of the store, ${file}, cannot be read (${code ?? 'unknown'})\n`, error);
  }
  throw new StartError(1, `${file} is no key of ${KEY_BYTES} bytes: restore it, or remove it and lose the halves of exchanges that wait\n`);
}

async function makeKey(file: string): Promise<Uint8Array> {
  const key = randomBytes(KEY_BYTES);
  try {
    await writeFileAtomic(file, key, 0o600);
  } catch (error) {
    throw new StartError(1, `the key of the store cannot be made: ${(error as Error).message}\n`, error);
  }
  return key;
}
