import { readFile, writeFile } from 'node:fs/promises';
import type { HealthyFinding, IncidentFinding } from './findings.js';

/** What runs found: the committed file that the page is made from. */
export interface Results {
  readonly date: string;
  readonly command: string;
  readonly promtool: string;
  /** What is to be known of these results besides, as of a run that was not whole. A whole run has none. */
  readonly note?: string;
  readonly healthy: readonly HealthyFinding[];
  readonly incidents: readonly IncidentFinding[];
}

const NONE: Results = { date: '', command: '', promtool: '', healthy: [], incidents: [] };

/** No file is one without results. */
export async function readResults(file: string): Promise<Results> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return text === undefined ? NONE : (JSON.parse(text) as Results);
}

export const writeResults = (file: string, results: Results): Promise<void> =>
  writeFile(file, `${JSON.stringify(results, undefined, 2)}\n`);

/** Findings with new ones in the place of those of the same name, in the order of the names. */
export const merged = <Finding>(
  old: readonly Finding[],
  found: readonly Finding[],
  nameOf: (finding: Finding) => string,
  names: readonly string[],
) => names.flatMap((name) => [found, old].flatMap((findings) => findings.filter((finding) => nameOf(finding) === name)).slice(0, 1));
