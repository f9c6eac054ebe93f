import type { Pool } from 'undici';

const MILLISECONDS_MAX = 2000;
const BODY_BYTES_MAX = 1_048_576;

/** What is read of an answer: up to so many bytes, then the connection is closed and a RangeError thrown. */
export async function readBounded(body: AsyncIterable<Buffer>, bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new RangeError(`the upstream answered more than ${bytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** A small request of our own, for health and metadata, outside limits and breaker. */
export async function ownRequest(pool: Pool, path: string): Promise<{ readonly status: number; readonly body: string }> {
  const { statusCode, body } = await pool.request({ method: 'GET', path, signal: AbortSignal.timeout(MILLISECONDS_MAX) });
  return { status: statusCode, body: (await readBounded(body as AsyncIterable<Buffer>, BODY_BYTES_MAX)).toString() };
}
