import { METRICS } from '@modelwatch/core';

/** How large the fleet is whose pages are made. */
export interface FleetShape {
  readonly features: number;
  readonly bins: number;
  readonly sliceValues: number;
}

/** One series of a model's page, and what it says at a time. */
export interface FleetSeries {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  valueAt(seconds: number): number;
}

/** The model of the golden scrape that has a baseline, explanations, slices, a challenger and ground truth. */
const TEMPLATE_MODEL = 'identity';
const TEMPLATE_FEATURES: ReadonlySet<string> = new Set(['a', 'x']);
/** Values of the baseline of each feature. */
const BASELINE_VALUES = 10_000;
const PREDICTIONS_PER_SECOND = 2;
const GAUGES: ReadonlySet<string> = new Set(METRICS.filter(({ type }) => type === 'gauge').map(({ name }) => name));

/**
 * The series of one sidecar with one model, made from the golden scrape, so that names and labels are those of the contract: what has a feature stands
 * for every feature, what has a feature's bin for every bin, what has a slice's value for every value. Counters that moved there move here; those that
 * did not, such as failures, rest. Features come as their baseline says.
 */
export function fleetSeries(
  scrape: string,
  model: string,
  { features, bins, sliceValues }: FleetShape,
  sinceSeconds: number,
): readonly FleetSeries[] {
  const featureNames = Array.from({ length: features }, (_, i) => `feature-${i}`);
  const binNames = Array.from({ length: bins }, (_, i) => `(${i === 0 ? '-Inf' : i},${i === bins - 1 ? '+Inf' : i + 1}]`);
  const series: FleetSeries[] = [];
  const binned = new Set<string>();
  for (const line of scrape.split('\n')) {
    const parsed = parseLine(line);
    if (parsed === undefined) continue;
    const { name, labels, value } = parsed;
    if (labels['model'] !== undefined && labels['model'] !== TEMPLATE_MODEL) continue;
    const own = labels['model'] === undefined ? labels : { ...labels, model };
    if (labels['feature'] !== undefined && labels['bin'] !== undefined) {
      if (binned.has(name)) continue;
      binned.add(name);
      for (const feature of featureNames)
        binNames.forEach((bin, i) =>
          series.push({ name, labels: { ...own, feature, bin }, valueAt: binValue(name, i, bins, sinceSeconds) }),
        );
    } else if (labels['feature'] !== undefined) {
      if (!TEMPLATE_FEATURES.has(labels['feature'])) continue;
      for (const feature of featureNames)
        series.push({ name, labels: { ...own, feature }, valueAt: featureValue(name, features, value, sinceSeconds) });
    } else if (labels['slice_value'] !== undefined) {
      for (let i = 0; i < sliceValues; i++)
        series.push({ name, labels: { ...own, slice_value: `value-${i}` }, valueAt: plainValue(name, value, sinceSeconds) });
    } else series.push({ name, labels: own, valueAt: plainValue(name, value, sinceSeconds) });
  }
  return series;
}

/** A line of the text format; undefined where it is none of a series. */
function parseLine(
  line: string,
): { readonly name: string; readonly labels: Readonly<Record<string, string>>; readonly value: number } | undefined {
  const [, name, labels, value] = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  if (name === undefined) return undefined;
  const pairs = [...(labels ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label, text]) => [label!, text!] as const);
  return { name, labels: Object.fromEntries(pairs), value: Number(value) };
}

type Value = FleetSeries['valueAt'];
const counted =
  (perSecond: number, sinceSeconds: number): Value =>
  (seconds) =>
    Math.floor(Math.max(0, seconds - sinceSeconds) * perSecond);

function binValue(name: string, bin: number, bins: number, sinceSeconds: number): Value {
  const share = (name.includes('_cumulative_') ? bin + 1 : 1) / bins;
  return name.endsWith('_ratio') ? () => share : counted(PREDICTIONS_PER_SECOND * share, sinceSeconds);
}

function featureValue(name: string, features: number, value: number, sinceSeconds: number): Value {
  switch (name) {
    case 'modelwatch_feature_values_total':
      return counted(PREDICTIONS_PER_SECOND, sinceSeconds);
    case 'modelwatch_baseline_values':
      return () => BASELINE_VALUES;
    case 'modelwatch_baseline_attribution_ratio':
      return () => 1 / features;
    case 'modelwatch_attribution_positive_total':
    case 'modelwatch_attribution_squared_total':
      return counted(1, sinceSeconds);
    default:
      return plainValue(name, value, sinceSeconds);
  }
}

/** What is wrong in the golden scrape, so that its page shows it, and would be an alert of every model here. */
const AT_FAULT = /fail|missing|conflict|unpaired|denied|limited|validation|difference_max$/;
/** Of errors a tenth: as small as those of the baseline's evaluation. */
const ERRORS = /error/;

function plainValue(name: string, value: number, sinceSeconds: number): Value {
  if (name === 'modelwatch_baseline_created_timestamp_seconds') return () => sinceSeconds;
  if (name === 'modelwatch_registry_promotion_timestamp_seconds' || name === 'modelwatch_log_event_timestamp_seconds')
    return () => sinceSeconds;
  if (name.endsWith('_timestamp_seconds')) return (seconds) => seconds;
  if (AT_FAULT.test(name) && !name.includes('_baseline_')) return () => 0;
  if (GAUGES.has(name)) return () => value;
  return counted(value === 0 ? 0 : PREDICTIONS_PER_SECOND * (ERRORS.test(name) ? 0.1 : 1), sinceSeconds);
}

/** As Prometheus' text format has it. */
export const seriesText = ({ name, labels }: FleetSeries): string => {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
  return pairs.length === 0 ? name : `${name}{${pairs.join(',')}}`;
};
