import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FLIGHTS, startTestSidecar } from '../contract/test-sidecar.js';
import { checkCommand } from './check-command.js';

const BASELINE = path.join(FLIGHTS, 'baseline.json');
const configuration = (kind: string) => `
models:
  - name: flights-late
    champion: { version: '1', baseline: ${BASELINE} }
    output: { kind: ${kind} }
  - name: late-again
    champion: { version: '1', onnx: { path: ${path.join(FLIGHTS, 'champion.onnx')} } }
    challengers: [{ version: '2', onnx: { path: ${path.join(FLIGHTS, 'challenger.onnx')} }, baseline: ${BASELINE} }]
    output: { kind: ${kind} }
    rollout: { qualityLossMax: 1 }
`;

async function check(file: string, strict = false) {
  const said = { stdout: '', stderr: '' };
  const writing = (to: keyof typeof said) => ({ write: (text: string) => (said[to] += text) });
  const code = await checkCommand(file, { stdout: writing('stdout'), stderr: writing('stderr') }, strict);
  return { code, ...said };
}

describe('modelwatch check', () => {
  let folder: string;
  const fileOf = async (name: string, text: string) => {
    const file = path.join(folder, name);
    await writeFile(file, text);
    return file;
  };
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-check-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each([path.join(FLIGHTS, 'modelwatch.yaml'), BASELINE])('finds nothing wrong with %s', async (file) => {
    expect(await check(file)).toEqual({ code: 0, stdout: `${file}: ok\n`, stderr: '' });
  });

  it('finds the faults of the baselines that a configuration names', async () => {
    const baseline = await fileOf('broken.json', '{}');
    const file = await fileOf('names-broken.yaml', `models: [{ name: m, champion: { version: '1', baseline: ${baseline} } }]`);
    const { code, stderr } = await check(file);
    expect([code, stderr.startsWith(`${baseline}`)]).toEqual([2, true]);
  });

  const FAULT = `${BASELINE} /evaluation/kind: the evaluation is of a probability, and the configuration says that the output is a regression; set output.kind, or make the baseline anew\n`;

  it('refuses an evaluation of another kind than the output, once a file, as the start does', async () => {
    const file = await fileOf('regression.yaml', configuration('regression'));
    expect(await check(file)).toEqual({ code: 2, stdout: '', stderr: FAULT });
    expect((await check(await fileOf('probability.yaml', configuration('probability')))).code).toBe(0);
    const start = startTestSidecar(`
models: [{ name: flights-late, champion: { version: '1', baseline: ${BASELINE} }, output: { kind: regression } }]
`);
    await expect(start).rejects.toThrow(FAULT.trimEnd());
  });

  it.each([
    [
      'another version',
      'flights-late',
      '2',
      'champion.onnx',
      'its baseline is of model flights-late, version 1, not of model flights-late, version 2',
    ],
    ['another model', 'other', '1', 'champion.onnx', 'its baseline is of model flights-late, version 1, not of model other, version 1'],
    [
      'another file',
      'flights-late',
      '1',
      'challenger.onnx',
      'its baseline was made with another model file; make it anew with `modelwatch baseline`',
    ],
  ])('refuses the baseline of %s, as the start does', async (_, name, version, onnx, sentence) => {
    const yaml = `models: [{ name: ${name}, champion: { version: '${version}', onnx: { path: ${path.join(FLIGHTS, onnx)} }, baseline: ${BASELINE} } }]`;
    const { code, stderr } = await check(await fileOf('foreign.yaml', yaml));
    expect([code, stderr]).toEqual([2, `${BASELINE}: of model "${name}": ${sentence}\n`]);
    await expect(startTestSidecar(yaml)).rejects.toThrow(`model ${name}: ${sentence}`);
  });

  it('warns of features that no baseline of the model has, at their place, with the nearest name', async () => {
    const file = await fileOf(
      'misspelt.yaml',
      `models:
  - name: flights-late
    champion:
      version: '1'
      baseline: ${BASELINE}
    slices:
      - { name: origin }
      - { name: carier }
      - { name: where, feature: orgin }
      - { name: tenant, header: x-tenant }
    samples: { masks: { carrier: { rule: keep }, distanse: { rule: hash } } }
    freshness: { feature: booked_at }
    parity:
      url: http://127.0.0.1:6566
      entities: { plane: tailnumber }
      features: { tmp: 'weather:temp' }
`,
    );
    const lines = [
      '8:17 models[0].slices[1].name: warning: no baseline of the model has the feature "carier"; did you mean "carrier"?',
      '9:33 models[0].slices[2].feature: warning: no baseline of the model has the feature "orgin"; did you mean "origin"?',
      '11:50 models[0].samples.masks.distanse: warning: no baseline of the model has the feature "distanse"; did you mean "distance"?',
      '12:27 models[0].freshness.feature: warning: no baseline of the model has the feature "booked_at"',
      '15:26 models[0].parity.entities.plane: warning: no baseline of the model has the feature "tailnumber"',
      '16:19 models[0].parity.features.tmp: warning: no baseline of the model has the feature "tmp"; did you mean "temp"?',
    ];
    const stderr = lines.map((line) => `${file}:${line}\n`).join('');
    expect(await check(file)).toEqual({ code: 0, stdout: `${file}: ok, with 6 warnings\n`, stderr });
    expect(await check(file, true)).toEqual({ code: 2, stdout: '', stderr });
  });

  it('warns of a name of the mapping, and not again where it is used', async () => {
    const file = await fileOf(
      'mapping.yaml',
      `models:
  - name: flights-late
    champion:
      version: '1'
      upstream:
        url: http://127.0.0.1:5000
        protocol: json
        mapping: { path: /predict, output: /p, features: { carier: /carrier } }
      baseline: ${BASELINE}
    slices: [{ name: carier }]
  - name: without
    champion: { version: '1' }
    slices: [{ name: anything }]
`,
    );
    const at = 'models[0].champion.upstream.mapping.features.carier';
    const stderr = `${file}:8:60 ${at}: warning: no baseline of the model has the feature "carier"; did you mean "carrier"?\n`;
    expect(await check(file)).toEqual({ code: 0, stdout: `${file}: ok, with 1 warning\n`, stderr });
  });

  it('knows what any version of the model has', async () => {
    const text = await readFile(BASELINE, 'utf8');
    const renamed = await fileOf('renamed.json', text.replaceAll('"carrier"', '"airline"').replaceAll('"version": "1"', '"version": "2"'));
    const file = await fileOf(
      'challenger.yaml',
      `models:
  - name: flights-late
    champion: { version: '1', onnx: { path: ${path.join(FLIGHTS, 'champion.onnx')} }, baseline: ${BASELINE} }
    challengers: [{ version: '2', onnx: { path: ${path.join(FLIGHTS, 'challenger.onnx')} }, baseline: ${renamed} }]
    slices: [{ name: airline }, { name: carrier }, { name: airlane }]
`,
    );
    const { code, stderr } = await check(file);
    expect([code, stderr.trimEnd().split(' models')[1]]).toEqual([
      0,
      '[0].slices[2].name: warning: no baseline of the model has the feature "airlane"; did you mean "airline"?',
    ]);
  });
});
