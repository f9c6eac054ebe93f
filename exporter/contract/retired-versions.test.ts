import path from 'node:path';
import { expect, it } from '@jest/globals';
import { MODELS, startTestSidecar, type TestSidecar } from './test-sidecar.js';

const yaml = (version: string, more = '') => `
store: { path: ':memory:', retiredVersionsMax: 2 }
models: [{ name: m, champion: { version: '${version}'${more} }, slices: [{ name: city }] }]
`;

/** Versions that have a series of a family. */
async function versionsOf(sidecar: TestSidecar, family: string): Promise<readonly (string | undefined)[]> {
  const names = [...(await sidecar.seriesOf(family)).keys()];
  return [...new Set(names.map((name) => /version="(\d+)"/.exec(name)?.[1]))].sort();
}

it('versions that are served no more leave the scrape beyond the latest, and a series each tells how many there are', async () => {
  const sidecar = await startTestSidecar(yaml('1'));
  try {
    for (let version = 1; version <= 6; version++) {
      if (version > 1) await sidecar.sidecar.reload(await sidecar.configOf(yaml(String(version))));
      const event = { model: 'm', id: `p${version}`, output: 0.7, slices: { city: 'Bonn' } };
      expect((await sidecar.post('/v1/predictions', JSON.stringify(event))).status).toBe(200);
      expect((await sidecar.post('/v1/ground-truth', JSON.stringify({ model: 'm', id: `p${version}`, value: 1 }))).status).toBe(200);
    }
    for (const family of ['modelwatch_ground_truth_joined_total', 'modelwatch_slice_confusion_total'])
      expect([family, await versionsOf(sidecar, family)]).toEqual([family, ['4', '5', '6']]);
    const queue = async (what: string) => sidecar.series(`modelwatch_queue_${what}`);
    expect(await queue('entries{queue="retired"}')).toBe(2);
    expect(await queue('capacity_entries{queue="retired"}')).toBe(2);
    expect(await queue('dropped_total{queue="retired",reason="superseded"}')).toBe(3);
    // The model as a whole has lost nothing.
    expect(await sidecar.series('modelwatch_ground_truth_received_total{model="m"}')).toBe(6);
  } finally {
    await sidecar.close();
  }
}, 60_000);

it('requests of versions that were served before are counted for the latest of them', async () => {
  const served = (version: string) => yaml(version, `, onnx: { path: ${path.join(MODELS, 'identity-fp32.onnx')} }`);
  const sidecar = await startTestSidecar(served('1'));
  try {
    for (const version of ['1', '2', '3', '4', '5', '4']) {
      if (version !== '1') await sidecar.sidecar.reload(await sidecar.configOf(served(version)));
      const body = JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [1, 2] }] });
      expect((await sidecar.post('/v2/models/m/infer', body)).status).toBe(200);
    }
    for (const family of ['requests_received_total', 'requests_failed_total', 'requests_in_flight', 'scoring_duration_seconds'])
      expect([family, await versionsOf(sidecar, `modelwatch_${family}`)]).toEqual([family, ['3', '4', '5']]);
    expect(await sidecar.series('modelwatch_requests_received_total{model="m",version="4",role="champion"}')).toBe(2);
  } finally {
    await sidecar.close();
  }
}, 60_000);
