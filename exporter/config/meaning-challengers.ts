import type { ChallengerConfig, ModelConfig } from '@modelwatch/core';
import { quote } from './fault.js';
import type { Path } from './fault.js';
import type { Report } from './meaning.js';
import { checkOrigin } from './meaning-upstream.js';
import { checkFileName, checkThreshold, checkUnique } from './meaning-values.js';
import type { Part } from './sound-part.js';

/** Challengers have a champion whose inputs can be copied, a version of their own, and one thing that scores. */
export function checkChallengers({ champion, challengers = [], output }: Part<ModelConfig>, path: Path, report: Report): void {
  if (challengers.length > 0 && champion !== undefined) checkIsCopied(champion, path, report);
  checkUnique(
    challengers.map((challenger) => challenger?.version),
    (index) => [...path, index, 'version'],
    'version',
    report,
  );
  challengers.forEach((challenger, index) => {
    if (challenger === undefined) return;
    checkScorer(challenger, [...path, index], report);
    checkFileName(challenger.baseline, [...path, index, 'baseline'], report);
    if (challenger.version !== undefined && challenger.version === champion?.version) {
      report([...path, index, 'version'], `the version ${quote(challenger.version)} is the champion's`, {
        expected: 'a version of its own',
      });
    }
    checkThreshold(output?.kind, challenger.threshold, [...path, index, 'threshold'], report);
  });
}

/** A challenger takes the tensors of a request: events have outputs alone, and a mapping knows some fields of a body that is not ours. */
function checkIsCopied(champion: NonNullable<Part<ModelConfig>['champion']>, path: Path, report: Report): void {
  const expected = 'a champion with onnx, or with an upstream that speaks open-inference';
  if (!('onnx' in champion) && !('upstream' in champion)) {
    report(path, 'a challenger scores copies of requests, and of a champion that is scored elsewhere none come here', {
      expected,
      spot: 'key',
    });
  } else if (champion.upstream !== undefined && champion.upstream.protocol === 'json') {
    report(path, 'a challenger takes tensors, and the requests of a JSON service have none', { expected, spot: 'key' });
  }
}

function checkScorer(challenger: Part<ChallengerConfig>, path: Path, report: Report): void {
  const { onnx, upstream } = challenger;
  const expected = 'one of onnx and upstream';
  if ('onnx' in challenger && 'upstream' in challenger) {
    report([...path, 'upstream'], 'a challenger has onnx or upstream, not both', { expected, spot: 'key' });
  } else if (!('onnx' in challenger) && !('upstream' in challenger)) {
    report(path, 'a challenger needs what scores its copies: onnx or upstream', { expected });
  }
  checkFileName(onnx?.path, [...path, 'onnx', 'path'], report);
  if (upstream === undefined) return;
  checkOrigin(upstream.url, [...path, 'upstream', 'url'], report);
  if (upstream.model === '') report([...path, 'upstream', 'model'], 'the model name is empty', { expected: 'a model name' });
}
