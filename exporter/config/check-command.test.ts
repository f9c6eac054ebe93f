import { mkdtemp, rm, writeFile } from 'node:fs/promises';
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

async function check(file: string) {
  const said = { stdout: '', stderr: '' };
  const writing = (to: keyof typeof said) => ({ write: (text: string) => (said[to] += text) });
  const code = await checkCommand(file, { stdout: writing('stdout'), stderr: writing('stderr') });
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
});
