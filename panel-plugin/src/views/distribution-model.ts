import { FieldType, LinkModel } from '@grafana/data';
import { BoundFrame, FieldNeed, linksAt, numberAt, shown, textAt } from '../bound-frame';
import { Detail } from '../mark-tooltip';

export const NEEDS: readonly FieldNeed[] = [
  { name: 'bin', type: FieldType.string, meaning: 'the category or the range of the bin; also the missing and the unseen' },
  { name: 'reference', type: FieldType.number, meaning: 'count in the reference' },
  { name: 'current', type: FieldType.number, meaning: 'count in the current window' },
  { name: 'kind', type: FieldType.string, optional: true, meaning: 'missing or unseen where the row is no ordinary bin' },
  { name: 'contribution', type: FieldType.number, optional: true, meaning: 'what the bin adds to PSI' },
];

/** More bins than this cannot be told apart; the rest, ordinary bins before special ones, is counted in words. */
export const BINS_MAX = 200;

export interface DistributionBin {
  readonly label: string;
  readonly special: boolean;
  readonly referenceShare: number;
  readonly currentShare: number;
  /** What the bin adds to PSI; undefined for the missing, which have no part in it. */
  readonly contribution?: string;
  readonly description: string;
  readonly details: readonly Detail[];
  readonly links: () => LinkModel[];
}

export interface Distribution {
  readonly bins: readonly DistributionBin[];
  /** Without the missing. */
  readonly referenceCount: number;
  /** Without the missing. */
  readonly currentCount: number;
  readonly shareMax: number;
  readonly leftOutCount: number;
  /** Why the two cannot be compared, in words. */
  readonly insufficient?: string;
}

/** What the share of an empty bin counts as in PSI, so that its logarithm exists. */
const SHARE_FLOOR = 1e-4;

interface Row {
  readonly row: number;
  readonly kind?: 'missing' | 'unseen';
  readonly reference: number;
  readonly current: number;
}

function rowsOf(bound: BoundFrame): Row[] {
  const count = (name: string, row: number) => Math.max(0, numberAt(bound, name, row) ?? 0);
  const rows: Row[] = [];
  for (let row = 0; row < bound.frame.length; row++) {
    const kind = textAt(bound, 'kind', row);
    rows.push({
      row,
      kind: kind === 'missing' || kind === 'unseen' ? kind : undefined,
      reference: count('reference', row),
      current: count('current', row),
    });
  }
  return rows;
}

const sum = (rows: readonly Row[], side: 'reference' | 'current') => rows.reduce((total, row) => total + row[side], 0);

/** As many rows as can be drawn, in the order of the frame; the missing and the unseen stay wherever they stand. */
function drawnOf(rows: readonly Row[]): Row[] {
  const specials = rows.filter(({ kind }) => kind !== undefined);
  const ordinary = rows.filter(({ kind }) => kind === undefined);
  return [...specials, ...ordinary].slice(0, BINS_MAX).sort((a, b) => a.row - b.row);
}

const shareOf = (count: number, total: number) => (total === 0 ? 0 : count / total);

const percent = (share: number) => `${(share * 100).toFixed(1)}%`;

/** (q - p) ln(q / p), q the current and p the reference share; a share of 0 counts as the floor. */
function contributionOf(reference: number, current: number): string {
  const p = reference === 0 ? SHARE_FLOOR : reference;
  const q = current === 0 ? SHARE_FLOOR : current;
  return ((q - p) * Math.log(q / p)).toFixed(3);
}

/**
 * Counts of both sides as shares, with the missing and the unseen as bins of their own. As in the statistic, the missing have no part in PSI
 * or its totals: theirs is a share of everything.
 */
export function distribution(bound: BoundFrame, { countMin }: { readonly countMin: number }): Distribution {
  const rows = rowsOf(bound);
  const counted = rows.filter(({ kind }) => kind !== 'missing');
  const referenceCount = sum(counted, 'reference');
  const currentCount = sum(counted, 'current');
  const referenceAll = sum(rows, 'reference');
  const currentAll = sum(rows, 'current');
  const bins: DistributionBin[] = [];
  let shareMax = 0;
  for (const { row, kind, reference, current } of drawnOf(rows)) {
    const isMissing = kind === 'missing';
    const label = kind ?? textAt(bound, 'bin', row) ?? 'unnamed';
    const referenceShare = shareOf(reference, isMissing ? referenceAll : referenceCount);
    const currentShare = shareOf(current, isMissing ? currentAll : currentCount);
    const given = numberAt(bound, 'contribution', row);
    const computed = () =>
      given === undefined ? contributionOf(referenceShare, currentShare) : shown(bound.fields.get('contribution'), given).text;
    const contribution = isMissing ? undefined : computed();
    shareMax = Math.max(shareMax, referenceShare, currentShare);
    bins.push({
      label,
      special: kind !== undefined,
      referenceShare,
      currentShare,
      contribution,
      description: isMissing
        ? `share missing: reference ${percent(referenceShare)}, current ${percent(currentShare)}; no part of PSI`
        : `${label}: reference ${percent(referenceShare)}, current ${percent(currentShare)}, adds ${contribution} to PSI`,
      details: [
        { label: 'reference', value: `${percent(referenceShare)} (${shown(bound.fields.get('reference'), reference).text})` },
        { label: 'current', value: `${percent(currentShare)} (${shown(bound.fields.get('current'), current).text})` },
        { label: 'adds to PSI', value: contribution ?? 'no part of it' },
      ],
      links: () => linksAt(bound, ['bin', 'current', 'reference'], row),
    });
  }
  const side = referenceCount < countMin ? 'reference' : currentCount < countMin ? 'current' : undefined;
  const count = side === 'reference' ? referenceCount : currentCount;
  return {
    bins,
    referenceCount,
    currentCount,
    shareMax,
    leftOutCount: Math.max(0, bound.frame.length - BINS_MAX),
    insufficient: side && `too few to compare: ${count} in the ${side}, ${countMin} wanted`,
  };
}
