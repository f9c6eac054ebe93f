import { Pool } from 'undici';
import { serve } from './bare-server.js';

// node:http and undici and nothing else: what passing a request on costs in Node.js with the libraries that Modelwatch uses.
const pool = new Pool(process.argv[2]!, { connections: 128, pipelining: 1 });

serve((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const headers = { 'content-type': request.headers['content-type'] ?? '' };
    pool.dispatch(
      { method: 'POST', path: request.url!, headers, body: Buffer.concat(chunks) },
      {
        onConnect: () => undefined,
        onHeaders(status: number, raw: Buffer[]) {
          response.writeHead(
            status,
            raw.map((part) => part.toString('latin1')),
          );
          return true;
        },
        onData: (chunk: Buffer) => response.write(chunk),
        onComplete: () => response.end(),
        onError: () => response.destroy(),
      },
    );
  });
});
