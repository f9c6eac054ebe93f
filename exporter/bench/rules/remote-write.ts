/*
 * Prometheus' remote write protocol, version 1, as far as filling a Prometheus with a past takes it: a message of protobuf with series and their
 * samples, in Snappy's block format without compression.
 */

export interface WrittenSeries {
  /** The labels as `encodeLabels` gave them. */
  readonly labels: Buffer;
  readonly samples: readonly (readonly [seconds: number, value: number])[];
}

const varint = (value: number): number[] => {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return [...bytes, rest];
};

const field = (number: number, content: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([(number << 3) | 2, ...varint(content.length)]), content]);

/** The labels of a series, its name among them, in the order that Prometheus wants: sorted. */
export function encodeLabels(labels: Readonly<Record<string, string>>): Buffer {
  const pairs = Object.entries(labels).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Buffer.concat(pairs.map(([name, value]) => field(1, Buffer.concat([field(1, Buffer.from(name)), field(2, Buffer.from(value))]))));
}

/** A sample is 9 bytes of value and 7 of time, which stays 6 bytes of milliseconds for some hundred years yet. */
const SAMPLE_BYTES = 9 + 7;
const MILLISECONDS_BYTES = 6;

function encodeSamples(samples: WrittenSeries['samples']): Buffer {
  const bytes = Buffer.alloc(samples.length * (SAMPLE_BYTES + 2));
  let at = 0;
  for (const [seconds, value] of samples) {
    bytes[at] = (2 << 3) | 2;
    bytes[at + 1] = SAMPLE_BYTES;
    bytes[at + 2] = (1 << 3) | 1;
    bytes.writeDoubleLE(value, at + 3);
    bytes[at + 11] = 2 << 3;
    let rest = Math.round(seconds * 1000);
    for (let i = 0; i < MILLISECONDS_BYTES; i++) {
      const isLast = i === MILLISECONDS_BYTES - 1;
      bytes[at + 12 + i] = (rest % 128) + (isLast ? 0 : 128);
      rest = Math.floor(rest / 128);
    }
    at += SAMPLE_BYTES + 2;
  }
  return bytes;
}

/** A literal of Snappy's says its length in two bytes. */
const LITERAL_BYTES_MAX = 65_536;

function snappyBlock(content: Buffer): Buffer {
  const parts: Buffer[] = [Buffer.from(varint(content.length))];
  for (let at = 0; at < content.length; at += LITERAL_BYTES_MAX) {
    const literal = content.subarray(at, at + LITERAL_BYTES_MAX);
    const last = literal.length - 1;
    parts.push(Buffer.from([61 << 2, last & 255, last >> 8]), literal);
  }
  return Buffer.concat(parts);
}

export async function remoteWrite(url: string, series: readonly WrittenSeries[]): Promise<void> {
  const message = Buffer.concat(series.map(({ labels, samples }) => field(1, Buffer.concat([labels, encodeSamples(samples)]))));
  const response = await fetch(`${url}/api/v1/write`, {
    method: 'POST',
    headers: { 'content-encoding': 'snappy', 'content-type': 'application/x-protobuf', 'x-prometheus-remote-write-version': '0.1.0' },
    body: new Uint8Array(snappyBlock(message)),
  });
  if (!response.ok) throw new Error(`Prometheus answered ${response.status}: ${await response.text()}`);
}
