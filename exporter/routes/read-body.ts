import type { IncomingMessage } from 'node:http';

export type BodyResult = { readonly kind: 'read'; readonly body: Buffer } | { readonly kind: 'too_large' } | { readonly kind: 'aborted' };

/**
 * Reads a request's body of at most `bytesMax` bytes. One that declares more is refused before a byte is buffered; one that turns out to be
 * longer is refused as soon as it is. Calls back instead of making a promise, which the hot path can spare.
 */
export function readBody(request: IncomingMessage, bytesMax: number, done: (result: BodyResult) => void): void {
  const declared = request.headers['content-length'];
  if (declared !== undefined && Number(declared) > bytesMax) {
    done({ kind: 'too_large' });
    return;
  }
  let first: Buffer | undefined;
  let rest: Buffer[] | undefined;
  let bytes = 0;
  let finished = false;
  const finish = (result: BodyResult) => {
    if (finished) return;
    finished = true;
    done(result);
  };
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > bytesMax) {
      finish({ kind: 'too_large' });
      return;
    }
    if (first === undefined) first = chunk;
    else (rest ??= [first]).push(chunk);
  });
  request.on('end', () => {
    finish({ kind: 'read', body: rest !== undefined ? Buffer.concat(rest) : (first ?? Buffer.alloc(0)) });
  });
  // Without a listener for it, an aborted request emits no error.
  request.on('close', () => {
    finish({ kind: 'aborted' });
  });
}
