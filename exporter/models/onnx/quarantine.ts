import { createHash } from 'node:crypto';
import type { Tensor } from '../open-inference/tensor.js';

export type Verdict = 'clear' | 'suspect' | 'quarantined';

/**
 * Which requests have been in a call of the model when its process died. In company a request is only suspect, and is run alone from then on;
 * alone it is blamed. Whoever is blamed after it was suspect already has been there at two deaths, and is quarantined: it is not run again.
 * Both lists are bounded; the one longest not seen makes room.
 */
export interface Quarantine {
  /** False while nobody is suspect or quarantined, so that requests need no hash. */
  readonly watchful: boolean;
  readonly size: number;
  readonly capacity: number;
  verdict(hash: string): Verdict;
  /** Notes a death with this request in the call. */
  blame(hash: string, alone: boolean): Verdict;
  /** Notes that a suspect has run alone and the process lives. */
  clear(hash: string): void;
}

export function createQuarantine(capacity: number): Quarantine {
  const suspects = new Set<string>();
  const quarantined = new Set<string>();

  const remember = (set: Set<string>, hash: string) => {
    set.delete(hash);
    set.add(hash);
    if (set.size > capacity) set.delete(set.values().next().value!);
  };
  return {
    capacity,
    get watchful() {
      return suspects.size > 0 || quarantined.size > 0;
    },
    get size() {
      return quarantined.size;
    },
    verdict(hash) {
      if (quarantined.has(hash)) {
        remember(quarantined, hash);
        return 'quarantined';
      }
      return suspects.has(hash) ? 'suspect' : 'clear';
    },
    blame(hash, alone) {
      if (alone && suspects.delete(hash)) {
        remember(quarantined, hash);
        return 'quarantined';
      }
      remember(suspects, hash);
      return 'suspect';
    },
    clear(hash) {
      suspects.delete(hash);
    },
  };
}

/** Identifies what a model is given, whatever else the request says. Cryptographic, so that nobody can get another's request refused. */
export function inputsHash(inputs: readonly Tensor[]): string {
  const hash = createHash('sha256');
  for (const { shape, data } of inputs) {
    hash.update(`${shape.join('x')};`);
    if (Array.isArray(data)) for (const text of data) hash.update(`${text.length}:`).update(text);
    else hash.update(data);
  }
  return hash.digest('base64');
}
