import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Name and version of this program, as a baseline records what made it: `modelwatch 0.1.0`. */
export function toolName(): string {
  // The built module lies a folder deeper than its source.
  const file = ['..', '../..'].map((up) => path.join(import.meta.dirname, up, 'package.json')).find(existsSync);
  if (file === undefined) throw new Error('the package of this program has no package.json');
  const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as { readonly name: string; readonly version: string };
  return `${name} ${version}`;
}
