import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { healthyFinding, incidentFinding, type HealthyFinding, type IncidentFinding } from './findings.js';
import { HEALTHY } from './healthy-models.js';
import { INCIDENTS } from './incidents/index.js';
import { HEALTHY_LANES, INCIDENT_LANES, type Lane } from './lanes.js';
import { readOptions, USAGE, type SimulationOptions } from './options.js';
import { page } from './page.js';
import { promtoolVersion } from './promtool.js';
import { merged, readResults, writeResults } from './results.js';
import { run, type Watched } from './run.js';
import type { ToldAlert } from './told-alerts.js';

const ROOT = path.join(import.meta.dirname, '..', '..', '..');
const RESULTS = path.join(ROOT, 'exporter', 'simulation', 'testdata', 'results.json');
const PAGE = path.join(ROOT, 'docs', 'simulation.md');
const COMMAND = 'npm run simulate -- --write';

async function simulate({ only, write, jobs }: SimulationOptions): Promise<void> {
  const incidents = INCIDENTS.filter(({ name }) => only.includes(name));
  const healthy = HEALTHY.filter(({ name }) => only.includes(name));
  const found = { healthy: [] as HealthyFinding[], incidents: [] as IncidentFinding[] };
  // One at a time: a week of trailing hours of one model is most of the samples that promtool loads for a query.
  const runs: Run[] = [
    ...incidents.map((incident) => ({ watched: { model: incident.model, disturbance: incident }, lanes: INCIDENT_LANES })),
    ...healthy.map((model) => ({ watched: { model }, lanes: HEALTHY_LANES })),
  ];
  const tell = async ({ model }: Watched, told: readonly ToldAlert[]) => {
    const incident = incidents.find((each) => each.model === model);
    if (incident === undefined) found.healthy.push(healthyFinding(model, told));
    else found.incidents.push(incidentFinding(incident, told));
    process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${model.name}\n`);
    if (write) await save(found);
  };
  const next = runs.values();
  await Promise.all(Array.from({ length: jobs }, () => work(next, tell)));
  process.stdout.write(`${JSON.stringify(found, undefined, 1)}\n`);
}

interface Run {
  readonly watched: Watched;
  readonly lanes: readonly Lane[];
}

async function work(runs: Iterator<Run>, tell: (watched: Watched, told: readonly ToldAlert[]) => Promise<void>): Promise<void> {
  for (let next = runs.next(); next.done !== true; next = runs.next()) {
    const { watched, lanes } = next.value;
    await tell(watched, await run([watched], lanes));
  }
}

const isWhole = (found: { readonly healthy: readonly unknown[]; readonly incidents: readonly unknown[] }): boolean =>
  found.healthy.length === HEALTHY.length && found.incidents.length === INCIDENTS.length;

/** Writes down what is found so far, so that a run that is ended loses two models at most. */
async function save(found: { readonly healthy: readonly HealthyFinding[]; readonly incidents: readonly IncidentFinding[] }): Promise<void> {
  const old = await readResults(RESULTS);
  const results = {
    date: new Date().toISOString().slice(0, 10),
    command: COMMAND,
    promtool: await promtoolVersion(),
    ...(old.note === undefined || isWhole(found) ? {} : { note: old.note }),
    healthy: merged(
      old.healthy,
      found.healthy,
      ({ model }) => model,
      HEALTHY.map(({ name }) => name),
    ),
    incidents: merged(
      old.incidents,
      found.incidents,
      ({ incident }) => incident,
      INCIDENTS.map(({ name }) => name),
    ),
  };
  await writeResults(RESULTS, results);
  await writeFile(PAGE, page(results));
}

function optionsOrUsage(args: readonly string[]): SimulationOptions | undefined {
  try {
    return readOptions(args);
  } catch (error) {
    process.stderr.write(`simulate: ${(error as Error).message}\n${USAGE}`);
    return undefined;
  }
}

const options = optionsOrUsage(process.argv.slice(2));
if (options === undefined) process.exitCode = 2;
else await simulate(options);
