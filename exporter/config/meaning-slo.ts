import { durationSeconds, evidenceOf, sliOf, sloName } from '@modelwatch/core';
import type { Config, ModelConfig, SloConfig } from '@modelwatch/core';
import { formatPath, quote } from './fault.js';
import type { Path } from './fault.js';
import { checkUnique } from './meaning-values.js';
import type { Report } from './meaning.js';
import type { Part } from './sound-part.js';

const PERIOD_MIN = '7d';
const PERIOD_MAX = '90d';

/** An objective with what its checks need. */
type Sound = Part<SloConfig> & Pick<SloConfig, 'sli'>;
const isSound = (slo: Part<SloConfig> | undefined): slo is Sound => slo?.sli !== undefined;

/** Objectives of one model: names of their own, and options that their indicator takes. */
export function checkSlos(model: Part<ModelConfig>, path: Path, report: Report): void {
  const { slo = [] } = model;
  checkUnique(
    slo.map((each) => (isSound(each) && !isFaulty(each, 'name') ? nameOf(each) : undefined)),
    (index) => [...path, 'slo', index, ...(slo[index]?.name === undefined ? ['sli'] : ['name'])],
    'objective',
    report,
  );
  slo.forEach((each, index) => {
    if (isSound(each)) checkSlo(each, model, [...path, 'slo', index], report);
  });
}

const nameOf = (slo: Sound): string => sloName(asRead(slo));

/** A key that is there and was taken out for its form: its own fault is told already. */
const isFaulty = (slo: Sound, key: keyof SloConfig): boolean => key in slo && slo[key] === undefined;

function checkSlo(slo: Sound, model: Part<ModelConfig>, path: Path, report: Report): void {
  if (slo.period !== undefined) {
    const seconds = durationSeconds(slo.period);
    if (seconds > 0 && (seconds < durationSeconds(PERIOD_MIN) || seconds > durationSeconds(PERIOD_MAX)))
      report([...path, 'period'], `a period of ${PERIOD_MIN} to ${PERIOD_MAX} is needed, got ${quote(slo.period)}`, {
        expected: `${PERIOD_MIN} to ${PERIOD_MAX}`,
      });
  }
  checkWithin(slo, path, report);
  checkQuality(slo, model, path, report);
  if (slo.critical === true && !isFaulty(slo, 'evidence') && !mayPage(slo))
    report([...path, 'critical'], `${whatOf(slo)} may make a ticket and never pages`, { expected: 'critical: false, or no such key' });
}

/** The word for what an objective is of. */
function whatOf(slo: Sound): string {
  const evidence = evidenceOf(asRead(slo));
  return evidence === undefined || evidence === 'ground_truth' ? slo.sli : `quality by ${evidence}`;
}

/** As the core reads it: parts that were taken out are told already, and count as left out. */
const asRead = (slo: Sound): SloConfig => ({ objective: 0.5, period: '30d', ...withoutUndefined(slo) }) as SloConfig;
const withoutUndefined = (slo: Sound): object => Object.fromEntries(Object.entries(slo).filter(([, value]) => value !== undefined));
const mayPage = (slo: Sound): boolean => sliOf(slo).mayPage(asRead(slo));

function checkWithin(slo: Sound, path: Path, report: Report): void {
  if (slo.within === undefined) return;
  const { within } = sliOf(slo);
  const place = [...path, 'within'];
  if (within === undefined) return report(place, `${slo.sli} has no bound of time`, { spot: 'key' });
  const seconds = durationSeconds(slo.within);
  if (seconds <= 0 || within.bounds.includes(seconds)) return;
  const bounds = within.bounds.flatMap(durationText).join(', ');
  report(
    place,
    `${quote(slo.within)} is no bound of the histogram, so that no counter says how much lies within it; its bounds are ${bounds}`,
    {
      expected: `one of ${bounds}`,
    },
  );
}

const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
  ['ms', 0.001],
] as const;

/** A bound as a duration in its largest whole unit; parts of a millisecond cannot be written. */
export function durationText(seconds: number): string[] {
  for (const [unit, size] of UNITS) {
    const amount = Number((seconds / size).toPrecision(12));
    if (Number.isInteger(amount)) return [`${amount}${unit}`];
  }
  return [];
}

function checkQuality(slo: Sound, model: Part<ModelConfig>, path: Path, report: Report): void {
  if (slo.sli !== 'quality') {
    if (slo.evidence !== undefined)
      report([...path, 'evidence'], `${slo.sli} is seen at first hand: evidence is for quality`, { spot: 'key' });
    if (slo.errorMax !== undefined) report([...path, 'errorMax'], `${slo.sli} has no error: errorMax is for quality`, { spot: 'key' });
    return;
  }
  if (isFaulty(slo, 'evidence') || isFaulty(slo, 'errorMax')) return;
  const evidence = evidenceOf(asRead(slo));
  const isRegression = model.output?.kind === 'regression';
  if (slo.errorMax !== undefined && (!isRegression || evidence !== 'ground_truth')) {
    report([...path, 'errorMax'], 'errorMax is for a regression and its ground truth; classes are right or wrong', { spot: 'key' });
  }
  if (isRegression && evidence === 'ground_truth' && slo.errorMax === undefined)
    report([...path, 'sli'], 'quality of a regression needs errorMax, the mean absolute error up to which it is good', {
      expected: 'errorMax beside it',
    });
  if (isRegression && evidence === 'estimate')
    report([...path, 'evidence'], 'of a regression no errors are estimated one by one: evidence estimate is for classes');
  if (evidence === 'shadow' && model.challengers?.length === 0)
    report([...path, 'evidence'], 'agreement with a challenger needs one', { expected: 'challengers beside slo' });
}

interface Member {
  readonly path: Path;
  readonly slo: Sound;
  readonly team: string | undefined;
  readonly critical: boolean | undefined;
}

/** What objectives of one name in a group must agree on, for they are judged as one. */
const SHARED = ['sli', 'objective', 'period', 'evidence', 'within', 'errorMax', 'eventsMin', 'critical'] as const;

/** Groups of objectives in several models: a name that no model has, at least two members, and the same objective, team and criticality in each. */
export function checkCombined(models: NonNullable<Part<Config>['models']>, report: Report): void {
  const names = new Map(models.map((model, index) => [model?.name, index]));
  const groups = new Map<string, Member[]>();
  models.forEach((model, m) => {
    model?.slo?.forEach((slo, s) => {
      if (!isSound(slo) || slo.combine === undefined) return;
      const path = ['models', m, 'slo', s];
      const clash = names.get(slo.combine);
      if (clash !== undefined)
        report([...path, 'combine'], `the group ${quote(slo.combine)} has the name of ${formatPath(['models', clash])}`, {
          expected: 'a name that no model has',
        });
      const key = JSON.stringify([slo.combine, nameOf(slo)]);
      groups.set(key, [...(groups.get(key) ?? []), { path, slo, team: model.team, critical: model.critical }]);
    });
  });
  for (const [first, ...others] of groups.values()) {
    if (first === undefined) continue;
    if (others.length === 0)
      report([...first.path, 'combine'], `nothing else is in the group ${quote(first.slo.combine!)} under this name`, {
        expected: 'the objective in another model with the same group',
      });
    for (const other of others) {
      const key = SHARED.find((each) => first.slo[each] !== other.slo[each]);
      if (key !== undefined)
        report([...other.path, key in other.slo ? key : 'combine'], `${key} is not that of ${formatPath(first.path)} in the same group`, {
          expected: 'the same in both',
        });
      else if (first.team !== other.team || first.critical !== other.critical)
        report([...other.path, 'combine'], `team and critical are not those of ${formatPath(first.path.slice(0, 2))} in the same group`, {
          expected: 'one team and the same criticality',
        });
    }
  }
}
