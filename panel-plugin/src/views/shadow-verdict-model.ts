import { FieldType } from '@grafana/data';
import { BoundFrame, FieldNeed, linksAt, numberAt, shown, textAt } from '../bound-frame';
import { Cell } from '../cell-grid';

export const NEEDS: readonly FieldNeed[] = [
  { name: 'champion', type: FieldType.string, meaning: 'output of the champion: a class or a band of scores' },
  { name: 'challenger', type: FieldType.string, meaning: 'output of the challenger on the same input' },
  { name: 'count', type: FieldType.number, meaning: 'predictions with this pair of outputs' },
  { name: 'verdict', type: FieldType.string, optional: true, meaning: 'the verdict, in the first row' },
  { name: 'difference', type: FieldType.number, optional: true, meaning: 'difference of output, in the first row' },
  { name: 'lower', type: FieldType.number, optional: true, meaning: 'lower end of its interval, in the first row' },
  { name: 'upper', type: FieldType.number, optional: true, meaning: 'upper end of its interval, in the first row' },
];

/** A matrix of more outputs than this on a side is not readable; rarer outputs go into "other". */
export const OUTPUTS_MAX = 30;
const OTHER = 'other';
const OTHER_BESIDE_OTHER = 'other (rare outputs)';

export interface ShadowVerdict {
  readonly outputs: readonly string[];
  readonly cells: readonly Cell[];
  readonly pairCount: number;
  /** Share of pairs with the same output; undefined without pairs. */
  readonly agreement?: number;
  readonly verdict?: string;
  readonly difference?: string;
}

interface Pair {
  readonly row: number;
  readonly champion: string;
  readonly challenger: string;
  readonly count: number;
}

function pairsOf(bound: BoundFrame): Pair[] {
  const pairs: Pair[] = [];
  for (let row = 0; row < bound.frame.length; row++) {
    pairs.push({
      row,
      champion: textAt(bound, 'champion', row) ?? 'none',
      challenger: textAt(bound, 'challenger', row) ?? 'none',
      count: Math.max(0, numberAt(bound, 'count', row) ?? 0),
    });
  }
  return pairs;
}

interface Outputs {
  /** Those with their own row and column. */
  readonly named: readonly string[];
  /** Label of the last row and column, which hold all others; undefined where there are none. */
  readonly other?: string;
}

/** Outputs in the order of the frame; of too many, the most frequent keep their own row and column. */
function outputsOf(pairs: readonly Pair[]): Outputs {
  const counts = new Map<string, number>();
  for (const { champion, challenger, count } of pairs) {
    counts.set(champion, (counts.get(champion) ?? 0) + count);
    counts.set(challenger, (counts.get(challenger) ?? 0) + count);
  }
  if (counts.size <= OUTPUTS_MAX) {
    return { named: [...counts.keys()] };
  }
  const frequent = [...counts].sort((a, b) => b[1] - a[1]).slice(0, OUTPUTS_MAX - 1);
  const named = frequent.map(([output]) => output);
  return { named, other: named.includes(OTHER) ? OTHER_BESIDE_OTHER : OTHER };
}

function differenceOf(bound: BoundFrame): string | undefined {
  const difference = numberAt(bound, 'difference', 0);
  if (difference === undefined) {
    return undefined;
  }
  const lower = numberAt(bound, 'lower', 0);
  const upper = numberAt(bound, 'upper', 0);
  const field = bound.fields.get('difference');
  const { text } = shown(field, difference);
  if (lower === undefined || upper === undefined) {
    return `${text}, interval unknown`;
  }
  const zero = lower <= 0 && upper >= 0 ? ', includes no difference' : '';
  return `${text} [${shown(field, lower).text} to ${shown(field, upper).text}]${zero}`;
}

/** Pairs of outputs as a matrix, champion in rows and challenger in columns; the same pair in several rows adds up. */
export function shadowVerdict(bound: BoundFrame): ShadowVerdict {
  const pairs = pairsOf(bound);
  const { named, other } = outputsOf(pairs);
  const outputs = other === undefined ? named : [...named, other];
  const places = new Map(named.map((output, index) => [output, index]));
  const place = (output: string) => places.get(output) ?? named.length;
  const pairCount = pairs.reduce((total, { count }) => total + count, 0);
  const agreed = pairs.reduce((total, pair) => total + (pair.champion === pair.challenger ? pair.count : 0), 0);
  const counts = new Map<string, { readonly count: number; readonly first: number }>();
  for (const { champion, challenger, count, row } of pairs) {
    const key = `${place(champion)}/${place(challenger)}`;
    const before = counts.get(key);
    counts.set(key, { count: (before?.count ?? 0) + count, first: before?.first ?? row });
  }
  const cells = [...counts].map(([key, { count, first }]): Cell => {
    const [row = 0, column = 0] = key.split('/').map(Number);
    const { text, color } = shown(bound.fields.get('count'), count);
    const share = pairCount === 0 ? 'no share' : `${((count / pairCount) * 100).toFixed(1)}%`;
    const isOther = row === named.length && row === column;
    const relation = isOther ? 'rare outputs, agreeing or not' : row === column ? 'agree' : 'differ';
    return {
      row,
      column,
      // Agreement shows by a sign as well as by its place on the diagonal.
      text: relation === 'agree' ? `= ${text}` : text,
      color,
      description: () => `champion ${outputs[row]}, challenger ${outputs[column]}: ${text} (${share}), ${relation}`,
      details: () => [
        { label: 'champion', value: outputs[row] ?? '' },
        { label: 'challenger', value: outputs[column] ?? '' },
        { label: 'pairs', value: `${text} (${share})` },
        { label: 'outputs', value: relation },
      ],
      links: () => linksAt(bound, ['count', 'champion', 'challenger'], first),
    };
  });
  return {
    outputs,
    cells,
    pairCount,
    agreement: pairCount === 0 ? undefined : agreed / pairCount,
    verdict: textAt(bound, 'verdict', 0),
    difference: differenceOf(bound),
  };
}
