// Fills a store by the release whose build is named: node make-old-store.mjs <exporter/dist of that release> <file>. What it writes is dumped as SQL
// (make-old-store.sh), for tests that later releases open what earlier ones have left.
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [dist, file] = process.argv.slice(2);
const { openSqliteStore } = await import(pathToFileURL(path.resolve(dist, 'store/index.js')).href);
const NOW = 1_700_000_000;
const model = {
  name: 'm',
  kind: 'probability',
  threshold: 0.5,
  horizonSeconds: 86_400,
  challengers: [],
  slices: [{ name: 'region', valuesMax: 2 }],
  baselines: [
    {
      version: '1',
      features: [{ kind: 'numeric', edges: [0.5], min: 0, max: 1 }],
      output: { kind: 'numeric', edges: [0.5], min: 0, max: 1 },
    },
  ],
};
const clock = { nowSeconds: () => NOW, monotonicSeconds: () => performance.now() / 1000 };
const store = await openSqliteStore({ path: file, models: [model], queueEntriesMax: 1000, predictionsMax: 1000, clock, onFault: console.error });
const ids = Array.from({ length: 60 }, (_, i) => `id-${i}`);
const outputs = ids.map((_, i) => i / 60);
const columns = { features: [Float64Array.from(outputs)], outputs: Float64Array.from(outputs), slices: [ids.map((_, i) => `r${i % 4}`)] };
const done = (result) => {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
};
done(await store.ingestPredictions({ model: 'm', version: '1', role: 'champion', rows: ids.length, ids, timeSeconds: NOW - 60, ...columns }));
// Of 60 predictions 40 are joined; 5 pieces of ground truth wait for theirs.
const truths = [...ids.slice(0, 40), ...Array.from({ length: 5 }, (_, i) => `early-${i}`)].map((id, i) => ({
  model: 'm',
  id,
  value: i % 3 === 0 ? 1 : 0,
  timeSeconds: NOW,
}));
done(await store.ingestGroundTruth(truths));
await store.close();
