import path from 'node:path';
import type { Syscall } from './traced-writes.js';

/** A disk writes a sector or does not; what is larger may be torn. */
const SECTOR_BYTES = 512;

type Change = Exclude<Syscall, { readonly kind: 'sync' | 'told' }>;

/**
 * What a disk may hold after a power loss: all that was synced, and of what came later anything, in sectors. A file is there as soon as any
 * of it is; that one is gone is sure once its folder was synced.
 */
export interface Disk {
  apply(call: Syscall): void;
  /** The files after a power loss now. `survives` says of each sector written since the last sync of its file whether it reached the disk. */
  image(survives: () => boolean): ReadonlyMap<string, Buffer>;
  /** Sectors of which a power loss decides. */
  readonly pendingSectors: number;
}

export function createDisk(): Disk {
  const synced = new Map<string, Buffer>();
  let pending: Change[] = [];
  return {
    apply(call) {
      if (call.kind === 'told') return;
      if (call.kind !== 'sync') {
        pending.push(call);
        return;
      }
      const isKept = ({ kind, file }: Change) => (kind === 'unlink' ? path.dirname(file) : file) === call.file;
      for (const change of pending) if (isKept(change)) play(synced, change, () => true);
      pending = pending.filter((change) => !isKept(change));
    },
    image(survives) {
      const files = new Map([...synced].map(([file, bytes]) => [file, Buffer.from(bytes)]));
      for (const change of pending) play(files, change, survives);
      return files;
    },
    get pendingSectors() {
      return pending.reduce((sum, change) => sum + sectorsOf(change).length, 0);
    },
  };
}

function sectorsOf(change: Change): readonly (readonly [from: number, to: number])[] {
  if (change.kind !== 'write') return [[0, 0]];
  const { offset, bytes } = change;
  const sectors: [number, number][] = [];
  for (let from = offset; from < offset + bytes.length;) {
    const to = Math.min(offset + bytes.length, (Math.floor(from / SECTOR_BYTES) + 1) * SECTOR_BYTES);
    sectors.push([from - offset, to - offset]);
    from = to;
  }
  return sectors;
}

function play(files: Map<string, Buffer>, change: Change, survives: () => boolean): void {
  const before = files.get(change.file) ?? Buffer.alloc(0);
  if (change.kind === 'unlink') {
    if (survives()) files.delete(change.file);
  } else if (change.kind === 'truncate') {
    if (survives()) files.set(change.file, resized(before, change.size));
  } else {
    let bytes = before;
    for (const [from, to] of sectorsOf(change)) {
      if (!survives()) continue;
      bytes = bytes.length < change.offset + to ? resized(bytes, change.offset + to) : bytes;
      change.bytes.copy(bytes, change.offset + from, from, to);
    }
    files.set(change.file, bytes);
  }
}

function resized(bytes: Buffer, size: number): Buffer {
  const other = Buffer.alloc(size);
  bytes.copy(other);
  return other;
}
