import type { Reading } from '@modelwatch/core';

/** How far a rule's value may lie from the core's. */
export const TOLERANCE = 1e-6;

/** An expression that is 1 where a series has the value, and absent otherwise. */
export const agrees = (series: string, value: number): string => `count(abs(${series} - ${value}) <= ${TOLERANCE})`;

export function valueOf(reading: Reading): number {
  if (reading.kind !== 'measured') throw new Error(`a value was expected, got ${reading.reason}`);
  return reading.value;
}

export function criticalOf(reading: Reading): number {
  if (reading.kind !== 'measured' || reading.criticalValue === undefined) throw new Error('a critical value was expected');
  return reading.criticalValue;
}
