import type { IntervalReading, Reading } from '@modelwatch/core';

/** What was measured; nothing where there is too little data, which is neither 0 nor a fault. */
export const valueOf = (reading: Reading | IntervalReading | undefined): number | undefined =>
  reading?.kind === 'measured' ? reading.value : undefined;
export const lowerOf = (reading: IntervalReading | undefined): number | undefined =>
  reading?.kind === 'measured' ? reading.lower : undefined;
export const upperOf = (reading: IntervalReading | undefined): number | undefined =>
  reading?.kind === 'measured' ? reading.upper : undefined;
