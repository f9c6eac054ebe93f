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
import { batchesOf, run, type Watched } from './run.js';
import type { ToldAlert } from './told-alerts.js';

const ROOT = path.join(import.meta.dirname, '..', '..', '..');
const RESULTS = path.join(ROOT, 'exporter', 'simulation', 'testdata', 'results.json');
const PAGE = path.join(ROOT, 'docs', 'simulation.md');
const COMMAND = 'npm run simulate -- --write';
const BATCH = 4;

async function simulate({ only, write, jobs }: SimulationOptions): Promise<void> {
  const incidents = INCIDENTS.filter(({ name }) => only.includes(name));
  const healthy = HEALTHY.filter(({ name }) => only.includes(name));
  const found = { healthy: [] as HealthyFinding[], incidents: [] as IncidentFinding[] };
  const batches = [
    ...batchesOf(
      incidents.map((incident) => ({ model: incident.model, disturbance: incident })),
      BATCH,
    ).map((those) => ({ those, lanes: INCIDENT_LANES })),
    ...batchesOf(
      healthy.map((model) => ({ model })),
      BATCH,
    ).map((those) => ({ those, lanes: HEALTHY_LANES })),
  ];
  const tell = async (those: readonly Watched[], told: readonly ToldAlert[]) => {
    for (const { model } of those) {
      const incident = incidents.find((each) => each.model === model);
      if (incident === undefined) found.healthy.push(healthyFinding(model, told));
      else found.incidents.push(incidentFinding(incident, told));
    }
    process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${those.map(({ model }) => model.name).join(', ')}\n`);
    if (write) await save(found);
  };
  const next = batches.values();
  await Promise.all(Array.from({ length: jobs }, () => work(next, tell)));
  process.stdout.write(`${JSON.stringify(found, undefined, 1)}\n`);
}

type Batch = { readonly those: readonly Watched[]; readonly lanes: readonly Lane[] };

async function work(
  batches: Iterator<Batch>,
  tell: (those: readonly Watched[], told: readonly ToldAlert[]) => Promise<void>,
): Promise<void> {
  for (let batch = batches.next(); batch.done !== true; batch = batches.next())
    await tell(batch.value.those, await run(batch.value.those, batch.value.lanes));
}

const isWhole = (found: { readonly healthy: readonly unknown[]; readonly incidents: readonly unknown[] }): boolean =>
  found.healthy.length === HEALTHY.length && found.incidents.length === INCIDENTS.length;

/** Writes down what is found so far, so that a run that is ended loses a batch. */
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
