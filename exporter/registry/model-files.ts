import { createHash, randomUUID } from 'node:crypto';
import { constants, mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { NAME_PATTERN } from '@modelwatch/core';
import { fail, succeed, type Result } from '../errors.js';

export interface ModelFilesOptions {
  /** Made with mode 0700 where it is not there; nobody else writes into it. */
  readonly directory: string;
  /** Where files are taken from by name. */
  readonly inbox: string;
  /** Over all files kept. */
  readonly bytesMax: number;
}

/**
 * Model files and baselines by their SHA-256, in a private directory: a file is copied while it is hashed, and gets its digest as its name once
 * it is on disk and is what it was said to be. What becomes of the original afterwards does not matter.
 */
export interface ModelFiles {
  /** Takes a file from the inbox; its name is a name, never a path. What is kept already is not read again. */
  take(name: string, digest: string): Promise<Result<void>>;
  /** Takes a file that the configuration names, whatever its digest, which it gives. */
  takePath(file: string): Promise<Result<string>>;
  /** Where the file of a digest is, once its content was found to be that. */
  open(digest: string): Promise<Result<string>>;
  /** Removes a file that no version names. */
  forget(digest: string): Promise<void>;
  readonly bytes: number;
  readonly bytesMax: number;
  /** Files refused because as many bytes as allowed are kept. */
  readonly dropped: number;
}

const NAME = new RegExp(NAME_PATTERN);
const DIGEST = /^[0-9a-f]{64}$/;
/** How the name of a file begins until it is whole. */
const HALF = '.';
const CHUNK_BYTES = 1_048_576;
/** A link in the file's place is refused, and a pipe does not block. */
const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Opens the private directory, removes what a crash left half copied, and counts the rest. Throws where it cannot be made or read. */
export async function openModelFiles({ directory, inbox, bytesMax }: ModelFilesOptions): Promise<ModelFiles> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await assertPrivate(directory);
  const sizes = new Map<string, number>();
  let bytes = 0;
  const keep = (name: string, size: number) => {
    bytes += size - (sizes.get(name) ?? 0);
    if (size === 0) sizes.delete(name);
    else sizes.set(name, size);
  };
  for (const name of await readdir(directory)) {
    if (name.startsWith(HALF)) await rm(path.join(directory, name), { force: true });
    else keep(name, (await stat(path.join(directory, name))).size);
  }
  let dropped = 0;
  const placeOf = (digest: string) => path.join(directory, digest);

  /** Copies a file in; `wanted` is the digest it must have. */
  const copy = async (file: string, flags: number, wanted?: string): Promise<Result<string>> => {
    const half = path.join(directory, `${HALF}${randomUUID()}`);
    let source: FileHandle | undefined;
    let sink: FileHandle | undefined;
    try {
      source = await open(file, flags);
      const { size, nlink } = await regular(source);
      // A second name for the file would be a way to change it, or to read what its owner may not.
      if (wanted !== undefined && nlink !== 1) return fail('file_refused', 'the file has more than one name; copy it into the inbox');
      if (bytes + size > bytesMax) {
        dropped++;
        return fail('registry_full', 'the registry keeps as many bytes of files as it may');
      }
      sink = await open(half, 'wx', 0o400);
      const digest = await copyBytes(source, sink, bytesMax - bytes);
      if (digest === undefined) return fail('file_refused', 'the file grew while it was read');
      if (wanted !== undefined && digest !== wanted) return fail('digest_mismatch', 'the file has another SHA-256 than was said');
      await sink.sync();
      await rename(half, placeOf(digest));
      await syncDirectory(directory);
      keep(digest, (await sink.stat()).size);
      return succeed(digest);
    } catch (error) {
      if (error instanceof Refusal) return fail('file_refused', error.message);
      const { code = 'unknown' } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' && source === undefined) return fail('file_not_found', 'the inbox holds no file of this name');
      if (code === 'ELOOP') return fail('file_refused', 'the file is a link; copy it into the inbox');
      return fail('files_unavailable', `the file cannot be ${source === undefined ? 'read' : 'copied'} (${code})`);
    } finally {
      await source?.close();
      await sink?.close();
      await rm(half, { force: true });
    }
  };

  // One at a time: what is counted is what is there.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };

  const verify = async (digest: string): Promise<Result<string>> => {
    let handle: FileHandle | undefined;
    try {
      handle = await open(placeOf(digest), READ_FLAGS);
      await regular(handle);
      if ((await copyBytes(handle, undefined, bytesMax)) === digest) return succeed(placeOf(digest));
      return fail('digest_mismatch', 'the file that the registry keeps is damaged; register the version anew');
    } catch (error) {
      if (error instanceof Refusal) return fail('file_refused', error.message);
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return fail('file_not_found', 'the registry keeps no file of this digest');
      return fail('files_unavailable', 'the file that the registry keeps cannot be read');
    } finally {
      await handle?.close();
    }
  };

  return {
    take: (name, digest) =>
      inTurn(async () => {
        if (!NAME.test(name)) return fail('file_refused', 'a file in the inbox is named by letters, digits, dots, dashes and underscores');
        if (!DIGEST.test(digest)) return fail('invalid_value', 'a digest is a SHA-256 as 64 hexadecimal digits in lower case');
        if ((await verify(digest)).ok) return succeed(undefined);
        const taken = await copy(path.join(inbox, name), READ_FLAGS, digest);
        return taken.ok ? succeed(undefined) : taken;
      }),
    takePath: (file) => inTurn(() => copy(file, constants.O_RDONLY | constants.O_NONBLOCK)),
    open: verify,
    forget: (digest) =>
      inTurn(async () => {
        await rm(placeOf(digest), { force: true });
        keep(digest, 0);
      }),
    get bytes() {
      return bytes;
    },
    bytesMax,
    get dropped() {
      return dropped;
    },
  };
}

class Refusal extends Error {}

async function regular(handle: FileHandle) {
  const found = await handle.stat();
  if (!found.isFile()) throw new Refusal('this is not a regular file');
  return found;
}

/** Of others may nobody write where what is served lies. */
async function assertPrivate(directory: string): Promise<void> {
  const { mode, uid } = await stat(directory);
  if (process.getuid !== undefined && (uid !== process.getuid() || (mode & 0o022) !== 0)) {
    throw new Refusal('others may write into the directory of the registry; make it private (mode 0700) and its owner the sidecar');
  }
}

/** Hashes a file and writes it on where there is a sink. Undefined where there is more of it than allowed. */
async function copyBytes(source: FileHandle, sink: FileHandle | undefined, bytesMax: number): Promise<string | undefined> {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let bytes = 0; ;) {
    const { bytesRead } = await source.read(chunk, 0, CHUNK_BYTES, bytes);
    if (bytesRead === 0) return hash.digest('hex');
    bytes += bytesRead;
    if (bytes > bytesMax) return undefined;
    const part = chunk.subarray(0, bytesRead);
    hash.update(part);
    await sink?.appendFile(part);
  }
}

/** The name is as durable as the content. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
