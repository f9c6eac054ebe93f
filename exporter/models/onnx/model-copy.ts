import { createHash } from 'node:crypto';
import { constants, open, mkdtemp, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { succeed, type Result } from '../../errors.js';
import { modelFault, type ModelFault } from './model-fault.js';

/** A private copy of a model file: read once, so that what was checked is what every child loads, whatever becomes of the file. */
export interface ModelCopy {
  /** Open for reading; children inherit it as their standard input and read it by position. */
  readonly descriptor: number;
  readonly bytes: number;
  /** SHA-256 of the content, in hexadecimal. */
  readonly digest: string;
  close(): Promise<void>;
}

/** What protobuf can hold in one message. */
const MODEL_BYTES_MAX = 2_147_483_647;
const CHUNK_BYTES = 1_048_576;

/** Copies a file to a place that has no name: the copy is removed from its directory at once and lives as long as it is open. */
export async function copyModel(file: string): Promise<Result<ModelCopy, ModelFault>> {
  let source: FileHandle | undefined;
  let directory: string | undefined;
  let sink: FileHandle | undefined;
  try {
    // A pipe in the file's place would block an ordinary open for ever.
    source = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    if (!(await source.stat()).isFile()) return modelFault('model_unreadable', 'the model is not a regular file');
    directory = await mkdtemp(join(tmpdir(), 'modelwatch-'));
    const copy = join(directory, 'model');
    sink = await open(copy, 'wx', 0o600);
    const copied = await copyBytes(source, sink);
    if (copied === undefined) return modelFault('model_too_large', `the model file is larger than ${MODEL_BYTES_MAX} bytes`);
    const handle = await open(copy, 'r');
    const place = directory;
    let closing: Promise<void> | undefined;
    return succeed({
      descriptor: handle.fd,
      ...copied,
      close: () => (closing ??= handle.close().then(() => rm(place, { recursive: true, force: true }))),
    });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    return modelFault('model_unreadable', `the model file cannot be ${directory === undefined ? 'read' : 'copied'} (${code})`);
  } finally {
    await source?.close();
    await sink?.close();
    // Where an open file cannot be removed (Windows), `close` does it.
    if (directory !== undefined) await rm(directory, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function copyBytes(source: FileHandle, sink: FileHandle): Promise<Pick<ModelCopy, 'bytes' | 'digest'> | undefined> {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let bytes = 0;
  for (;;) {
    const { bytesRead } = await source.read(chunk, 0, CHUNK_BYTES, bytes);
    if (bytesRead === 0) return { bytes, digest: hash.digest('hex') };
    if (bytes + bytesRead > MODEL_BYTES_MAX) return undefined;
    const part = chunk.subarray(0, bytesRead);
    hash.update(part);
    await sink.appendFile(part);
    bytes += bytesRead;
  }
}
