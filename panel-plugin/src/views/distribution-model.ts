import { FieldType, LinkModel } from '@grafana/data';
import { BoundFrame, FieldNeed, linksAt, numberAt, shown, textAt } from '../bound-frame';

export const NEEDS: readonly FieldNeed[] = [
  { name: 'bin', type: FieldType.string, meaning: 'the category or the range of the bin; also the missing and the unseen' },
  { name: 'reference', type: FieldType.number, meaning: 'count in the reference' },
  { name: 'current', type: FieldType.number, meaning: 'count in the current window' },
  { name: 'kind', type: FieldType.string, optional: true, meaning: 'missing or unseen where the row is no ordinary bin' },
  { name: 'contribution', type: FieldType.number, optional: true, meaning: 'what the bin adds to PSI' },
];

/** More bins than this cannot be told apart; the rest is counted in words. */
export const BINS_MAX = 200;

export interface DistributionBin {
  readonly label: string;
  readonly special: boolean;
  readonly referenceShare: number;
  readonly currentShare: number;
  readonly contribution: string;
  readonly description: string;
  readonly links: readonly LinkModel[];
}

export interface Distribution {
  readonly bins: readonly DistributionBin[];
  readonly referenceCount: number;
  readonly currentCount: number;
  readonly shareMax: number;
  readonly leftOutCount: number;
  /** Why the two cannot be compared, in words. */
  readonly insufficient?: string;
}

const sum = (bound: BoundFrame, name: string) => {
  let total = 0;
  for (let row = 0; row < bound.frame.length; row++) {
    total += Math.max(0, numberAt(bound, name, row) ?? 0);
  }
  return total;
};

const percent = (share: number) => `${(share * 100).toFixed(1)}%`;

/** (current - reference) ln(current / reference), of shares; without smoothing it has no bound where just one of them is 0. */
function contributionOf(reference: number, current: number): string {
  if (reference === current) {
    return '0.000';
  }
  return reference === 0 || current === 0 ? 'unbounded' : ((current - reference) * Math.log(current / reference)).toFixed(3);
}

/** Counts of both sides as shares of their totals, with the missing and the unseen as bins of their own. */
export function distribution(bound: BoundFrame, { countMin }: { readonly countMin: number }): Distribution {
  const referenceCount = sum(bound, 'reference');
  const currentCount = sum(bound, 'current');
  const share = (name: string, row: number, total: number) => (total === 0 ? 0 : Math.max(0, numberAt(bound, name, row) ?? 0) / total);
  const bins: DistributionBin[] = [];
  let shareMax = 0;
  for (let row = 0; row < Math.min(bound.frame.length, BINS_MAX); row++) {
    const kind = textAt(bound, 'kind', row);
    const special = kind === 'missing' || kind === 'unseen';
    const label = special ? kind : (textAt(bound, 'bin', row) ?? 'unnamed');
    const referenceShare = share('reference', row, referenceCount);
    const currentShare = share('current', row, currentCount);
    const given = numberAt(bound, 'contribution', row);
    const contribution =
      given === undefined ? contributionOf(referenceShare, currentShare) : shown(bound.fields.get('contribution'), given).text;
    shareMax = Math.max(shareMax, referenceShare, currentShare);
    bins.push({
      label,
      special,
      referenceShare,
      currentShare,
      contribution,
      description: `${label}: reference ${percent(referenceShare)}, current ${percent(currentShare)}, adds ${contribution} to PSI`,
      links: linksAt(bound, ['bin', 'current', 'reference'], row),
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
