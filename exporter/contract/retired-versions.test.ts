import { expect, it } from '@jest/globals';
import { startTestSidecar } from './test-sidecar.js';

const yaml = (version: string) => `
store: { path: ':memory:', retiredVersionsMax: 2 }
models: [{ name: m, champion: { version: '${version}' }, slices: [{ name: city }] }]
`;

it('versions that are served no more leave the scrape beyond the latest, and a series each tells how many there are', async () => {
  const sidecar = await startTestSidecar(yaml('1'));
  const versionsOf = async (family: string) => {
    const names = [...(await sidecar.seriesOf(family)).keys()];
    return [...new Set(names.map((name) => /version="(\d+)"/.exec(name)?.[1]))].sort();
  };
  try {
    for (let version = 1; version <= 6; version++) {
      if (version > 1) await sidecar.sidecar.reload(await sidecar.configOf(yaml(String(version))));
      const event = { model: 'm', id: `p${version}`, output: 0.7, slices: { city: 'Bonn' } };
      expect((await sidecar.post('/v1/predictions', JSON.stringify(event))).status).toBe(200);
      expect((await sidecar.post('/v1/ground-truth', JSON.stringify({ model: 'm', id: `p${version}`, value: 1 }))).status).toBe(200);
    }
    for (const family of ['modelwatch_ground_truth_joined_total', 'modelwatch_slice_confusion_total'])
      expect([family, await versionsOf(family)]).toEqual([family, ['4', '5', '6']]);
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
