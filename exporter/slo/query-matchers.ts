import { sliOf, type SliName } from '@modelwatch/core';
import { quote } from '../config/fault.js';
import { durationText } from '../config/meaning-slo.js';
import { isMapping } from './slo-documents.js';
import type { SloFaultCode } from './slo-documents.js';

const QUERY_LENGTH_MAX = 4000;
const STRING = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/.source;
const SELECTOR = new RegExp(`\\{((?:[^{}"'\`]|${STRING})*)\\}`, 'g');
const MATCHER = new RegExp(`\\s*(\\w+)\\s*(=~|!=|!~|=)\\s*(${STRING})\\s*(?:,|$)`, 'y');

/** Values by which an indicator tells its events apart: one of these sets has to be named, all queries together. */
const OWN_VALUES: Readonly<Partial<Record<SliName, Readonly<Record<string, readonly (readonly string[])[]>>>>> = {
  quality: {
    outcome: [
      ['false_negative', 'false_positive'],
      ['true_negative', 'true_positive'],
      ['false_negative', 'false_positive', 'true_negative', 'true_positive'],
    ],
  },
  training_success: { kind: [['retrain', 'training_job']], outcome: [['failed'], ['succeeded'], ['failed', 'succeeded']] },
  retrain_time: { kind: [['retrain']] },
};

interface Matcher {
  readonly label: string;
  readonly operator: string;
  readonly value: string;
}

type FailQuery = (code: SloFaultCode, message: string) => void;

/**
 * What the queries of an indicator say by their matchers, as options of an objective: the bound `le` is `within`. What has no equal here is a fault: an
 * objective of one instance, one version or one reason is not the objective of the model. Undefined where there was one.
 */
export function optionsOfQueries(
  indicator: unknown,
  sli: SliName,
  model: string,
  fail: FailQuery,
): { readonly within?: string } | undefined {
  let isFaulty = false;
  const refuse: FailQuery = (code, message) => {
    isFaulty = true;
    fail(code, message);
  };
  const bounds = new Set<number>();
  const named = new Map<string, Set<string>>();
  const own = OWN_VALUES[sli] ?? {};
  for (const query of queriesIn(indicator)) {
    for (const matcher of matchersOf(query, refuse)) {
      const { label, operator, value } = matcher;
      const bound = label === 'le' ? boundOf(matcher) : undefined;
      if (bound !== undefined) bounds.add(bound);
      else if (label in own && (operator === '=' || operator === '=~'))
        for (const each of value.split('|')) named.set(label, (named.get(label) ?? new Set()).add(each));
      else if (!isUnderstood(matcher, model))
        refuse('matcher_unsupported', `an objective is that of the model as a whole: ${label}${operator}${quote(value)} has no equal`);
    }
  }
  for (const [label, values] of named) {
    const text = [...values].sort().join('|');
    if (!own[label]!.some((allowed) => allowed.join('|') === text))
      refuse(
        'matcher_unsupported',
        `${sli} counts ${own[label]!.map((allowed) => allowed.join('|')).join(' or ')} by ${label}, not ${quote(text)}`,
      );
  }
  const within = withinOf(sli, bounds, refuse);
  return isFaulty ? undefined : within;
}

/** The bound that the queries read, as `within`; an indicator without one has none. */
function withinOf(sli: SliName, read: ReadonlySet<number>, refuse: FailQuery): { readonly within?: string } {
  const { within } = sliOf({ sli });
  const [bound, another] = [...read].filter(Number.isFinite);
  if (within === undefined) {
    if (bound !== undefined) refuse('bound_unknown', `${sli} has no bound of time: le has no equal`);
    return {};
  }
  const [text] = bound !== undefined && within.bounds.includes(bound) ? durationText(bound) : [];
  if (text !== undefined && another === undefined) return { within: text };
  const known = within.bounds.flatMap((each) => (durationText(each).length === 0 ? [] : [each])).join(', ');
  const got = bound === undefined ? 'none' : [...read].filter(Number.isFinite).join(' and ');
  refuse('bound_unknown', `one bound of the histogram was expected in le, of ${known}; got ${got}`);
  return {};
}

/** Matchers that say what is so anyway. */
function isUnderstood({ label, operator, value }: Matcher, model: string): boolean {
  if (label === 'model') return operator === '=' && value === model;
  return label === 'role' && operator === '!=' && value === 'challenger';
}

/** A bound as it is exported, `1`, as Prometheus 3 keeps it, `1.0`, or as our own rules match both. */
function boundOf({ operator, value }: Matcher): number | undefined {
  const text = operator === '=~' ? /^(\d+)\(\\\.0\)\?$/.exec(value)?.[1] : operator === '=' ? value : undefined;
  if (text === '+Inf') return Infinity;
  return text !== undefined && /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

/** Texts that name a series of ours, wherever they stand. */
function* queriesIn(value: unknown): Generator<string> {
  if (typeof value === 'string') {
    // A template of Sloth's stands for a window.
    if (value.includes('modelwatch_')) yield value.replace(/\{\{[^{}]*\}\}/g, '');
  } else if (Array.isArray(value) || isMapping(value)) for (const each of Object.values(value)) yield* queriesIn(each);
}

function matchersOf(query: string, refuse: FailQuery): readonly Matcher[] {
  if (query.length > QUERY_LENGTH_MAX) {
    refuse('too_long', `a query has more than ${QUERY_LENGTH_MAX} characters`);
    return [];
  }
  return [...query.matchAll(SELECTOR)].flatMap(([, body]) => {
    const matchers: Matcher[] = [];
    let end = 0;
    for (MATCHER.lastIndex = 0; end < body!.length; end = MATCHER.lastIndex) {
      const [, label, operator, string] = MATCHER.exec(body!) ?? [];
      if (label === undefined) break;
      const inner = string!.slice(1, -1);
      matchers.push({ label, operator: operator!, value: string!.startsWith('`') ? inner : inner.replace(/\\(.)/g, '$1') });
    }
    if (body!.slice(end).trim() !== '') refuse('matcher_unsupported', `the selector ${quote(body!)} cannot be read`);
    return matchers;
  });
}
