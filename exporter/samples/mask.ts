import type { ApiMaskedValue, ModelConfig } from '@modelwatch/core';
import { digestOfValue } from '../security/value-digest.js';

export type SamplesConfig = NonNullable<ModelConfig['samples']>;
/** As a request has it. */
export type RawValue = number | bigint | string | boolean | null;
/** As it may be kept. */
export type MaskedValue = ApiMaskedValue;

/** Masks the value of a feature; undefined: nothing of it is kept. */
export type Mask = (value: RawValue) => MaskedValue | undefined;

/** Characters of a text that is kept as it is. */
const TEXT_LENGTH_MAX = 256;

/**
 * The masks of a model's features: undefined for one that is private or dropped, whose value need not be read at all. Digests are keyed by `key`,
 * without which the few values that a feature may have could be tried one by one; equal values of a feature have equal digests while the key lasts.
 */
export function createMasks(
  { masks, otherwise }: SamplesConfig,
  hidden: readonly string[],
  key: Uint8Array,
): (feature: string) => Mask | undefined {
  const isHidden = new Set(hidden);
  const rules = new Map(Object.entries(masks));
  return (feature) => {
    if (isHidden.has(feature)) return undefined;
    const { rule, length, width } = rules.get(feature) ?? { rule: otherwise };
    switch (rule) {
      case 'drop':
        return undefined;
      case 'keep':
        return kept;
      case 'hash':
        return (value) => (value === null ? null : digestOfValue(feature, value, key));
      case 'truncate':
        return (value) => (value === null ? null : [...String(value)].slice(0, length).join(''));
      case 'bucket':
        return (value) => (value === null ? null : bucketed(Number(value), width!));
    }
  };
}

function kept(value: RawValue): MaskedValue {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  return typeof value === 'string' ? value.slice(0, TEXT_LENGTH_MAX) : value;
}

/** Nothing is told of what is no number, not even that it is none. */
function bucketed(value: number, width: number): string | null {
  if (!Number.isFinite(value)) return null;
  const lower = Math.floor(value / width) * width;
  return `${lower}..${lower + width}`;
}
