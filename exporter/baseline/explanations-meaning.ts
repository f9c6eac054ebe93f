import { EXACT_FEATURES_MAX, exactShapleyRows, sampledShapleyRows, type Baseline, type BaselineExplanations } from '@modelwatch/core';
import type { Path } from '../config/fault.js';
import type { Part } from '../config/sound-part.js';
import type { Report } from './baseline-meaning.js';
import { checkFeatureRows } from './golden-rows-meaning.js';

const AT: Path = ['explanations'];
/** Sums of rounded numbers agree to this share. */
const SUM_TOLERANCE_RATIO = 1e-6;

/** Explanations are as wide as the features, add up, name golden rows that are there, and can be made again. */
export function checkExplanations(baseline: Part<Baseline>, report: Report): void {
  const { explanations, features } = baseline;
  if (explanations === undefined) return;
  const { background, rowsMax } = explanations;
  checkFeatureRows(background, features, [...AT, 'background'], report);
  if (background?.length === 0) report([...AT, 'background'], 'at least one background row is needed');
  if (features === undefined) return;
  if (background !== undefined && background.length > 0 && rowsMax !== undefined) {
    const needed = rowsNeeded(features.length, background.length);
    if (rowsMax < needed) {
      const over = `${features.length} features over ${background.length} background rows`;
      report([...AT, 'rowsMax'], `an explanation of ${over} scores ${needed} rows at least, got ${rowsMax}`);
    }
  }
  checkSums(explanations.attributions, features.length, report);
  checkGolden(baseline, features.length, report);
}

function rowsNeeded(features: number, backgroundRows: number): number {
  const sampled = sampledShapleyRows(features, backgroundRows);
  return features <= EXACT_FEATURES_MAX ? Math.min(sampled, exactShapleyRows(features, backgroundRows)) : sampled;
}

function checkSums(sums: Part<BaselineExplanations['attributions']> | undefined, features: number, report: Report): void {
  const at = [...AT, 'attributions'];
  const { count, positive, negative, squared } = sums ?? {};
  for (const [key, values] of Object.entries({ positive, negative, squared })) {
    if (values !== undefined && values.length !== features)
      report([...at, key], `${features} features have as many sums, got ${values.length}`);
  }
  if (count === undefined) return;
  if (!Number.isSafeInteger(count) || count === 0) {
    report([...at, 'count'], `a whole number of explained rows above 0 is needed, got ${count}`);
    return;
  }
  squared?.slice(0, features).forEach((square, i) => {
    const [above, below] = [positive?.[i], negative?.[i]];
    if (square === undefined || above === undefined || below === undefined) return;
    // The square of a mean is at most the mean of squares.
    const least = (above + below) ** 2 / count;
    if (square < least * (1 - SUM_TOLERANCE_RATIO)) {
      report([...at, 'squared', i], `values of these sums have squares that sum to ${least} at least, got ${square}`);
    }
  });
}

function checkGolden({ explanations, goldenRows }: Part<Baseline>, features: number, report: Report): void {
  const at = [...AT, 'golden'];
  const { rows, values } = explanations?.golden ?? {};
  if (rows !== undefined && values !== undefined && rows.length !== values.length) {
    report([...at, 'values'], `${rows.length} rows have as many lists of values, got ${values.length}`);
  }
  const first = new Map<number, number>();
  rows?.forEach((row, i) => {
    if (row === undefined) return;
    const golden = goldenRows?.features?.length;
    const earlier = first.get(row);
    if (golden !== undefined && row >= golden) report([...at, 'rows', i], `there are ${golden} golden rows, got place ${row}`);
    else if (earlier !== undefined)
      report([...at, 'rows', i], `the golden row ${row} stands already at /explanations/golden/rows/${earlier}`);
    else first.set(row, i);
  });
  values?.forEach((list, i) => {
    if (list === undefined) return;
    if (list.length !== features) report([...at, 'values', i], `${features} features have as many values, got ${list.length}`);
    else checkTotal(list, rows?.[i], [...at, 'values', i], { explanations, goldenRows }, report);
  });
}

/** The values of a row sum to its output less the base, each recorded to within the tolerance of golden rows. */
function checkTotal(
  list: readonly (number | undefined)[],
  row: number | undefined,
  path: Path,
  { explanations, goldenRows }: Pick<Part<Baseline>, 'explanations' | 'goldenRows'>,
  report: Report,
): void {
  const [base, tolerance] = [explanations?.base, goldenRows?.toleranceAbsolute];
  const output = row === undefined ? undefined : goldenRows?.outputs?.[row];
  if (base === undefined || output === undefined || tolerance === undefined || list.includes(undefined)) return;
  const sum = list.reduce<number>((total, value) => total + (value ?? 0), 0);
  const wanted = output - base;
  if (Math.abs(sum - wanted) > 2 * tolerance + SUM_TOLERANCE_RATIO * Math.max(Math.abs(output), Math.abs(base))) {
    report(path, `the values of a row sum to its output less the base, ${wanted}, got ${sum}`);
  }
}
