import { copyFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { systemClock } from '../clock.js';
import { startSidecar } from '../sidecar/start-sidecar.js';
import { startTracing } from '../telemetry/tracing.js';
import { FLIGHTS, MODELS, startTestSidecar, type TestSidecar } from './test-sidecar.js';

let sidecar: TestSidecar | undefined;

afterEach(async () => {
  await sidecar?.close();
  sidecar = undefined;
});

const model = (name: string, file: string, version = '1') => `
  - name: ${name}
    champion: { version: '${version}', onnx: { path: ${path.join(MODELS, file)} } }`;
const yamlOf = (...models: readonly string[]) => `store: { path: ':memory:' }\nmodels:${models.join('')}\n`;
const fp32 = '{"inputs":[{"name":"x","datatype":"FP32","shape":[1,2],"data":[1,2]}]}';

async function infer(name: string): Promise<number> {
  return (await sidecar!.post(`/v2/models/${name}/infer`, fp32)).status;
}

describe('reload', () => {
  it('takes models in, leaves models out, and keeps the others with their counts', async () => {
    sidecar = await startTestSidecar(yamlOf(model('kept', 'identity-fp32.onnx'), model('gone', 'identity-fp32.onnx')));
    expect([await infer('kept'), await infer('gone'), await infer('new')]).toEqual([200, 200, 404]);
    await sidecar.sidecar.reload(await sidecar.configOf(yamlOf(model('kept', 'identity-fp32.onnx'), model('new', 'identity-fp32.onnx'))));
    expect([await infer('kept'), await infer('gone'), await infer('new')]).toEqual([200, 404, 200]);
    expect(await sidecar.series('modelwatch_predictions_total{model="kept",version="1",role="champion"}')).toBe(2);
    expect(await sidecar.series('modelwatch_config_last_reload_successful')).toBe(1);
    expect((await sidecar.seriesOf('modelwatch_model_info{model="gone"')).size).toBe(0);
  });

  it('keeps the present configuration where the next one cannot be put in force, and shows it', async () => {
    sidecar = await startTestSidecar(yamlOf(model('kept', 'identity-fp32.onnx')));
    const loadedAt = await sidecar.series('modelwatch_config_last_reload_success_timestamp_seconds');
    const bad = await sidecar.configOf(yamlOf(model('kept', 'identity-fp32.onnx'), model('broken', 'garbage.onnx')));
    await expect(sidecar.sidecar.reload(bad)).rejects.toThrow('model broken: ');
    sidecar.sidecar.reloadFailed();
    expect(await infer('kept')).toBe(200);
    expect(await sidecar.series('modelwatch_config_last_reload_successful')).toBe(0);
    expect(await sidecar.series('modelwatch_config_last_reload_success_timestamp_seconds')).toBe(loadedAt);
  });

  it('answers every request while a model is exchanged under load', async () => {
    sidecar = await startTestSidecar(yamlOf(model('m', 'identity-fp32.onnx', '1')));
    const statuses: number[] = [];
    let loading = true;
    const clients = Array.from({ length: 8 }, async () => {
      while (loading) statuses.push(await infer('m'));
    });
    for (const version of ['2', '3']) {
      await sidecar.sidecar.reload(await sidecar.configOf(yamlOf(model('m', 'identity-fp32.onnx', version))));
    }
    loading = false;
    await Promise.all(clients);
    expect(new Set(statuses)).toEqual(new Set([200]));
    const answered = await sidecar.seriesOf('modelwatch_requests_answered_total{model="m"');
    expect([...answered.values()].reduce((sum, count) => sum + count, 0)).toBe(statuses.length);
  });

  it('takes a model anew when its file has changed under the same name', async () => {
    sidecar = await startTestSidecar(yamlOf(model('other', 'identity-fp32.onnx')));
    const file = path.join(sidecar.folder, 'model.onnx');
    const yaml = `store: { path: ':memory:' }\nmodels:\n  - name: m\n    champion: { version: '1', onnx: { path: model.onnx } }\n`;
    await copyFile(path.join(MODELS, 'identity-fp32.onnx'), file);
    await sidecar.sidecar.reload(await sidecar.configOf(yaml));
    expect(await infer('m')).toBe(200);
    await copyFile(path.join(MODELS, 'identity-fp64.onnx'), file);
    await sidecar.sidecar.reload(await sidecar.configOf(yaml));
    expect(await infer('m')).toBe(400);
  });
});

describe('start', () => {
  it.each([
    ['a file that is no model', model('m', 'garbage.onnx'), 'model m: '],
    ['a model with weights in another file', model('m', 'external-data.onnx'), 'model m: '],
    [
      'the baseline of another model',
      `
  - name: m
    champion: { version: '1', onnx: { path: ${path.join(MODELS, 'identity-fp32.onnx')} }, baseline: ${path.join(FLIGHTS, 'baseline.json')} }`,
      'model m: its baseline is of model flights-late, version 1',
    ],
    [
      'a baseline made with another file',
      `
  - name: flights-late
    champion: { version: '1', onnx: { path: ${path.join(FLIGHTS, 'challenger.onnx')} }, baseline: ${path.join(FLIGHTS, 'baseline.json')} }`,
      'model flights-late: its baseline was made with another model file',
    ],
    [
      'an output that the model does not have',
      `
  - name: m
    champion: { version: '1', onnx: { path: ${path.join(FLIGHTS, 'champion.onnx')} } }
    output: { tensor: probs, column: 1 }`,
      'model m: it has no output "probs", which output.tensor names; it has "label", "probabilities"',
    ],
    [
      'a column that its output does not have',
      `
  - name: m
    champion: { version: '1', onnx: { path: ${path.join(FLIGHTS, 'champion.onnx')} } }
    output: { column: 2 }`,
      'model m: output.column is 2, and its output "probabilities" has 2 columns, counted from 0',
    ],
  ])('is refused for %s', async (_name, yaml, message) => {
    await expect(startTestSidecar(yamlOf(yaml))).rejects.toMatchObject({ exitCode: 2, message: expect.stringContaining(message) });
  });

  it('is refused where the series would not fit', async () => {
    const small = `watch: { seriesMax: 10 }\n${yamlOf(model('m', 'identity-fp32.onnx'))}`;
    await expect(startTestSidecar(small)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('watch.seriesMax allows 10'),
    });
  });

  it('is refused where the port is taken', async () => {
    sidecar = await startTestSidecar(yamlOf(model('m', 'identity-fp32.onnx')));
    const config = await sidecar.configOf(yamlOf(model('m', 'identity-fp32.onnx')));
    const port = Number(new URL(sidecar.url).port);
    const second = startSidecar({
      config: { ...config, server: { ...config.server, port } },
      version: '0',
      clock: systemClock,
      logger: pino({ level: 'silent' }),
      tracing: await startTracing({}),
    });
    await expect(second).rejects.toMatchObject({
      exitCode: 1,
      message: `modelwatch: 127.0.0.1:${port} is in use: another program listens there, perhaps another modelwatch. --port or server.port names another port.\n`,
    });
  });
});

describe('drain', () => {
  it('is not ready first, answers what is under way, and then writes what was watched', async () => {
    const slowModel = `
  - name: hang
    champion: { version: '1', onnx: { path: ${path.join(MODELS, 'hang.onnx')}, deadline: 1m } }`;
    sidecar = await startTestSidecar(`server: { drainTimeout: 1m }\n${yamlOf(slowModel)}`);
    // Half a million additions: long enough to be under way when the drain begins.
    const slow = sidecar.post('/v2/models/hang/infer', '{"inputs":[{"name":"n","datatype":"INT64","shape":[1],"data":[500000]}]}');
    const agent = new http.Agent({ keepAlive: true });
    await new Promise<void>((resolve) => {
      http.get(`${sidecar!.url}/v2/health/ready`, { agent }, (response) => response.resume().on('end', resolve));
    });
    const underWay = async () => (await sidecar!.series('modelwatch_requests_in_flight{model="hang",version="1",role="champion"}')) === 1;
    while (!(await underWay()));
    const drained = sidecar.sidecar.drain();
    expect((await slow).status).toBe(200);
    await drained;
    await expect(fetch(`${sidecar.url}/v2/health/live`)).rejects.toThrow();
    agent.destroy();
  });

  it('may be asked for twice', async () => {
    sidecar = await startTestSidecar(yamlOf(model('m', 'identity-fp32.onnx')));
    await Promise.all([sidecar.sidecar.drain(), sidecar.sidecar.drain()]);
  });
});
