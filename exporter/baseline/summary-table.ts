import type { Baseline, BaselineFeature } from '@modelwatch/core';
import { cutTo, printable, textTable } from '../text-table.js';

const CELL_CHARACTERS_MAX = 48;

/** What a baseline holds, for a person to check before it is frozen: one line a feature, then the output. */
export function summaryTable(baseline: Baseline): string {
  const { rows } = baseline.provenance;
  return textTable([
    ['feature', 'kind', 'bins', 'missing', 'range or top categories'],
    ...baseline.features.map((feature) => lineOf(feature, rows)),
    lineOf(baseline.output, rows, 'output: '),
  ]);
}

function lineOf(feature: BaselineFeature, rows: number, prefix = ''): string[] {
  const share = `${((100 * feature.missing) / rows).toFixed(2)} %`;
  return [short(`${prefix}${feature.name}`), feature.kind, String(feature.counts.length), share, short(extent(feature))];
}

function extent(feature: BaselineFeature): string {
  if (feature.private !== undefined) return '(private)';
  if (feature.kind === 'categorical') return feature.categories.join(', ');
  const { min, max } = feature.moments;
  return `${rounded(min)} .. ${rounded(max)}`;
}

const rounded = (value: number | null): string => (value === null ? '-' : String(Number(value.toPrecision(6))));

const short = (text: string): string => cutTo(CELL_CHARACTERS_MAX, printable(text));
