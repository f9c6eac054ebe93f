import net from 'node:net';

/** A message of HTTP/1.1 as it stood on the wire, its framing undone. */
export interface RawMessage {
  /** Request line or status line. */
  readonly start: string;
  /** Header lines as they came, latin1. */
  readonly headers: readonly string[];
  readonly body: Buffer;
}

type Framing = { readonly kind: 'length'; readonly bytes: number } | { readonly kind: 'chunked' } | { readonly kind: 'until_end' };

/** Cuts what comes in on a connection into messages. `end` gives a body that lasts until the end of the connection. */
export function createMessageReader(onMessage: (message: RawMessage) => void): { push(bytes: Buffer): void; end(): void } {
  let buffered: Buffer = Buffer.alloc(0);
  const take = (atEnd: boolean) => {
    for (let read = readMessage(buffered, atEnd); read !== undefined; read = readMessage(buffered, atEnd)) {
      buffered = buffered.subarray(read.bytes);
      onMessage(read.message);
    }
  };
  return {
    push(bytes) {
      buffered = Buffer.concat([buffered, bytes]);
      take(false);
    },
    end() {
      take(true);
    },
  };
}

function readMessage(buffer: Buffer, atEnd: boolean): { readonly message: RawMessage; readonly bytes: number } | undefined {
  const headEnd = buffer.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const [start = '', ...headers] = buffer.toString('latin1', 0, headEnd).split('\r\n');
  const framing = framingOf(start, headers);
  const rest = buffer.subarray(headEnd + 4);
  const body = framing.kind === 'chunked' ? readChunks(rest) : readPlain(rest, framing, atEnd);
  return body === undefined ? undefined : { message: { start, headers, body: body.body }, bytes: headEnd + 4 + body.bytes };
}

function framingOf(start: string, headers: readonly string[]): Framing {
  if (/^HTTP\/1\.1 (?:1\d\d|204|304) /.test(start)) return { kind: 'length', bytes: 0 };
  const valueOf = (name: string) =>
    headers
      .find((line) => line.toLowerCase().startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim();
  if (valueOf('transfer-encoding') === 'chunked') return { kind: 'chunked' };
  const length = valueOf('content-length');
  if (length !== undefined) return { kind: 'length', bytes: Number(length) };
  return start.startsWith('HTTP/') ? { kind: 'until_end' } : { kind: 'length', bytes: 0 };
}

interface ReadBody {
  readonly body: Buffer;
  readonly bytes: number;
}

function readPlain(rest: Buffer, framing: Exclude<Framing, { kind: 'chunked' }>, atEnd: boolean): ReadBody | undefined {
  const bytes = framing.kind === 'length' ? framing.bytes : atEnd ? rest.length : Infinity;
  return rest.length < bytes ? undefined : { body: Buffer.from(rest.subarray(0, bytes)), bytes };
}

function readChunks(rest: Buffer): ReadBody | undefined {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = rest.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(rest.toString('latin1', at, lineEnd), 16);
    const dataEnd = lineEnd + 2 + size;
    if (rest.length < dataEnd + 2) return undefined;
    if (size === 0) return { body: Buffer.concat(parts), bytes: dataEnd + 2 };
    parts.push(rest.subarray(lineEnd + 2, dataEnd));
    at = dataEnd + 2;
  }
}

/** What came back on a connection of its own. */
export interface RawExchange {
  readonly answers: readonly RawMessage[];
  /** Whether the server ended the connection before as many answers had come as were waited for. */
  readonly ended: boolean;
}

/** Writes bytes as they are and reads until so many answers have come, interim ones included, or the server ends the connection. */
export function exchangeRaw(url: string, bytes: string | Buffer, answersWanted = 1): Promise<RawExchange> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = net.connect(Number(port), hostname);
    const answers: RawMessage[] = [];
    const done = (ended: boolean) => {
      socket.destroy();
      resolve({ answers, ended });
    };
    const reader = createMessageReader((answer) => {
      answers.push(answer);
      if (answers.length === answersWanted) done(false);
    });
    socket.on('data', reader.push);
    socket.on('end', () => {
      reader.end();
      if (answers.length < answersWanted) done(true);
    });
    socket.on('error', () => {
      done(true);
    });
    socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  });
}
