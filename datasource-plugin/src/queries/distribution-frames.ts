import { DataFrame, dateTimeFormat, QueryResultMetaNotice } from '@grafana/data';
import type { ApiCounts, ApiDistribution, ApiDriftBars, DistributionsAnswer, Reading } from '@modelwatch/core';
import { goodFrom } from '../frames/bars';
import { Column, COUNT, frameOf, number, SHARE, text } from '../frames/columns';
import { DEBUG_BOARD, DEBUG_FEATURE } from '../frames/data-links';
import { coloured, criticalOf, DRIFT_COLORS, valueOf, wordOf } from '../frames/verdicts';

/** Two sides of a comparison; a side of which nothing was counted is null. */
interface Sides {
  readonly model: string;
  readonly feature: string;
  readonly version: string;
  readonly current: ApiCounts | null;
  readonly reference: ApiCounts | null;
  readonly contributions: readonly number[] | null;
}

interface BinRow {
  readonly bin: string;
  readonly kind?: 'missing' | 'unseen';
  readonly reference: number;
  readonly current: number;
  readonly referenceShare?: number;
  readonly currentShare?: number;
  readonly contribution?: number;
}

/** How the output is called where a feature would be. */
export const OUTPUT = 'output';

/** A frame of bins for each version that was counted within the time, then what the statistics say of them. Where none was, the baseline alone. */
export function distributionFrames(answer: DistributionsAnswer, refId: string): DataFrame[] {
  const { model, distributions, baseline } = answer;
  const feature = answer.feature ?? OUTPUT;
  if (distributions.length === 0) {
    const sides = { model, feature, version: '', current: null, reference: baseline, contributions: null };
    return [binsFrame(sides, refId, `${feature}: the baseline`, [nothingCounted(baseline)])];
  }
  const bins = distributions.map((one) => {
    const sides = { model, feature, version: one.version, current: one, reference: one.reference, contributions: one.contributions };
    return binsFrame(sides, refId, nameOf(feature, one), noticesOf(one));
  });
  return [...bins, statisticsFrame(answer, feature, refId)];
}

function nothingCounted(baseline: ApiCounts | null): QueryResultMetaNotice {
  const shown = baseline === null ? 'and there is no baseline of it' : 'so the baseline alone is shown';
  return { severity: 'info', text: `Nothing of it was written down within this time, ${shown}. Windows are written at their end.` };
}

function nameOf(feature: string, { version, statistics, count, reference }: ApiDistribution): string {
  const psi = statistics?.['psi'];
  const score =
    psi?.kind === 'measured'
      ? `: PSI ${psi.value.toFixed(3)}, critical ${psi.criticalValue?.toFixed(3)}, ${count} against ${reference?.count}`
      : '';
  return `${feature}, version ${version}${score}`;
}

function noticesOf({ reference, startSeconds, endSeconds, snapshots, version, outOfRange }: ApiDistribution): QueryResultMetaNotice[] {
  const at = (seconds: number) => dateTimeFormat(seconds * 1000);
  const told = `Version ${version}: ${snapshots} windows, ${at(startSeconds)} to ${at(endSeconds)}`;
  const against =
    reference === null
      ? 'nothing to compare with in the same bins'
      : reference.against === 'baseline'
        ? 'against the baseline'
        : `against version ${reference.version}, ${at(reference.startSeconds)} to ${at(reference.endSeconds)}`;
  const beyond = outOfRange === 0 ? '' : ` ${outOfRange} values lie outside of what the reference had.`;
  return [{ severity: reference === null ? 'warning' : 'info', text: `${told}, ${against}.${beyond}` }];
}

function binsFrame(sides: Sides, refId: string, name: string, notices: QueryResultMetaNotice[]): DataFrame {
  const { model, feature, version } = sides;
  const columns: Array<Column<BinRow>> = [
    text('model', 'The model.', () => model, { links: [DEBUG_BOARD] }),
    text('version', 'The version that counted; empty of a baseline alone.', () => version),
    text('feature', 'The feature, or the output.', () => feature),
    text('bin', 'The category, or the range of values; its upper end belongs to it.', ({ bin }) => bin, { links: [DEBUG_FEATURE] }),
    text('kind', 'Missing or unseen, where it is no ordinary bin.', ({ kind }) => kind),
    number('reference', 'Count in the reference.', ({ reference }) => reference, COUNT),
    number('current', 'Count in this time.', ({ current }) => current, COUNT),
    number('referenceShare', 'Share of the reference; of the missing, among all.', ({ referenceShare }) => referenceShare, SHARE),
    number('currentShare', 'Share of this time; of the missing, among all.', ({ currentShare }) => currentShare, SHARE),
    number(
      'contribution',
      'What the bin adds to PSI; empty for the missing, and where there is too little.',
      ({ contribution }) => contribution,
      {
        unit: 'none',
        decimals: 3,
        min: 0,
      },
    ),
  ];
  return frameOf({ refId, name, rows: binRowsOf(sides), notices, columns });
}

function binRowsOf({ current, reference, contributions }: Sides): BinRow[] {
  const bins = current ?? reference;
  if (bins === null) {
    return [];
  }
  const rows = labelsOf(bins).map((label, i): BinRow => ({
    ...label,
    reference: reference?.counts[i] ?? 0,
    current: current?.counts[i] ?? 0,
    referenceShare: reference?.shares[i],
    currentShare: current?.shares[i],
    contribution: contributions?.[i],
  }));
  const missing = {
    bin: 'missing',
    kind: 'missing',
    reference: reference?.missing ?? 0,
    current: current?.missing ?? 0,
    referenceShare: missingShare(reference),
    currentShare: missingShare(current),
  } as const;
  return [...rows, missing];
}

const missingShare = (counts: ApiCounts | null) => {
  const all = counts === null ? 0 : counts.count + counts.missing;
  return counts === null || all === 0 ? undefined : counts.missing / all;
};

/** In the order of the bins. */
function labelsOf(counts: ApiCounts): ReadonlyArray<Pick<BinRow, 'bin' | 'kind'>> {
  if (counts.kind === 'categorical') {
    return [...counts.categories.map((bin) => ({ bin })), { bin: 'other' }, { bin: 'unseen', kind: 'unseen' }];
  }
  const { edges } = counts;
  if (edges.length === 0) {
    return [{ bin: 'all' }];
  }
  const inner = edges.slice(1).map((edge, i) => ({ bin: `${edges[i]} to ${edge}` }));
  return [{ bin: `up to ${edges[0]}` }, ...inner, { bin: `above ${edges.at(-1)}` }];
}

interface StatisticRow {
  readonly one: ApiDistribution;
  readonly statistic: string;
  readonly reading: Reading;
}

function statisticsFrame({ model, distributions, bars }: DistributionsAnswer, feature: string, refId: string): DataFrame {
  const rows = distributions.flatMap((one): StatisticRow[] =>
    Object.entries(one.statistics ?? {}).map(([statistic, reading]) => ({ one, statistic, reading })),
  );
  const columns: Array<Column<StatisticRow>> = [
    text('model', 'The model.', () => model, { links: [DEBUG_BOARD] }),
    text('version', 'The version that counted.', ({ one }) => one.version),
    text('feature', 'The feature, or the output.', () => feature, { links: [DEBUG_FEATURE] }),
    text('statistic', 'Which statistic.', ({ statistic }) => statistic),
    number('reading', 'What it measures; empty where there is too little to tell.', ({ reading }) => valueOf(reading), {
      unit: 'none',
      decimals: 4,
    }),
    number('critical', 'What chance alone explains, at the significance that is configured.', ({ reading }) => criticalOf(reading), {
      unit: 'none',
      decimals: 4,
    }),
    number('bar', 'From where it matters in practice; of PSI alone.', ({ statistic }) => barOf(statistic, bars), { unit: 'none' }),
    number('count', 'Values of this time, the missing not counted.', ({ one }) => one.count, {
      ...COUNT,
      thresholds: goodFrom(bars.driftCountMin),
    }),
    number('referenceCount', 'Values of the reference.', ({ one }) => one.reference?.count, { ...COUNT, displayName: 'reference count' }),
    text('verdict', 'Of PSI, what the alert would say of this time alone.', (row) => verdictOf(row), { mappings: coloured(DRIFT_COLORS) }),
  ];
  return frameOf({ refId, name: `${feature}: statistics`, rows, columns });
}

const barOf = (statistic: string, { driftPsiMin }: ApiDriftBars) => (statistic === 'psi' ? driftPsiMin : undefined);

function verdictOf({ one, statistic, reading }: StatisticRow): string | undefined {
  if (reading.kind === 'undetermined') {
    return wordOf(reading.reason);
  }
  return statistic === 'psi' && one.verdict !== null ? wordOf(one.verdict) : undefined;
}
