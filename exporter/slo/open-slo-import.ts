import { OPEN_SLO_PREFIX, OPEN_SLO_VERSION } from '@modelwatch/core';
import { optionsOfQueries } from './query-matchers.js';
import { isMapping, nameOf, shown, sliNamed, sliOfQuery, textOf, unknownIndicator } from './slo-documents.js';
import type { ImportedSlo, ImportHints, Mapping, SloFault, SloFaultCode, SloImport } from './slo-documents.js';

/** Days of a calendar unit, where a rolling window of it is taken as so many days. */
const UNIT_DAYS: Readonly<Record<string, number>> = { d: 1, w: 7, M: 30, Q: 90 };
/** Kinds that go with objectives and say nothing that has a place here. */
const LEFT_OUT = new Set(['Service', 'DataSource', 'AlertPolicy', 'AlertCondition', 'AlertNotificationTarget']);
const NUMBERS = new Set(['errorMax', 'eventsMin']);

/** Reads documents of OpenSLO v1. Everything that cannot be expressed here is a fault of its own; nothing is guessed. */
export function importOpenSlo(documents: readonly unknown[], hints: ImportHints): SloImport {
  const slos: ImportedSlo[] = [];
  const faults: SloFault[] = [];
  const notes: string[] = [];
  const indicators = new Map(documents.flatMap((each) => (isMapping(each) && each['kind'] === 'SLI' ? [[nameIn(each), each]] : [])));
  documents.forEach((document, index) => {
    const place = (path: string) => `document ${index + 1}${path === '' ? '' : `: ${path}`}`;
    const fail = (code: SloFaultCode, path: string, message: string) => void faults.push({ code, place: place(path), message });
    if (document === null) return;
    if (!isMapping(document)) return fail('malformed', '', 'a mapping was expected');
    if (document['apiVersion'] !== OPEN_SLO_VERSION)
      return fail('unsupported_version', 'apiVersion', `${OPEN_SLO_VERSION} is read, got ${shown(document['apiVersion'])}`);
    const kind = textOf(document['kind']);
    if (kind === 'SLI') return undefined;
    if (kind !== 'SLO') {
      if (LEFT_OUT.has(kind)) return void notes.push(`${place('')}: the ${kind} was left out`);
      return fail('malformed', 'kind', `a kind of OpenSLO was expected, got ${shown(document['kind'])}`);
    }
    slos.push(...importOne(document, indicators, hints, fail));
    if (isMapping(document['spec']) && Array.isArray(document['spec']['alertPolicies']) && document['spec']['alertPolicies'].length > 0)
      notes.push(`${place('spec.alertPolicies')}: alerts come from the configuration, and these were left out`);
    return undefined;
  });
  return { slos, faults, notes };
}

const metadataOf = (document: Mapping): Mapping => (isMapping(document['metadata']) ? document['metadata'] : {});
const nameIn = (document: Mapping): string => textOf(metadataOf(document)['name']);

/** What our own export has said in annotations. */
function annotationsIn(document: Mapping): Readonly<Record<string, string>> {
  const annotations = metadataOf(document)['annotations'];
  if (!isMapping(annotations)) return {};
  return Object.fromEntries(
    Object.entries(annotations).flatMap(([key, value]) =>
      key.startsWith(OPEN_SLO_PREFIX) && typeof value === 'string' ? [[key.slice(OPEN_SLO_PREFIX.length), value]] : [],
    ),
  );
}

type Fail = (code: SloFaultCode, path: string, message: string) => void;

function importOne(document: Mapping, indicators: ReadonlyMap<string, Mapping>, hints: ImportHints, fail: Fail): ImportedSlo[] {
  const spec = isMapping(document['spec']) ? document['spec'] : {};
  const own = annotationsIn(document);
  const said = sliNamed(own['sli']);
  const sli = said ?? hints.sli ?? indicatorOf(spec, indicators, fail);
  const period = periodOf(spec, fail);
  const targets = targetsOf(spec, fail);
  const name = nameOf(own['name']) ?? nameOf(nameIn(document));
  if (name === undefined) fail('malformed', 'metadata.name', `a name was expected, got ${shown(metadataOf(document)['name'])}`);
  const model = own['model'] ?? hints.model ?? nameOf(spec['service']);
  if (model === undefined) fail('malformed', 'spec.service', 'the service names the model; say with --model which is meant');
  if (sli === undefined || period === undefined || targets === undefined || name === undefined || model === undefined) return [];
  // What we have exported says all in annotations, and queries of other counters say nothing of ours.
  const queries = said === undefined ? queriesOf(spec, indicators) : undefined;
  const isOurs = queries !== undefined && sliOfQuery(JSON.stringify(queries)) === sli;
  const read = isOurs ? optionsOfQueries(queries, sli, model, (code, message) => fail(code, 'spec.indicator', message)) : {};
  if (read === undefined) return [];
  const options = Object.entries(own).filter(([key]) => !['model', 'name', 'sli'].includes(key));
  const more = Object.fromEntries(
    options.map(([key, value]) => [key, key === 'critical' ? value === 'true' : NUMBERS.has(key) ? Number(value) : value]),
  );
  return targets.map((objective, i) => ({
    model,
    slo: { name: i === 0 ? name : `${name}-${i + 1}`, sli, objective, period, ...read, ...more },
  }));
}

/** The indicator of an objective, in it or beside it in the file. */
const indicatorIn = (spec: Mapping, indicators: ReadonlyMap<string, Mapping>): unknown =>
  spec['indicatorRef'] === undefined ? spec['indicator'] : indicators.get(textOf(spec['indicatorRef']));

function queriesOf(spec: Mapping, indicators: ReadonlyMap<string, Mapping>): Mapping | undefined {
  const indicator = indicatorIn(spec, indicators);
  return isMapping(indicator) && isMapping(indicator['spec']) ? indicator['spec'] : undefined;
}

function indicatorOf(spec: Mapping, indicators: ReadonlyMap<string, Mapping>, fail: Fail): ReturnType<typeof sliNamed> {
  const reference = spec['indicatorRef'];
  const indicator = indicatorIn(spec, indicators);
  if (!isMapping(indicator)) {
    if (reference !== undefined) fail('reference_unsupported', 'spec.indicatorRef', `the file has no SLI of the name ${shown(reference)}`);
    else fail('malformed', 'spec.indicator', 'an indicator was expected');
    return undefined;
  }
  const inner = isMapping(indicator['spec']) ? indicator['spec'] : {};
  if (inner['thresholdMetric'] !== undefined) {
    fail(
      'threshold_unsupported',
      'spec.indicator.spec.thresholdMetric',
      'an indicator here is a ratio of counters, not a value against a threshold',
    );
    return undefined;
  }
  // What it reads is found in its queries wherever they stand.
  const found = sliOfQuery(JSON.stringify(inner));
  if (found === undefined) {
    const { code, message } = unknownIndicator('', 'the indicator');
    fail(code, 'spec.indicator', message);
  }
  return found;
}

function periodOf(spec: Mapping, fail: Fail): string | undefined {
  const windows = spec['timeWindow'];
  const window: unknown = Array.isArray(windows) && windows.length === 1 ? windows[0] : undefined;
  if (!isMapping(window)) return void fail('malformed', 'spec.timeWindow', 'one time window was expected');
  if (window['isRolling'] !== true || window['calendar'] !== undefined)
    return void fail('window_not_rolling', 'spec.timeWindow', 'error budgets here are rolling; a calendar window has no equal');
  const [, amount, unit] = /^(\d{1,4})([a-zA-Z])$/.exec(textOf(window['duration'])) ?? [];
  const days = UNIT_DAYS[unit ?? ''];
  if (amount === undefined || days === undefined)
    return void fail(
      'malformed',
      'spec.timeWindow',
      `a duration of days, weeks, months or quarters was expected, got ${shown(window['duration'])}`,
    );
  return `${Number(amount) * days}d`;
}

function targetsOf(spec: Mapping, fail: Fail): readonly number[] | undefined {
  const method = spec['budgetingMethod'];
  if (method !== 'Occurrences')
    return void fail('budgeting_unsupported', 'spec.budgetingMethod', `events are counted (Occurrences); ${shown(method)} has no equal`);
  const objectives = spec['objectives'];
  if (!Array.isArray(objectives) || objectives.length === 0 || objectives.length > 20)
    return void fail('malformed', 'spec.objectives', 'one to twenty objectives were expected');
  const targets: number[] = [];
  for (const [i, objective] of (objectives as unknown[]).entries()) {
    const path = `spec.objectives[${i}]`;
    if (!isMapping(objective)) return void fail('malformed', path, 'a mapping was expected');
    if (objective['indicator'] !== undefined || objective['indicatorRef'] !== undefined || objective['compositeWeight'] !== undefined)
      return void fail('composite_unsupported', path, 'an objective made of several indicators has no equal');
    if (objective['op'] !== undefined || objective['value'] !== undefined)
      return void fail('threshold_unsupported', path, 'an objective here is a share of good events, not a value against a threshold');
    const percent = objective['targetPercent'];
    const target = typeof percent === 'number' ? Number((percent / 100).toPrecision(12)) : objective['target'];
    if (typeof target !== 'number') return void fail('malformed', path, 'a target was expected');
    targets.push(target);
  }
  return targets;
}
