import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ScoreRow } from './micro-batches.js';
import { parseRow, renderScore } from './v2-row.js';

/** node:http and nothing else: reads the body, scores the row, answers. */
export function bareListener(score: ScoreRow): RequestListener {
  return (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { id, values } = parseRow((chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)).toString());
      score(values, (result) => {
        const text = renderScore(id, result);
        response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': text.length });
        response.end(text);
      });
    });
  };
}

/** Listens on a free port and says which, as Modelwatch does. */
export function serve(listener: RequestListener): void {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo;
    process.stdout.write(`${JSON.stringify({ msg: 'listening', url: `http://127.0.0.1:${port}` })}\n`);
  });
  process.once('SIGTERM', () => process.exit(0));
}
