import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { explainWithModel } from '../baseline/explain-with-model.js';
import { buildBaseline, formatBaseline, type Row } from '../baseline/index.js';
import { systemClock } from '../clock.js';
import { NODE_ENVIRONMENT, NODE_FLAGS } from '../node-flags.js';
import { MODEL_FILE, openSession } from './rivals/session.js';
import { FEATURE_NAMES, seededRows } from './seeded-rows.js';
import { startNode, type ServerProcess } from './server-process.js';

export const MODEL = 'boosting';
export const INFER_PATH = `/v2/models/${MODEL}/infer`;
/** The program under the flags of its first line, as its users start it. */
export const MAIN = [...NODE_FLAGS, fileURLToPath(new URL('../main.js', import.meta.url))];

const BASELINE_ROWS = 2000;
const EXPLAINED_ROWS = 100;

/** The least that the configuration of a model must say of how it is scored. */
type Scored = { readonly onnx: { readonly path: string } } | { readonly upstream: { readonly url: string } };

/** Starts Modelwatch on the benchmark's model with everything watched: drift of all features and the output, two slices, the join, a store on disk. */
export async function startServing(folder: string): Promise<ServerProcess> {
  return startModelwatch(folder, 'serving', watched(SERVED));
}

/** The same in front of a server that has the model. */
export async function startProxy(folder: string, upstreamUrl: string): Promise<ServerProcess> {
  return startModelwatch(folder, 'proxy', watched({ upstream: { url: upstreamUrl } }));
}

/** The model served and nothing watched: requests find no room in the watch queue. */
export async function startUnwatched(folder: string): Promise<ServerProcess> {
  const model = { name: MODEL, champion: { version: '1', ...SERVED }, output: OUTPUT };
  return startModelwatch(folder, 'unwatched', model, { queueEntriesMax: 1 });
}

/** Everything watched, a challenger, and explanations with the budget that they have unless configured. */
export async function startWithEverything(folder: string): Promise<ServerProcess> {
  return startModelwatch(folder, 'everything', { ...watched(SERVED), challengers: [{ version: '2', ...SERVED }], explain: {} });
}

const SERVED = { onnx: { path: MODEL_FILE } };
const OUTPUT = { kind: 'probability', tensor: 'probabilities', column: 1 };

function watched(scored: Scored): object {
  return {
    name: MODEL,
    champion: { version: '1', baseline: 'baseline.json', ...scored },
    output: OUTPUT,
    slices: [
      { name: 'tenant', header: 'x-tenant' },
      { name: 'region', header: 'x-region' },
    ],
    explain: { share: 0 },
  };
}

async function startModelwatch(folder: string, name: string, model: object, watch: object = {}): Promise<ServerProcess> {
  // Far more than one run sends: what is dropped costs nothing and would flatter.
  const config = { store: { path: `${name}.db`, predictionsMax: 100_000_000 }, watch, models: [model] };
  const file = path.join(folder, `${name}.yaml`);
  // JSON is YAML too.
  await writeFile(file, JSON.stringify(config));
  return startNode([...MAIN, 'run', '--config', file, '--port', '0'], NODE_ENVIRONMENT);
}

/** Writes the baseline that the configurations name: seeded rows with the outputs that the model gives them, and its explanations of some. */
export async function writeBaseline(folder: string): Promise<void> {
  const score = await openSession();
  const rows = seededRows(BASELINE_ROWS, 1);
  const { probabilities } = await score(Float32Array.from(rows.flat()));
  const columns = [...FEATURE_NAMES, 'score'];
  const baseline = await buildBaseline(
    (async function* (): AsyncGenerator<Row> {
      for (const [i, row] of rows.entries()) yield { number: i + 1, columns, cells: [...row, probabilities[2 * i + 1]], isTyped: true };
    })(),
    {
      model: MODEL,
      version: '1',
      outputColumn: 'score',
      createdAt: new Date().toISOString(),
      tool: 'modelwatch bench',
      sources: () => [],
      explain: (made, drawRows) =>
        explainWithModel({ model: MODEL, modelFile: MODEL_FILE, clock: systemClock, trainingRows: EXPLAINED_ROWS }, made, drawRows),
    },
  );
  await writeFile(path.join(folder, 'baseline.json'), formatBaseline(baseline));
}
