import type { Baseline, BaselineFeature } from '@modelwatch/core';

const CELL_CHARACTERS_MAX = 48;

/** What a baseline holds, for a person to check before it is frozen: one line a feature, then the output. */
export function summaryTable(baseline: Baseline): string {
  const { rows } = baseline.provenance;
  const lines = [
    ['feature', 'kind', 'bins', 'missing', 'range or top categories'],
    ...baseline.features.map((feature) => lineOf(feature, rows)),
    lineOf(baseline.output, rows, 'output: '),
  ];
  const widths = lines[0]!.map((_cell, column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines
    .map(
      (line) =>
        `${line
          .map((cell, column) => cell.padEnd(widths[column]!))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

function lineOf(feature: BaselineFeature, rows: number, prefix = ''): string[] {
  const share = `${((100 * feature.missing) / rows).toFixed(2)} %`;
  return [short(`${prefix}${feature.name}`), feature.kind, String(feature.counts.length), share, short(extent(feature))];
}

function extent(feature: BaselineFeature): string {
  if (feature.kind === 'categorical') return feature.categories.join(', ');
  const { min, max } = feature.moments;
  return `${rounded(min)} .. ${rounded(max)}`;
}

const rounded = (value: number | null): string => (value === null ? '-' : String(Number(value.toPrecision(6))));

/** Names come from the data: what a terminal would obey is shown as a question mark. */
function short(text: string): string {
  const clean = text.replace(/[^\x20-\x7e\u00a1-\u1fff\u2030-\u205e\u2070-\ud7ff]/gu, '?');
  return clean.length > CELL_CHARACTERS_MAX ? `${clean.slice(0, CELL_CHARACTERS_MAX - 3)}...` : clean;
}
