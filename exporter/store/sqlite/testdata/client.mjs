// A client with a store of its own, for tests that kill it or take its disk away: node client.mjs <file> <first number>.
// Writes `opened`, then sends predictions and ground truth without end and writes each acknowledged range, or `refused` and `healed`.
import fs from 'node:fs';
import { openSqliteStore } from '../../../dist/store/index.js';

const [path, first] = process.argv.slice(2);
const model = {
  name: 'm',
  kind: 'probability',
  threshold: 0.5,
  horizonSeconds: 86_400,
  challengers: [{ version: '2', threshold: 0.5, toleranceAbsolute: 0 }],
  slices: [{ name: 'region', valuesMax: 1, keptMax: 2 }],
  baselines: [
    {
      version: '1',
      features: [{ kind: 'numeric', edges: [0.5], min: 0, max: 1 }],
      output: { kind: 'numeric', edges: [0.5], min: 0, max: 1 },
    },
  ],
};
const clock = { nowSeconds: () => Date.now() / 1000, monotonicSeconds: () => performance.now() / 1000 };
const store = await openSqliteStore({
  path,
  models: [model],
  queueEntriesMax: 100_000,
  predictionsMax: 1_000_000,
  clock,
  onFault: () => undefined,
});
// Written at once and whole, so that a kill cannot take back what was acknowledged.
const tell = (line) => fs.writeSync(1, `${line}\n`);
tell('opened');
const pause = () => new Promise((resolve) => setTimeout(resolve, 20));

let wasUp = true;
async function acknowledged(kind, from, to, send) {
  for (;;) {
    const result = await send();
    if (result.ok) {
      if (!wasUp) tell('healed');
      wasUp = true;
      tell(`${kind} ${from} ${to}`);
      return;
    }
    if (wasUp) tell(`refused ${result.error.code} up=${store.readings().up}`);
    wasUp = false;
    await pause();
  }
}

async function worker(offset) {
  for (let from = Number(first) + offset; ; from += 40) {
    const numbers = Array.from({ length: 10 }, (_, i) => from + i);
    const ids = numbers.map((number) => `id-${number}`);
    const batch = {
      model: 'm',
      version: '1',
      role: 'champion',
      rows: 10,
      ids,
      timeSeconds: 1,
      features: [numbers.map(() => 0.3)],
      outputs: numbers.map(() => 0.9),
      slices: [numbers.map((number) => `r${number % 3}`)],
    };
    await acknowledged('predictions', from, from + 10, () => store.ingestPredictions(batch));
    // Nobody waits for it, but ground truth that is acknowledged after it has met it.
    store.recordPredictions({ ...batch, version: '2', role: 'challenger', features: [] });
    await acknowledged('truths', from, from + 10, () =>
      store.ingestGroundTruth(ids.map((id) => ({ model: 'm', id, value: 1, timeSeconds: 2 }))),
    );
  }
}
await Promise.all([0, 10, 20, 30].map(worker));
