import { OTHER_BIN } from '@modelwatch/core';

/** Longest slice value that becomes a label; longer ones are cut, so that one request cannot make a label of megabytes. */
const VALUE_LENGTH_MAX = 128;

/**
 * The one gate through which values from outside become label values. The first `capacity` distinct values get a series of their own, for
 * good; every further one counts as `__other__`. Counters are never evicted, so totals stay exact.
 */
export interface LabelGate {
  admit(value: string): string;
  /** Values admitted so far, `__other__` excluded. */
  readonly size: number;
  readonly capacity: number;
  /** Predictions counted as `__other__` because the cap was reached. */
  readonly folded: number;
}

export function createLabelGate(capacity: number): LabelGate {
  const admitted = new Set<string>();
  let folded = 0;
  return {
    admit(value) {
      if (admitted.has(value)) return value;
      const cut = value.length > VALUE_LENGTH_MAX ? value.slice(0, VALUE_LENGTH_MAX) : value;
      if (admitted.has(cut)) return cut;
      if (admitted.size >= capacity) {
        folded++;
        return OTHER_BIN;
      }
      admitted.add(cut);
      return cut;
    },
    get size() {
      return admitted.size;
    },
    capacity,
    get folded() {
      return folded;
    },
  };
}
