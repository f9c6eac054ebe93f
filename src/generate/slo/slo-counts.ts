import type { MetricDescription } from '../../contracts/index.js';
import { durationSeconds, metric } from '../../contracts/index.js';
import type { ConfiguredSlo, CountedTerm } from '../../slo/index.js';
import { indent, number, parenthesised, summedIncrease } from '../promql.js';
import { matcherOf, type Select } from '../selector.js';
import { ALL_VERSIONS, byVersion, MINUTE_GOOD, ofSlo } from './slo-series.js';

/** All events of an objective in a window, and the bad ones, as PromQL. The bad ones read the recorded count of all. */
export interface CountsText {
  readonly events: string;
  readonly errors: string;
}

/** What counts are written for. */
export interface CountsInput {
  readonly slo: ConfiguredSlo;
  readonly window: string;
  /** How often rules are evaluated, which is how often a minute is looked at. */
  readonly interval: string;
  readonly select: Select;
}

/** Training belongs to a model, and is told under the version in service. One of them, while two are. */
const IN_SERVICE = 'max by (model, version) (modelwatch_model_info{role="champion"})';

export function countsText(input: CountsInput): CountsText {
  const { slo } = input;
  const events = slo.sli.events(slo.config);
  return events.kind === 'minutes' ? minutes(input) : counters(input, events.total, events.bad);
}

function minutes({ slo, window, interval, select }: CountsInput): CountsText {
  const looked = durationSeconds(interval) / 60;
  const by = looked === 1 ? '' : ` * ${number(looked)}`;
  const over = (operation: string) => `${operation}_over_time(${select(MINUTE_GOOD, ofSlo(slo.name))}[${window}])`;
  return {
    events: `${over('count')}${by}`,
    errors: by === '' ? `${over('count')} - ${over('sum')}` : `(${over('count')} - ${over('sum')})${by}`,
  };
}

function counters(input: CountsInput, total: readonly CountedTerm[], bad: readonly CountedTerm[]): CountsText {
  const { slo, window, select } = input;
  const labels = slo.sli.scope === 'version' ? 'model, version' : 'model';
  const text = (term: CountedTerm) => summedIncrease(labels, termSelector(term, slo, select), window);
  const [first, second] = total.map(text);
  const all = second === undefined ? first! : `${orNone(first!, second)}\n+\n${orNone(second, first!)}`;
  // The count of a group of models stands under the same name.
  const own = slo.config.combine === undefined ? [] : [`version!="${ALL_VERSIONS}"`];
  const recorded = `sum by (${labels}) (${select(byVersion('events', window), ofSlo(slo.name), ...own)})`;
  // What is all events but for the good ones starts from the count above it.
  const isRest = bad.some(({ minus }) => minus);
  const sum = (isRest ? bad.slice(total.length) : bad).reduce(
    // What never happened may have no series, which counts as none.
    (so, term) => `${so}${so === '' ? '' : term.minus === true ? '\n-\n' : '\n+\n'}${orNone(text(term), recorded)}`,
    isRest ? recorded : '',
  );
  // Buckets of a histogram are extrapolated one by one.
  const errors = isRest ? `clamp_min(\n${indent(sum)},\n  0\n)` : sum;
  return { events: ofVersion(all, slo), errors: ofVersion(errors, slo) };
}

const orNone = (counted: string, other: string): string => parenthesised(`${counted}\nor\n${other} * 0`);

const ofVersion = (counted: string, { sli }: ConfiguredSlo): string =>
  sli.scope === 'version' ? counted : `${parenthesised(counted)}\n* on (model) group_left (version)\ntopk by (model) (1, ${IN_SERVICE})`;

function termSelector({ counter, where = {}, within }: CountedTerm, { evidence }: ConfiguredSlo, select: Select): string {
  const row: MetricDescription = metric(counter);
  const matchers = Object.entries(where).map(([label, values]) => matcherOf(label, values));
  // A challenger answers nobody; what it says is looked at where agreement with it is what counts.
  if (row.labels.includes('role')) matchers.push(evidence === 'shadow' ? 'role="challenger"' : 'role!="challenger"');
  if (within === undefined) return select(counter, ...matchers);
  return select(`${counter}_bucket`, ...matchers, boundMatcher(within));
}

/** A whole bound is `1` as exported, and `1.0` as Prometheus 3 keeps it. */
function boundMatcher(within: number | 'any'): string {
  if (within === 'any') return 'le="+Inf"';
  return Number.isInteger(within) ? `le=~"${within}(\\\\.0)?"` : `le="${within}"`;
}
