import { parseArgs } from 'node:util';
import { HEALTHY } from './healthy-models.js';
import { INCIDENTS } from './incidents/index.js';

export interface SimulationOptions {
  /** Names of models and incidents; all, where none is named. */
  readonly only: readonly string[];
  /** The results and the page are written. */
  readonly write: boolean;
  /** Programs that run side by side. */
  readonly jobs: number;
}

export const USAGE = `npm run simulate -- [options]
  --only NAME[,NAME]    of the healthy models and the incidents; the others keep what was found of them
  --write               write exporter/simulation/testdata/results.json and docs/simulation.md
  --jobs N              promtools side by side (2)
`;

/** Throws a sentence where an option is wrong. */
export function readOptions(args: readonly string[]): SimulationOptions {
  const { values } = parseArgs({
    args: [...args],
    options: { only: { type: 'string' }, write: { type: 'boolean', default: false }, jobs: { type: 'string', default: '2' } },
  });
  const names = [...HEALTHY.map(({ name }) => name), ...INCIDENTS.map(({ name }) => name)];
  const only = values.only?.split(',') ?? names;
  const unknown = only.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`--only ${unknown}: there are ${names.join(', ')}`);
  const jobs = Number(values.jobs);
  if (!Number.isInteger(jobs) || jobs < 1 || jobs > 64) throw new Error(`--jobs ${values.jobs} is no whole number from 1 to 64`);
  return { only, write: values.write, jobs };
}
