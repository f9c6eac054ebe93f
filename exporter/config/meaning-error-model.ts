import type { ModelConfig } from '@modelwatch/core';
import type { Path } from './fault.js';
import type { Report } from './meaning.js';
import { checkFileName } from './meaning-values.js';
import type { Part } from './sound-part.js';

/** An error model estimates numbers of requests whose tensors come here. */
export function checkErrorModel({ champion, output }: Part<ModelConfig>, path: Path, report: Report): void {
  if (champion === undefined || !('errorModel' in champion)) return;
  const at: Path = [...path, 'champion', 'errorModel'];
  if (output?.kind !== 'regression') {
    report(at, 'an error model estimates the errors of a regression', { expected: 'output.kind: regression', spot: 'key' });
  }
  const takesTensors = 'onnx' in champion || ('upstream' in champion && champion.upstream?.protocol !== 'json');
  if (!takesTensors) {
    report(at, 'an error model scores copies of tensors, and of this champion none come here', {
      expected: 'a champion with onnx, or with an upstream that speaks open-inference',
      spot: 'key',
    });
  }
  checkFileName(champion.errorModel?.onnx?.path, [...at, 'onnx', 'path'], report);
}
