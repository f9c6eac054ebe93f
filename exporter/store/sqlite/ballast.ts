import fs from 'node:fs';

const BALLAST_BYTES = 4_194_304;

/**
 * A file of nothing beside the store. On a full disk SQLite cannot even delete rows, since that too writes to its log; giving this space back
 * lets it expire what is due and shorten its log. Synchronous: for the store's thread only. A store in memory has none.
 */
export function takeBallast(storePath: string): void {
  if (storePath === ':memory:') return;
  const path = ballastPath(storePath);
  try {
    if (fs.statSync(path, { throwIfNoEntry: false })?.size === BALLAST_BYTES) return;
    // Written, not only made long: a sparse file holds no space. Not zeros either, which some file systems compress away.
    const content = Buffer.allocUnsafe(BALLAST_BYTES);
    for (let i = 0; i < BALLAST_BYTES; i += 4) content.writeUInt32LE(Math.imul(i + 1, 2654435761) >>> 0, i);
    fs.writeFileSync(path, content, { flush: true });
  } catch {
    // Half a ballast would only take space from the store.
    releaseBallast(storePath);
  }
}

/** Gives the space back. */
export function releaseBallast(storePath: string): void {
  if (storePath !== ':memory:') fs.rmSync(ballastPath(storePath), { force: true });
}

const ballastPath = (storePath: string) => `${storePath}.ballast`;
