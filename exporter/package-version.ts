import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Version of this program, from its package. The built module lies a folder deeper than its source. */
export function packageVersion(): string {
  const file = ['.', '..'].map((up) => path.join(import.meta.dirname, up, 'package.json')).find(existsSync);
  if (file === undefined) throw new Error('this program has no package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version;
}
