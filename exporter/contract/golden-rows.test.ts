import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { Baseline } from '@modelwatch/core';
import { flightsModel } from './flights-traffic.js';
import { FLIGHTS, startTestSidecar } from './test-sidecar.js';

const LABELS = 'model="flights-late",version="1",role="champion"';

/** What replaying the flights' golden rows through a model gives. */
async function replayed(change: (baseline: Baseline) => object) {
  const baseline = JSON.parse(await readFile(path.join(FLIGHTS, 'baseline.json'), 'utf8')) as Baseline;
  const sidecar = await startTestSidecar(
    `
store: { path: ':memory:' }
models:${flightsModel([], { baseline: 'baseline.json' })}
`,
    { files: { 'baseline.json': JSON.stringify(change(baseline)) } },
  );
  try {
    const of = (name: string) => sidecar.series(`modelwatch_golden_${name}{${LABELS}}`);
    for (let attempt = 0; attempt < 600 && (await of('replay_timestamp_seconds')) === undefined; attempt++) await pause(50);
    return { rows: await of('rows'), failures: await of('row_failures'), difference: await of('row_difference_max') };
  } finally {
    await sidecar.close();
  }
}

describe('the golden rows of the flights', () => {
  it('give what they gave in training, missing values among them', async () => {
    const { rows, failures, difference } = await replayed((baseline) => baseline);
    expect([rows, failures]).toEqual([100, 0]);
    expect(difference).toBeLessThan(1e-5);
  }, 60_000);

  it('show a model that was trained on something else: two features that changed places', async () => {
    const { rows, failures, difference } = await replayed((baseline) => {
      const at = (name: string) => baseline.features.findIndex((feature) => feature.name === name);
      const [delay, humidity] = [at('dep_delay'), at('humid')];
      const features = baseline.goldenRows.features.map((row) =>
        row.map((cell, column) => (column === delay ? row[humidity]! : column === humidity ? row[delay]! : cell)),
      );
      return { ...baseline, goldenRows: { ...baseline.goldenRows, features } };
    });
    expect(rows).toBe(100);
    expect(failures).toBeGreaterThan(50);
    expect(difference).toBeGreaterThan(0.1);
  }, 60_000);
});
