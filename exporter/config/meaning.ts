import { OTHER_BIN, type ChampionConfig, type Config, type ModelConfig } from '@modelwatch/core';
import { checkAccess } from './meaning-access.js';
import { checkSidecars } from './meaning-alertmanager.js';
import { checkChallengers } from './meaning-challengers.js';
import { checkErrorModel } from './meaning-error-model.js';
import { checkAlertLog, checkDurations, checkSnapshots, checkWindows } from './meaning-durations.js';
import { checkFileName, checkThreshold, checkUnique } from './meaning-values.js';
import { checkSamples } from './meaning-samples.js';
import { checkOrigin, checkUpstream, checkWebUrl } from './meaning-upstream.js';
import { checkRollout } from './meaning-rollout.js';
import { checkCombined, checkSlos } from './meaning-slo.js';
import { formatPath, quote } from './fault.js';
import type { Path } from './fault.js';
import type { Part } from './sound-part.js';

/** Takes one fault of meaning. `spot` says whether to point at the key or at the value. */
export type Report = (path: Path, message: string, options?: { readonly expected?: string; readonly spot?: 'key' | 'value' }) => void;

/** What no schema can say: names that clash, keys that exclude each other, durations in the wrong order. Lists every fault. */
export function checkMeaning(config: Part<Config>, report: Report): void {
  checkDurations(config, report);
  checkSnapshots(config.snapshots, report);
  checkAlertLog(config.alertLog, report);
  checkSidecars(config, report);
  if (config.server?.host === '')
    report(['server', 'host'], 'the address to listen on is empty', { expected: 'an address such as 127.0.0.1' });
  checkAccess(config, report);
  checkFileName(config.access?.tokensFile, ['access', 'tokensFile'], report);
  checkFileName(config.store?.path, ['store', 'path'], report);
  checkFileName(config.registry?.path, ['registry', 'path'], report);
  checkFileName(config.registry?.inbox, ['registry', 'inbox'], report);
  checkWebUrl(config.rules?.runbookUrl, ['rules', 'runbookUrl'], report);
  checkWebUrl(config.rules?.dashboardUrl, ['rules', 'dashboardUrl'], report);
  const models = config.models ?? [];
  checkUnique(
    models.map((model) => model?.name),
    (index) => ['models', index, 'name'],
    'model name',
    report,
  );
  checkMappedPaths(models, report);
  checkCombined(models, report);
  models.forEach((model, index) => {
    if (model !== undefined) checkModel(model, ['models', index], report);
  });
}

/** Paths of the sidecar itself: a JSON service behind it cannot be reached there. */
const OWN_PATHS = /^\/(?:$|metrics$|v1(?:\/|$)|v2(?:\/|$))/;

/** A path of a JSON service belongs to one model, and not to the sidecar itself. */
function checkMappedPaths(models: NonNullable<Part<Config>['models']>, report: Report): void {
  const first = new Map<string, Path>();
  models.forEach((model, index) => {
    const path = model?.champion?.upstream?.mapping?.path;
    if (path === undefined) return;
    const place: Path = ['models', index, 'champion', 'upstream', 'mapping', 'path'];
    const earlier = first.get(path);
    if (OWN_PATHS.test(path)) report(place, `the path ${quote(path)} is the sidecar's own`, { expected: 'a path such as /predict' });
    else if (earlier !== undefined) {
      report(place, `the path ${quote(path)} stands already at ${formatPath(earlier)}`, { expected: 'a path of its own' });
    } else first.set(path, place);
  });
}

function checkModel(model: Part<ModelConfig>, path: Path, report: Report): void {
  if (model.champion !== undefined) checkChampion(model.champion, [...path, 'champion'], report);
  checkChallengers(model, [...path, 'challengers'], report);
  checkErrorModel(model, path, report);
  checkRollout(model, path, report);
  checkInputs(model.inputs, [...path, 'inputs'], report);
  checkOutput(model.output, [...path, 'output'], report);
  checkSlices(model, [...path, 'slices'], report);
  if (model.parity !== undefined) checkOrigin(model.parity.url, [...path, 'parity', 'url'], report, 'a feature server');
  checkFreshness(model, [...path, 'freshness'], report);
  checkSamples(model, path, report);
  checkSlos(model, path, report);
  checkWindows(model.alerts, [...path, 'alerts'], report);
}

function checkChampion(champion: Part<ChampionConfig>, path: Path, report: Report): void {
  if (champion.onnx !== undefined && champion.upstream !== undefined) {
    const expected = 'onnx or upstream, or neither where the model is scored elsewhere';
    report([...path, 'upstream'], `a champion has onnx or upstream, not both`, { expected, spot: 'key' });
  }
  if (champion.registry === true && !('onnx' in champion)) {
    report([...path, 'registry'], 'the registry keeps ONNX files, and this champion has none', { expected: 'onnx beside it', spot: 'key' });
  }
  checkFileName(champion.onnx?.path, [...path, 'onnx', 'path'], report);
  checkFileName(champion.baseline, [...path, 'baseline'], report);
  if (champion.upstream !== undefined) checkUpstream(champion.upstream, [...path, 'upstream'], report);
}

function checkInputs(inputs: Part<ModelConfig['inputs']>, path: Path, report: Report): void {
  const firstPlace = new Map<string, Path>();
  for (const [tensor, features] of Object.entries(inputs ?? {})) {
    features?.forEach((feature, column) => {
      if (feature === undefined) return;
      const place = [...path, tensor, column];
      const earlier = firstPlace.get(feature);
      if (earlier === undefined) firstPlace.set(feature, place);
      else report(place, `the feature ${quote(feature)} stands already at ${formatPath(earlier)}`, { expected: 'each feature once' });
    });
  }
}

function checkOutput(output: Part<ModelConfig['output']> | undefined, path: Path, report: Report): void {
  checkThreshold(output?.kind, output?.threshold, [...path, 'threshold'], report);
}

function checkSlices({ slices = [], output }: Part<ModelConfig>, path: Path, report: Report): void {
  const kind = output?.kind;
  checkUnique(
    slices.map((slice) => slice?.name),
    (index) => [...path, index, 'name'],
    'slice name',
    report,
  );
  slices.forEach((slice, index) => {
    if (slice?.feature !== undefined && slice.header !== undefined) {
      report([...path, index, 'header'], 'a slice has a feature or a header, not both', { expected: 'feature or header', spot: 'key' });
    }
    if (slice?.fairness !== undefined && kind === 'regression') {
      report([...path, index, 'fairness'], 'fairness compares predicted classes, and a regression predicts none', { spot: 'key' });
    }
    const reference = slice?.fairness?.reference;
    if (reference !== undefined && ['', OTHER_BIN].includes(reference)) {
      report([...path, index, 'fairness', 'reference'], `${quote(reference)} is no group`, { expected: 'a value of the slice' });
    }
    const { valuesMax, keptMax } = slice ?? {};
    if (valuesMax !== undefined && keptMax !== undefined && keptMax < valuesMax) {
      report(
        [...path, index, 'keptMax'],
        `values with series of their own are kept: ${keptMax} are fewer than the ${valuesMax} of valuesMax`,
        {
          expected: `a number from ${valuesMax}`,
        },
      );
    }
    if (slice?.feature === '') report([...path, index, 'feature'], 'the feature name is empty', { expected: 'a feature name' });
  });
}

function checkFreshness({ freshness, champion, private: hidden }: Part<ModelConfig>, path: Path, report: Report): void {
  if (freshness?.header !== undefined && freshness.feature !== undefined) {
    report([...path, 'header'], 'the event time is in a feature or a header, not both', { expected: 'feature or header', spot: 'key' });
  }
  if (freshness?.feature !== undefined && hidden?.includes(freshness.feature) === true) {
    report([...path, 'feature'], `the feature ${quote(freshness.feature)} is private, and the event time is read from it`, {
      expected: 'another feature, or a header',
    });
  }
  const mapped = champion?.upstream?.mapping?.features;
  if (freshness?.feature !== undefined && mapped !== undefined && !(freshness.feature in mapped)) {
    report([...path, 'feature'], `the mapping has no feature ${quote(freshness.feature)}`, { expected: 'a feature of the mapping' });
  }
}
