import { chiSquare } from './chi-square.js';
import { hellinger } from './hellinger.js';
import { jensenShannon } from './jensen-shannon.js';
import { kolmogorovSmirnovBinned } from './kolmogorov-smirnov-binned.js';
import { kolmogorovSmirnov } from './kolmogorov-smirnov.js';
import { kullbackLeibler } from './kullback-leibler.js';
import { lInfinity } from './l-infinity.js';
import { missingRatio } from './missing-ratio.js';
import { outOfRangeRatio } from './out-of-range-ratio.js';
import { psi } from './psi.js';
import type { Statistic } from './statistic.js';
import { totalVariation } from './total-variation.js';
import { unseenRatio } from './unseen-ratio.js';
import { wasserstein } from './wasserstein.js';

/** The sketches that statistics compare. */
export type StatisticKind = 'frequencies' | 'quantiles';

/** A statistic of any kind: `reads` tells which sketches its `measure` takes. */
export type AnyStatistic = { readonly [K in StatisticKind]: Statistic<K> }[StatisticKind];

/** Every statistic. The conformance suite and the golden values run over all of them; each has its page in `docs/statistics`. */
export const STATISTICS: readonly AnyStatistic[] = [
  psi,
  kullbackLeibler,
  jensenShannon,
  hellinger,
  totalVariation,
  lInfinity,
  chiSquare,
  kolmogorovSmirnov,
  kolmogorovSmirnovBinned,
  wasserstein,
  missingRatio,
  outOfRangeRatio,
  unseenRatio,
];

export { chiSquare } from './chi-square.js';
export { hellinger } from './hellinger.js';
export { jensenShannon } from './jensen-shannon.js';
export { kolmogorovSmirnovBinned } from './kolmogorov-smirnov-binned.js';
export { kolmogorovSmirnov } from './kolmogorov-smirnov.js';
export { kullbackLeibler } from './kullback-leibler.js';
export { lInfinity } from './l-infinity.js';
export { missingRatio } from './missing-ratio.js';
export { outOfRangeRatio } from './out-of-range-ratio.js';
export { psi, psiOfBin, SHARE_FLOOR } from './psi.js';
export type { Statistic, StatisticInput } from './statistic.js';
export { totalVariation } from './total-variation.js';
export { unseenRatio } from './unseen-ratio.js';
export { STANDARD_DEVIATION_MIN, wasserstein } from './wasserstein.js';
