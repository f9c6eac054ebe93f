import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from '@jest/globals';

/*
 * What the sidecar answers to the Grafana data source, as files that its tests read: neither side can change without the other.
 * API_ANSWERS_WRITE=1 writes them anew.
 */

const ANSWERS = path.join(import.meta.dirname, '..', '..', 'datasource-plugin', 'testdata');

/** What other processors may round otherwise: a model scores in single precision. */
const RELATIVE_TOLERANCE = 1e-4;

/** Asks a sidecar, which must answer with 200. */
export async function ask(url: string, route: string): Promise<unknown> {
  const response = await fetch(url + route);
  expect([route, response.status]).toEqual([route, 200]);
  return response.json();
}

/** Holds an answer against its file, numbers to four digits, or writes it. */
export async function expectKept(file: string, answer: unknown): Promise<void> {
  if (process.env['API_ANSWERS_WRITE'] === '1') {
    await mkdir(ANSWERS, { recursive: true });
    await writeFile(path.join(ANSWERS, file), `${JSON.stringify(answer, undefined, 2)}\n`);
  }
  const kept = JSON.parse(await readFile(path.join(ANSWERS, file), 'utf8')) as unknown;
  expect(answer).toEqual(near(kept, answer));
}

/** What is kept, with the numbers of the answer where those are near. */
function near(kept: unknown, answer: unknown): unknown {
  if (typeof kept === 'number' && typeof answer === 'number') {
    return Math.abs(answer - kept) <= RELATIVE_TOLERANCE * Math.abs(kept) + 1e-9 ? answer : kept;
  }
  if (typeof kept !== 'object' || kept === null || typeof answer !== 'object' || answer === null) return kept;
  const answers = answer as Readonly<Record<string, unknown>>;
  if (Array.isArray(kept)) return kept.map((one, i) => near(one, answers[i]));
  return Object.fromEntries(Object.entries(kept).map(([key, one]) => [key, near(one, answers[key])]));
}

/** The answer with the numbers below the paths named replaced: what hangs on how fast a machine is. */
export function steadied(answer: unknown, paths: Readonly<Record<string, unknown>>, at = ''): unknown {
  if (Object.hasOwn(paths, at)) return paths[at];
  if (Array.isArray(answer)) return answer.map((one) => steadied(one, paths, at));
  if (typeof answer !== 'object' || answer === null) return answer;
  const below = (key: string): string => (at === '' ? key : `${at}.${key}`);
  return Object.fromEntries(Object.entries(answer).map(([key, one]) => [key, steadied(one, paths, below(key))]));
}
