import {
  driftVerdict,
  Frequencies,
  jensenShannon,
  kolmogorovSmirnovBinned,
  missingRatio,
  psi,
  psiOfBin,
  type ApiCounts,
  type ApiDistribution,
  type ApiDriftBars,
  type ApiReference,
  type Baseline,
  type DistributionsAnswer,
  type FrequenciesJSON,
  type ModelConfig,
} from '@modelwatch/core';
import type { Clock } from '../clock.js';
import { fail, quoteInput, succeed, type Result } from '../errors.js';
import { nearestWord } from '../nearest-word.js';
import { binningOf } from '../pipeline/model-watch.js';
import type { ModelRuntime } from '../sidecar/model-runtime.js';
import type { MergedSnapshot, Store } from '../store/index.js';
import { extentOf, lastDay, mergedOf } from './merged-windows.js';
import { readWindow, type Query, type TimeWindow } from './window-query.js';

export const DISTRIBUTION_PARAMETERS: ReadonlySet<string> = new Set(['feature', 'from', 'to', 'referenceFrom', 'referenceTo']);

interface DistributionDeps {
  readonly store: () => Pick<Store, 'book'>;
  readonly clock: Pick<Clock, 'nowSeconds'>;
}

/** A feature or the output in a window, against the baseline or another window. */
export async function distributions(
  model: ModelRuntime,
  query: Query,
  { store, clock }: DistributionDeps,
): Promise<Result<DistributionsAnswer>> {
  const { feature } = query;
  const window = readWindow([query['from'], query['to']], lastDay(clock.nowSeconds()));
  if (!window.ok) return window;
  const asksReference = query['referenceFrom'] !== undefined || query['referenceTo'] !== undefined;
  const length = window.value.toSeconds - window.value.fromSeconds;
  const before = { fromSeconds: window.value.fromSeconds - length, toSeconds: window.value.fromSeconds };
  const reference = readWindow([query['referenceFrom'], query['referenceTo']], before);
  if (!reference.ok) return reference;
  const subject = { model: model.name, subject: feature === undefined ? 'output' : 'feature', name: feature ?? '' } as const;
  const found = await mergedOf({ ...subject, ...window.value }, store());
  if (!found.ok) return found;
  const compared = asksReference ? await mergedOf({ ...subject, ...reference.value }, store()) : undefined;
  if (compared?.ok === false) return compared;
  const own = baselineOf(model, feature);
  const isUnknown = feature !== undefined && model.baseline !== undefined && own === undefined && found.value.length === 0;
  if (isUnknown && !(await wasCounted(model, feature, clock.nowSeconds(), store())))
    return fail('feature_not_found', unknownFeature(model, feature));
  return succeed({
    model: model.name,
    feature: feature ?? null,
    ...window.value,
    bars: driftBarsOf(model.config),
    baseline: own === undefined ? null : shown(own),
    distributions: found.value.map((merged) => {
      const current = frequenciesFrom(merged);
      const against = compared === undefined ? ofVersion(merged, current, model, own) : windowOf(merged, compared.value, reference.value);
      return { ...extentOf(merged), ...shown(current), ...comparison(current, against, model.config) };
    }),
  });
}

/** Whether any snapshot that is kept has counted it, of whatever version. */
async function wasCounted({ name: model }: ModelRuntime, name: string, nowSeconds: number, store: Pick<Store, 'book'>): Promise<boolean> {
  const extent = await store.book('snapshots').read('extent', { model, subject: 'feature', name, fromSeconds: 0, toSeconds: nowSeconds });
  // A store that does not tell has failed before, or says nothing against the feature.
  return !extent.ok || extent.value[0]!.rows > 0;
}

function unknownFeature({ baseline }: ModelRuntime, feature: string): string {
  const similar = nearestWord(feature, baseline?.features.map(({ name }) => name) ?? []);
  return `neither the baseline of this model nor what was counted of it has this feature${similar === undefined ? '' : `; did you mean ${quoteInput(similar)}?`}`;
}

/** The bars of the alert of drift, as the API tells them. */
export const driftBarsOf = ({ alerts: { driftPsiMin, driftCountMin, significance } }: ModelConfig): ApiDriftBars => ({
  driftPsiMin,
  driftCountMin,
  significance,
});

/** JSON has no infinities: a range without an end is null there. */
function frequenciesFrom({ document }: MergedSnapshot): Frequencies {
  const json = JSON.parse(document) as FrequenciesJSON;
  const { binning } = json;
  const range = binning as unknown as { readonly min: number | null; readonly max: number | null };
  return Frequencies.fromJSON({
    ...json,
    binning: binning.kind === 'numeric' ? { ...binning, min: range.min ?? -Infinity, max: range.max ?? Infinity } : binning,
  });
}

function shown(frequencies: Frequencies): ApiCounts {
  const { binning, counts, count, missing, outOfRange, unseen } = frequencies;
  const bins =
    binning.kind === 'numeric'
      ? ({ kind: 'numeric', edges: binning.edges } as const)
      : ({ kind: 'categorical', categories: binning.categories } as const);
  return { count, missing, outOfRange, unseen, ...bins, counts: [...counts], shares: [...frequencies.shares()] };
}

interface Reference {
  readonly of: { readonly against: 'baseline' } | Extract<ApiReference, { readonly against: 'window' }> | object;
  readonly against: ApiReference['against'];
  readonly frequencies: Frequencies;
}

/** What the baseline that the version has now counted of the feature. */
function baselineOf({ baseline }: ModelRuntime, feature: string | undefined): Frequencies | undefined {
  const entry = baseline === undefined ? undefined : entryOf(baseline, feature);
  return entry === undefined ? undefined : Frequencies.fromCounts(binningOf(entry), entry.counts, entry.missing);
}

const entryOf = ({ features, output }: Baseline, feature: string | undefined) =>
  feature === undefined ? output : features.find(({ name }) => name === feature);

/** The baseline, if the window is of its version and counted in its bins. */
function ofVersion(
  { version }: MergedSnapshot,
  { binning }: Frequencies,
  model: ModelRuntime,
  own: Frequencies | undefined,
): Reference | undefined {
  if (own === undefined || version !== model.version || JSON.stringify(own.binning) !== JSON.stringify(binning)) return undefined;
  return { against: 'baseline', of: {}, frequencies: own };
}

/** The same version in another window; where it has none, another version that was counted in the same bins. */
function windowOf(merged: MergedSnapshot, found: readonly MergedSnapshot[], window: TimeWindow): Reference | undefined {
  const same = found.filter(({ bins }) => bins === merged.bins);
  const match = same.find(({ version, role }) => version === merged.version && role === merged.role) ?? same[0];
  if (match === undefined) return undefined;
  return { against: 'window', of: { ...window, ...extentOf(match) }, frequencies: frequenciesFrom(match) };
}

type Comparison = Pick<ApiDistribution, 'reference' | 'statistics' | 'contributions' | 'verdict'>;

/** Null where there is nothing to compare with in the same bins. */
function comparison(current: Frequencies, reference: Reference | undefined, config: ModelConfig): Comparison {
  if (reference === undefined) return { reference: null, statistics: null, contributions: null, verdict: null };
  const { against, frequencies } = reference;
  const input = { current, reference: frequencies, significance: config.alerts.significance };
  const statistics = [psi, jensenShannon, missingRatio, ...(current.binning.kind === 'numeric' ? [kolmogorovSmirnovBinned] : [])];
  const readings = Object.fromEntries(statistics.map((statistic) => [statistic.name, statistic.measure(input)]));
  const [shares, referenceShares] = [current.shares(), frequencies.shares()];
  const counts = {
    count: current.count,
    referenceCount: against === 'baseline' ? undefined : frequencies.count,
    bins: current.counts.length,
  };
  return {
    reference: { against, ...reference.of, ...shown(frequencies) } as ApiReference,
    statistics: readings,
    contributions: readings['psi']!.kind === 'measured' ? [...shares].map((share, bin) => psiOfBin(share, referenceShares[bin]!)) : null,
    verdict: driftVerdict(readings['psi']!, counts, config.alerts),
  };
}
