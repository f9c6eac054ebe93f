import net from 'node:net';

/** What came back on a raw connection: the status of each answer in order, and whether the server ended the connection. */
export interface RawAnswer {
  readonly statuses: readonly number[];
  readonly text: string;
  readonly ended: boolean;
}

/** Longest wait for a server that says nothing. */
const SILENCE_MILLISECONDS = 500;

/** Writes bytes as they are to a server and reads until it ends the connection, or says nothing more for half a second. */
export function sendRaw(url: string, bytes: string | Buffer): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = net.connect(Number(port), hostname);
    let text = '';
    const done = (ended: boolean) => {
      socket.destroy();
      const statuses = [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
      resolve({ statuses, text, ended });
    };
    socket.setTimeout(SILENCE_MILLISECONDS, () => {
      done(false);
    });
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('end', () => {
      done(true);
    });
    socket.on('error', () => {
      done(true);
    });
    socket.write(bytes);
  });
}
