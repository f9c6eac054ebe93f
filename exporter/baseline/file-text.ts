import type { Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { BaselineError } from './baseline-error.js';

export interface FileTextOptions {
  /** Takes the bytes of the file as they are read, before they are inflated. */
  readonly hash: Hash;
  readonly isGzip: boolean;
  /** A file that inflates to more is refused. */
  readonly inflatedBytesMax: number;
}

/** The text of a file, chunk by chunk, digested while it is read. Refuses what is not UTF-8; a byte-order mark is left out. */
export async function* fileText(file: string, options: FileTextOptions): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = (chunk?: Uint8Array): string => {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch (error) {
      throw new BaselineError('encoding_invalid', `${file} is not UTF-8`, error);
    }
  };
  const raw = fileBytes(file, options.hash);
  for await (const chunk of options.isGzip ? inflated(raw, file, options.inflatedBytesMax) : raw) yield decode(chunk);
  const rest = decode();
  if (rest !== '') yield rest;
}

/** What is thrown for a file that cannot be read: a sentence where the system says why. */
export function unreadable(file: string, error: unknown): unknown {
  return isSystemError(error) ? new BaselineError('file_unreadable', `${file} cannot be read (${error.code})`, error) : error;
}

/** The bytes of a file, digested while they are read. */
export async function* fileBytes(file: string, hash: Hash): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 262_144 }) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      yield chunk;
    }
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** By its members, for an error of another realm is no instance of this one's Error. */
export const isSystemError = (error: unknown): error is NodeJS.ErrnoException & { readonly code: string } =>
  typeof (error as NodeJS.ErrnoException | null)?.syscall === 'string';

async function* inflated(raw: AsyncIterable<Uint8Array>, file: string, bytesMax: number): AsyncGenerator<Uint8Array, void, undefined> {
  // The pipeline hands an error of either side to the loop below, and closes the file when the loop ends early.
  const gunzip = pipeline(Readable.from(raw, { objectMode: false }), createGunzip(), () => undefined);
  let bytes = 0;
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      bytes += chunk.byteLength;
      if (bytes > bytesMax) throw new BaselineError('gzip_too_large', `${file} inflates to more than ${bytesMax} bytes`);
      yield chunk;
    }
  } catch (error) {
    if (error instanceof BaselineError) throw error;
    throw new BaselineError('gzip_invalid', `${file} is not a whole gzip file`, error);
  }
}
