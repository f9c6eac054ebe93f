const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
const VALUES = 4_294_967_296;

/**
 * Whether an id is among a share (0..1) of all ids. By a hash of the id alone, so that every replica, and everything that samples, chooses the
 * same predictions, and a greater share holds all that a smaller one does. FNV-1a over UTF-16 units, mixed by the end of MurmurHash3, since ids
 * that count up differ in their last digits only.
 */
export function isSampled(id: string, share: number): boolean {
  return share >= 1 || hashRatio(id) < share;
}

/** A number in 0..1, by the text alone, spread evenly over texts. */
export function hashRatio(id: string): number {
  let hash = FNV_OFFSET;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), FNV_PRIME);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / VALUES;
}
