import { FieldType, LinkModel } from '@grafana/data';
import { BoundFrame, FieldNeed, linksAt, numberAt, shown, textAt } from '../bound-frame';
import { Detail } from '../mark-tooltip';

export const NEEDS: readonly FieldNeed[] = [
  { name: 'bin', type: FieldType.string, meaning: 'the range of scores' },
  { name: 'meanScore', type: FieldType.number, meaning: 'mean score of the bin, 0 to 1' },
  { name: 'observedRate', type: FieldType.number, meaning: 'share of positive ground truth in the bin, 0 to 1' },
  { name: 'count', type: FieldType.number, meaning: 'joined predictions in the bin' },
  { name: 'lower', type: FieldType.number, optional: true, meaning: 'lower end of the interval of the observed rate' },
  { name: 'upper', type: FieldType.number, optional: true, meaning: 'upper end of the interval of the observed rate' },
  { name: 'version', type: FieldType.string, optional: true, meaning: 'the version; each is a line of its own' },
  { name: 'role', type: FieldType.string, optional: true, meaning: 'how the version takes part; each role of a version is a line' },
];

/** More lines than this cannot be told apart. */
export const VERSIONS_MAX = 8;
export const BINS_MAX = 100;

export interface CalibrationPoint {
  readonly meanScore: number;
  readonly observedRate: number;
  readonly interval?: readonly [lower: number, upper: number];
  readonly count: number;
  readonly unsure: boolean;
  readonly title: string;
  readonly description: string;
  readonly details: readonly Detail[];
  readonly links: () => LinkModel[];
}

export interface CalibrationLine {
  /** The version; with its role where it has a line for each of several. */
  readonly name: string;
  readonly points: readonly CalibrationPoint[];
  readonly count: number;
  /** Expected calibration error; undefined with too few predictions. */
  readonly error?: number;
}

export interface Calibration {
  readonly lines: readonly CalibrationLine[];
  readonly countMax: number;
  readonly unsureCount: number;
  /** Rows without a score or a rate between 0 and 1, or without predictions. */
  readonly undeterminedCount: number;
  readonly leftOutCount: number;
}

const isShare = (value: number | undefined): value is number => value !== undefined && value >= 0 && value <= 1;

function intervalAt(bound: BoundFrame, row: number): readonly [number, number] | undefined {
  const lower = numberAt(bound, 'lower', row);
  const upper = numberAt(bound, 'upper', row);
  return isShare(lower) && isShare(upper) && lower <= upper ? [lower, upper] : undefined;
}

function pointAt(bound: BoundFrame, row: number, name: string, countMin: number): CalibrationPoint | undefined {
  const meanScore = numberAt(bound, 'meanScore', row);
  const observedRate = numberAt(bound, 'observedRate', row);
  const count = numberAt(bound, 'count', row);
  if (!isShare(meanScore) || !isShare(observedRate) || count === undefined || count <= 0) {
    return undefined;
  }
  const interval = intervalAt(bound, row);
  const unsure = count < countMin;
  const rate = (value: number) => shown(bound.fields.get('observedRate'), value).text;
  const words = {
    score: shown(bound.fields.get('meanScore'), meanScore).text,
    observed: rate(observedRate),
    interval: interval && `${rate(interval[0])} to ${rate(interval[1])}`,
    count: shown(bound.fields.get('count'), count).text,
  };
  const doubt = unsure ? `too few to be sure (below ${countMin})` : undefined;
  const bin = textAt(bound, 'bin', row) ?? 'unnamed';
  const title = name === '' ? `score ${bin}` : `${name}, score ${bin}`;
  return {
    meanScore,
    observedRate,
    interval,
    count,
    unsure,
    title,
    description: `${title}: mean score ${words.score}, observed ${words.observed}${words.interval ? ` [${words.interval}]` : ''}, n=${words.count}${doubt ? `, ${doubt}` : ''}`,
    details: [
      { label: 'mean score', value: words.score },
      { label: 'observed rate', value: words.observed },
      ...(words.interval ? [{ label: 'interval', value: words.interval }] : []),
      { label: 'predictions', value: words.count },
      ...(doubt ? [{ label: 'unsure', value: doubt }] : []),
    ],
    links: () => linksAt(bound, ['bin', 'observedRate', 'count', 'version'], row),
  };
}

/** Sum over bins of count / n x |observed rate - mean score| (Naeini et al. 2015, equation 2). */
function expectedErrorOf(points: readonly CalibrationPoint[], count: number): number {
  return points.reduce((total, point) => total + (point.count / count) * Math.abs(point.observedRate - point.meanScore), 0);
}

/** Names of lines by row: a version that is champion here and challenger there has two, which share no bins. */
function lineNames(bound: BoundFrame): (row: number) => string {
  const partsAt = (row: number) => [textAt(bound, 'version', row) ?? '', textAt(bound, 'role', row) ?? ''] as const;
  const roles = new Map<string, Set<string>>();
  for (let row = 0; row < bound.frame.length; row++) {
    const [version, role] = partsAt(row);
    roles.set(version, (roles.get(version) ?? new Set()).add(role));
  }
  return (row) => {
    const [version, role] = partsAt(row);
    const isSeveral = (roles.get(version)?.size ?? 0) > 1 && role !== '';
    return isSeveral ? [version, `(${role})`].filter((part) => part !== '').join(' ') : version;
  };
}

/** A line a version and role, by rising score, with the error over all of its bins, those left out of the picture included. */
export function calibration(bound: BoundFrame, { countMin }: { readonly countMin: number }): Calibration {
  const nameOf = lineNames(bound);
  const byName = new Map<string, CalibrationPoint[]>();
  let measuredCount = 0;
  for (let row = 0; row < bound.frame.length; row++) {
    const name = nameOf(row);
    const point = pointAt(bound, row, name, countMin);
    if (point) {
      const points = byName.get(name) ?? [];
      byName.set(name, points);
      points.push(point);
      measuredCount++;
    }
  }
  const lines = [...byName].slice(0, VERSIONS_MAX).map(([name, all]): CalibrationLine => {
    const count = all.reduce((total, point) => total + point.count, 0);
    return {
      name,
      points: all.sort((a, b) => a.meanScore - b.meanScore).slice(0, BINS_MAX),
      count,
      error: count < countMin || !Number.isFinite(count) ? undefined : expectedErrorOf(all, count),
    };
  });
  const drawn = lines.flatMap(({ points }) => points);
  return {
    lines,
    countMax: drawn.reduce((most, { count }) => Math.max(most, count), 0),
    unsureCount: drawn.filter(({ unsure }) => unsure).length,
    undeterminedCount: bound.frame.length - measuredCount,
    leftOutCount: measuredCount - drawn.length,
  };
}
