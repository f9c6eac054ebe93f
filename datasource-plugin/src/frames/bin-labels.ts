import type { ApiBins } from '@modelwatch/core';

export interface LabelledBin {
  readonly bin: string;
  /** Absent of the first. */
  readonly from?: number;
  /** Absent of the last. */
  readonly to?: number;
  readonly count: number;
}

/** Bins with their bounds in words; the empty ones beyond the first and the last value are left out. */
export function labelledBins({ edges, counts }: ApiBins, words: (bound: number) => string = String): LabelledBin[] {
  const bins = counts.map((count, i): LabelledBin => {
    const [from, to] = [edges[i - 1], edges[i]];
    const bin = from === undefined ? `up to ${words(to!)}` : to === undefined ? `over ${words(from)}` : `${words(from)} to ${words(to)}`;
    return { bin, from, to, count };
  });
  const filled = bins.flatMap(({ count }, i) => (count > 0 ? [i] : []));
  return filled.length === 0 ? [] : bins.slice(filled[0], filled.at(-1)! + 1);
}
