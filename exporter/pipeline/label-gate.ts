import { OTHER_BIN } from '@modelwatch/core';
import { sliceValue } from './slice-value.js';

/**
 * The one gate through which values from outside become label values. The first `capacity` distinct values get a series of their own, for
 * good; every further one counts as `__other__`. Counters are never evicted, so totals stay exact.
 */
export interface LabelGate {
  admit(value: string): string;
  /** Values admitted so far, `__other__` excluded. */
  /** What a value counts as by now; for what is counted beside the predictions, after them. */
  nameOf(value: string): string;
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
      const shown = sliceValue(value);
      if (admitted.has(shown)) return shown;
      if (admitted.size >= capacity) {
        folded++;
        return OTHER_BIN;
      }
      admitted.add(shown);
      return shown;
    },
    nameOf(value) {
      if (admitted.has(value)) return value;
      const shown = sliceValue(value);
      return admitted.has(shown) ? shown : OTHER_BIN;
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
