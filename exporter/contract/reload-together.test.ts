import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { MODELS, startTestSidecar, type TestSidecar } from './test-sidecar.js';

const BASELINE = path.join(import.meta.dirname, '..', 'baseline', 'testdata', 'valid', 'plain.json');

let sidecar: TestSidecar | undefined;

afterEach(async () => {
  await sidecar?.close();
  sidecar = undefined;
});

const served = (name: string, version = '1') => `
  - name: ${name}
    champion: { version: '${version}', onnx: { path: ${path.join(MODELS, 'identity-fp32.onnx')} } }`;
const trips = (more = '') => `
  - name: trips
    champion: { version: '1', baseline: ${BASELINE} }${more}`;
const plain = `
  - { name: plain, champion: { version: '1' } }`;
const yamlOf = (store: string, ...models: readonly string[]) => `store: { path: '${store}' }\nmodels:${models.join('')}\n`;

const reload = async (yaml: string) => sidecar!.sidecar.reload(await sidecar!.configOf(yaml));
const infer = async (name: string) =>
  (await sidecar!.post(`/v2/models/${name}/infer`, '{"inputs":[{"name":"x","datatype":"FP32","shape":[1,2],"data":[1,2]}]}')).status;
const event = async (id: string) => {
  const features = { distance: 2, city: 'Bonn' };
  return (await sidecar!.post('/v1/predictions', JSON.stringify({ model: 'trips', id, features, output: 0.8 }))).status;
};
/** Processes of this one that run a model; undefined where the system does not tell. */
async function children(): Promise<number | undefined> {
  const text = await readFile(`/proc/self/task/${process.pid}/children`, 'utf8').catch(() => undefined);
  return text?.split(' ').filter((id) => id !== '').length;
}

describe('reloads that come together', () => {
  it('are put in force one after the other, the last one stays, and no process of the others is left', async () => {
    sidecar = await startTestSidecar(yamlOf(':memory:', served('m')));
    const before = await children();
    const configs = [];
    for (const version of ['2', '3', '4']) configs.push(await sidecar.configOf(yamlOf(':memory:', served('m', version))));
    await Promise.all(configs.map((config) => sidecar!.sidecar.reload(config)));
    expect([...(await sidecar.seriesOf('modelwatch_model_ready')).keys()]).toEqual([
      'modelwatch_model_ready{model="m",version="4",role="champion"}',
    ]);
    expect(await children()).toBe(before);
    expect(await infer('m')).toBe(200);
  });

  it('a refused one does not hold up the next', async () => {
    sidecar = await startTestSidecar(yamlOf(':memory:', served('m')));
    const bad = await sidecar.configOf(yamlOf(':memory:', served('m').replace('identity-fp32', 'garbage')));
    const good = await sidecar.configOf(yamlOf(':memory:', served('m', '2')));
    const ends = await Promise.allSettled([sidecar.sidecar.reload(bad), sidecar.sidecar.reload(good)]);
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect(await infer('m/versions/2')).toBe(200);
  });

  it('are refused during a drain, and what they had started is ended', async () => {
    // Another suite of the same process may have left one that is about to end.
    const others = (await children()) ?? 0;
    sidecar = await startTestSidecar(yamlOf(':memory:', served('m')));
    const next = await sidecar.configOf(yamlOf(':memory:', served('m', '2')));
    const underWay = sidecar.sidecar.reload(next);
    const refused = expect(underWay).rejects.toThrow('draining');
    await sidecar.sidecar.drain();
    await refused;
    await expect(sidecar.sidecar.reload(next)).rejects.toThrow('draining');
    expect((await children()) ?? 0).toBeLessThanOrEqual(others);
  });
});

describe('over a reload with other models', () => {
  const BIN = 'modelwatch_feature_bin_total{model="trips",version="1",feature="city",bin="Bonn"}';

  it('the features of ingested events go on being counted', async () => {
    sidecar = await startTestSidecar(yamlOf('events.db', trips()));
    expect([await event('a'), await sidecar.series(BIN)]).toEqual([200, 1]);
    await reload(yamlOf('events.db', trips(), plain));
    expect([await event('b'), await sidecar.series(BIN)]).toEqual([200, 2]);
  });

  it('no event is refused meanwhile', async () => {
    sidecar = await startTestSidecar(yamlOf('events.db', trips(), served('m')));
    let over = false;
    const reloaded = reload(yamlOf('events.db', trips(), served('m', '2'))).finally(() => {
      over = true;
    });
    const codes = new Set<number>();
    let sent = 0;
    while (!over) codes.add(await event(`e${sent++}`));
    await reloaded;
    expect([[...codes], await infer('m/versions/2'), await event('last')]).toEqual([[200], 200, 200]);
    expect(await sidecar.series('modelwatch_events_received_total{model="trips",kind="prediction"}')).toBe(sent + 1);
  });
});

describe('a reload', () => {
  it('is refused where the series would not fit, and the present models stay', async () => {
    const small = (...models: readonly string[]) => `watch: { seriesMax: 720 }\n${yamlOf(':memory:', ...models)}`;
    sidecar = await startTestSidecar(small(served('m')));
    await expect(reload(small(served('m'), trips()))).rejects.toMatchObject({ exitCode: 2, message: expect.stringContaining('seriesMax') });
    expect([await infer('m'), await event('a')]).toEqual([200, 404]);
  });

  it('puts another significance into the critical values at once', async () => {
    sidecar = await startTestSidecar(yamlOf(':memory:', trips()));
    const quantile = 'modelwatch_baseline_chi_square_quantile{model="trips",version="1",feature="city"}';
    const before = await sidecar.series(quantile);
    await reload(yamlOf(':memory:', trips('\n    alerts: { significance: 0.05 }')));
    expect(await sidecar.series(quantile)).toBeLessThan(before!);
  });

  it('leaves the window of the counts as it is until the next start', async () => {
    sidecar = await startTestSidecar(yamlOf(':memory:', served('m')));
    expect(await infer('m')).toBe(200);
    await reload(`watch: { localWindow: 20m }\n${yamlOf(':memory:', served('m'))}`);
    expect(await sidecar.series('modelwatch_predictions_total{model="m",version="1",role="champion"}')).toBe(1);
  });
});
