import {
  Agreement,
  AGREEMENT_OUTCOMES,
  LATENCY_DIFFERENCE_SECONDS_EDGES,
  LatencyPairs,
  PAIRED_OUTCOMES,
  PairedQuality,
  type OutputRule,
  type RolloutEvidence,
} from '@modelwatch/core';
import { CHALLENGER, type Counting } from './two-replicas.js';

/** Values of the slice `origin`, unless said otherwise. */
const SLICE_VALUES: readonly string[] = ['ewr', 'jfk'];

/** All that one replica counts of a challenger. */
export interface ChallengerCounts {
  readonly outcomes: Record<'scored' | 'failed' | 'timed_out' | 'dropped' | 'skipped', number>;
  readonly agreement: Agreement;
  readonly latency: LatencyPairs;
  readonly quality: PairedQuality;
  readonly slices: ReadonlyMap<string, { readonly agreement: Agreement; readonly quality: PairedQuality }>;
}

export const challengerCounting = (rule: OutputRule, sliceValues = SLICE_VALUES): Counting<ChallengerCounts> => ({
  empty: () => ({
    outcomes: { scored: 0, failed: 0, timed_out: 0, dropped: 0, skipped: 0 },
    agreement: new Agreement(rule),
    latency: new LatencyPairs(),
    quality: new PairedQuality(rule),
    slices: new Map(sliceValues.map((value) => [value, { agreement: new Agreement(rule), quality: new PairedQuality(rule) }])),
  }),
  merge(into, from) {
    for (const outcome of Object.keys(into.outcomes) as (keyof typeof into.outcomes)[]) into.outcomes[outcome] += from.outcomes[outcome];
    into.agreement.merge(from.agreement);
    into.latency.merge(from.latency);
    into.quality.merge(from.quality);
    for (const [value, { agreement, quality }] of into.slices) {
      agreement.merge(from.slices.get(value)!.agreement);
      quality.merge(from.slices.get(value)!.quality);
    }
  },
  exported,
});

/** What a verdict rests on. */
export function evidenceOf({ outcomes, agreement, latency, quality }: ChallengerCounts): RolloutEvidence {
  const { timed_out: timedOut, ...others } = outcomes;
  return { agreement, latency, quality, shadow: { ...others, timedOut } };
}

/** The counters as the exporter names them. */
function exported({ outcomes, agreement, latency, quality, slices }: ChallengerCounts): ReadonlyMap<string, number> {
  const shadow = (name: string, more = '') => `modelwatch_shadow_${name}_total{${CHALLENGER}${more}}`;
  const series = new Map<string, number>();
  const each = (name: string, label: string, values: Iterable<readonly [string, number]>, more = '') => {
    for (const [value, count] of values) series.set(shadow(name, `${more},${label}="${value}"`), count);
  };
  const named = (names: readonly string[], counts: ArrayLike<number>) => names.map((name, i) => [name, counts[i]!] as const);
  const agreed = AGREEMENT_OUTCOMES[agreement.rule.kind];
  each('outcomes', 'outcome', Object.entries(outcomes));
  each('agreement', 'outcome', named(agreed, agreement.outcomes));
  each('output_missing', 'side', [
    ['champion', agreement.championMissing],
    ['challenger', agreement.challengerMissing],
    ['both', agreement.bothMissing],
  ]);
  each('latency_difference_bin', 'bin', named([...LATENCY_DIFFERENCE_SECONDS_EDGES.map(String), '+Inf'], latency.differences.bins));
  each('paired', 'outcome', named(PAIRED_OUTCOMES, quality.outcomes));
  const sums = {
    champion_seconds: latency.champion,
    challenger_seconds: latency.challenger,
    champion_latency_squared: latency.championSquared,
    challenger_latency_squared: latency.challengerSquared,
    latency_difference_squared: latency.differences.squared,
    latency_missing: latency.missing,
    losses_compared: quality.losses,
    loss_missing: quality.count - quality.losses,
    more_loss: quality.moreLoss,
    less_loss: quality.lessLoss,
    loss_difference_squared: quality.squared,
  };
  for (const [name, value] of Object.entries(sums)) series.set(shadow(name), value);
  for (const [value, own] of slices) {
    const more = `,slice="origin",slice_value="${value}"`;
    each('slice_agreement', 'outcome', named(agreed, own.agreement.outcomes), more);
    each('slice_paired', 'outcome', named(PAIRED_OUTCOMES, own.quality.outcomes), more);
  }
  return series;
}
