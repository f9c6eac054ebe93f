import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import type { SkipReason } from './watcher.js';

const DECODERS: ReadonlyMap<string, typeof gunzipSync> = new Map([
  ['gzip', gunzipSync],
  ['x-gzip', gunzipSync],
  ['deflate', inflateSync],
  ['br', brotliDecompressSync],
]);

/**
 * The plain bytes of a body by its `Content-Encoding`, for watching: at most `bytesMax`, whatever it inflates to. One coding is undone, not a
 * row of them. Runs in the watch queue: no longer than reading as much JSON takes.
 */
export function inflateBody(body: Buffer, encoding: string | undefined, bytesMax: number): Buffer | SkipReason {
  const coding = encoding?.trim().toLowerCase() ?? '';
  if (coding === '' || coding === 'identity') return body;
  const decoder = DECODERS.get(coding);
  if (decoder === undefined) return 'encoding';
  try {
    return decoder(body, { maxOutputLength: bytesMax });
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? 'too_large' : 'undecodable';
  }
}
