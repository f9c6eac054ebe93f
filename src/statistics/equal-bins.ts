import { binCount, sameBins } from '../binning/index.js';
import type { StatisticInput } from './statistic.js';

/** Counts can be compared only bin by bin: comparing other bins is a programmer's error. */
export function assertEqualBins(name: string, { current, reference }: StatisticInput<'frequencies'>): void {
  if (sameBins(current.binning, reference.binning)) return;
  const [bins, referenceBins] = [binCount(current.binning), binCount(reference.binning)];
  const detail = bins === referenceBins ? ', with other edges or categories' : '';
  throw new RangeError(`${name} needs equal bins, got ${bins} current and ${referenceBins} reference${detail}`);
}

/** Quantile sketches of one size can be brought to the same bins. */
export function assertEqualBinsMax(name: string, { current, reference }: StatisticInput<'quantiles'>): void {
  if (current.binsMax === reference.binsMax) return;
  throw new RangeError(`${name} needs equal bins, got ${current.binsMax} current and ${reference.binsMax} reference`);
}

/** What is out of range depends on the range, so shares of it can be compared in the same one alone. */
export function assertEqualRanges(name: string, input: StatisticInput<'frequencies'>): void {
  assertEqualBins(name, input);
  const [range, referenceRange] = [input.current.binning, input.reference.binning].map((binning) =>
    binning.kind === 'numeric' ? `${binning.min}..${binning.max}` : 'categories',
  );
  if (range !== referenceRange) throw new RangeError(`${name} needs equal ranges, got ${range!} current and ${referenceRange!} reference`);
}
