import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pixelmatch from 'pixelmatch';
import { PNG } from 'pngjs';

/** With PICTURES_WRITE=1 what is drawn becomes what is kept. */
export const WRITES = process.env.PICTURES_WRITE === '1';

/** How far a colour may be off before its pixel counts as another one, 0 to 1; edges of letters differ a little from machine to machine. */
const COLOR_TOLERANCE = 0.2;
/** The share of pixels that may be others. */
const SHARE_MAX = 0.01;

/** Holds a picture against the one that is kept; undefined where they are alike, or else in words how they differ. */
export function differenceOf(drawn: Buffer, file: string): string | undefined {
  if (WRITES) {
    mkdirSync(path.dirname(file), { recursive: true });
    // A picture that is alike stays as it is, so that the history holds no copies of it.
    if (!existsSync(file) || compared(drawn, file) !== undefined) {
      writeFileSync(file, drawn);
    }
    return undefined;
  }
  return existsSync(file) ? compared(drawn, file) : 'is not kept yet';
}

function compared(drawn: Buffer, file: string): string | undefined {
  const now = PNG.sync.read(drawn);
  const kept = PNG.sync.read(readFileSync(file));
  if (now.width !== kept.width || now.height !== kept.height) {
    return `is ${now.width}x${now.height} instead of ${kept.width}x${kept.height}`;
  }
  const others = pixelmatch(now.data, kept.data, undefined, now.width, now.height, { threshold: COLOR_TOLERANCE });
  const share = others / (now.width * now.height);
  return share > SHARE_MAX ? `differs in ${(share * 100).toFixed(1)} % of its pixels` : undefined;
}
