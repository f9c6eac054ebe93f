// A zip file whose bytes follow from what is in it: entries by name, one time for all, no attributes of one machine.
import { crc32, deflateRawSync } from 'node:zlib';

// The first moment that a zip can tell: 1980-01-01 00:00.
const DOS_TIME = 0;
const DOS_DATE = 0x21;
const VERSION = 20;
const UTF8_NAMES = 0x800;
const DEFLATE = 8;
/** A plain file that everyone may read, as Unix writes it. */
const MODE = 0o100644;

/** Fields of a header, two or four bytes each. */
function header(...fields) {
  const bytes = Buffer.alloc(fields.reduce((sum, [size]) => sum + size, 0));
  let at = 0;
  for (const [size, value] of fields) at = bytes.writeUIntLE(value, at, size);
  return bytes;
}

/** `files` is a map of names to contents. */
export function zip(files) {
  const locals = [];
  const centrals = [];
  let offset = 0;
  for (const [name, contents] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const packed = deflateRawSync(contents, { level: 9 });
    const nameBytes = Buffer.from(name);
    const shared = [
      ...[
        [2, VERSION],
        [2, UTF8_NAMES],
        [2, DEFLATE],
        [2, DOS_TIME],
        [2, DOS_DATE],
      ],
      ...[
        [4, crc32(contents)],
        [4, packed.length],
        [4, contents.length],
        [2, nameBytes.length],
        [2, 0],
      ],
    ];
    locals.push(header([4, 0x04034b50], ...shared), nameBytes, packed);
    const made = (3 << 8) | VERSION;
    const rest = [
      [2, 0],
      [2, 0],
      [2, 0],
      [4, MODE * 0x10000],
      [4, offset],
    ];
    centrals.push(header([4, 0x02014b50], [2, made], ...shared, ...rest), nameBytes);
    offset += 30 + nameBytes.length + packed.length;
  }
  const central = Buffer.concat(centrals);
  const end = header([4, 0x06054b50], [2, 0], [2, 0], [2, files.size], [2, files.size], [4, central.length], [4, offset], [2, 0]);
  return Buffer.concat([...locals, central, end]);
}
