import { MappingType, ValueMapping } from '@grafana/data';
import type { Reading, UndeterminedReason } from '@modelwatch/core';

/** Why there is no number, as a cell says it. */
export const REASONS: Readonly<Record<UndeterminedReason, string>> = {
  insufficient_data: 'insufficient data',
  undefined: 'undefined',
};

export type VerdictColor = 'red' | 'orange' | 'green' | 'text';

/** Colours of words that judge; the words themselves stay as they are, for whoever sees no colours. */
export function coloured(colors: Readonly<Record<string, VerdictColor>>): ValueMapping[] {
  const unknown = Object.values(REASONS).map((word) => [word, 'text'] as const);
  const options = Object.fromEntries([...unknown, ...Object.entries(colors)].map(([word, color], index) => [word, { color, index }]));
  return [{ type: MappingType.ValueToText, options }];
}

/** Words of the API as a cell says them. */
export const wordOf = (word: string): string => word.replaceAll('_', ' ');

/** Colours of what is said of drift. */
export const DRIFT_COLORS = { drift: 'red', quiet: 'green' } as const;

export const valueOf = (reading: Reading | null | undefined): number | undefined =>
  reading?.kind === 'measured' ? reading.value : undefined;
export const criticalOf = (reading: Reading | null | undefined): number | undefined =>
  reading?.kind === 'measured' ? reading.criticalValue : undefined;
