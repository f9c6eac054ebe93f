import { crc32, inflateRawSync } from 'node:zlib';

/** The files of a zip by name, read from its central directory as every program reads it; each is held against its checksum. */
export function readZip(bytes: Buffer): ReadonlyMap<string, Buffer> {
  const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  if (end < 0) {
    throw new Error('not a zip: it has no end of central directory');
  }
  const files = new Map<string, Buffer>();
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [checksum, packedLength] = [bytes.readUInt32LE(at + 16), bytes.readUInt32LE(at + 20)];
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) => bytes.readUInt16LE(at + field)) as [
      number,
      number,
      number,
    ];
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
    const local = bytes.readUInt32LE(at + 42);
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const contents = inflateRawSync(bytes.subarray(start, start + packedLength));
    if (crc32(contents) !== checksum) {
      throw new Error(`${name} is not what its checksum says`);
    }
    files.set(name, contents);
    at += 46 + nameLength + extraLength + commentLength;
  }
  return files;
}
