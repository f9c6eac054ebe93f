import { describe, expect, it } from '@jest/globals';
import type { Reading } from '../../contracts/reading.js';
import { driftVerdict } from './drift-verdict.js';

const BARS = { driftPsiMin: 0.2, driftCountMin: 200 };
const measured = (value: number, criticalValue = 0.1): Reading => ({ kind: 'measured', value, criticalValue });

describe('the verdict on drift', () => {
  it.each([
    ['above both bars', measured(0.3), 1000, 'drift'],
    ['above the practical bar alone', measured(0.3, 0.4), 1000, 'quiet'],
    ['above chance alone', measured(0.15), 1000, 'quiet'],
    ['at the bar', measured(0.2), 1000, 'quiet'],
    ['with few values', measured(3), 199, 'insufficient_data'],
    ['without a reading', { kind: 'undetermined', reason: 'insufficient_data' } as Reading, 1000, 'insufficient_data'],
  ])('%s', (_name, psi, count, verdict) => {
    expect(driftVerdict(psi, { count, bins: 10 }, BARS)).toBe(verdict);
  });

  it('wants ten values a bin, and as many of a reference that is no baseline', () => {
    expect(driftVerdict(measured(3), { count: 250, bins: 26 }, BARS)).toBe('insufficient_data');
    expect(driftVerdict(measured(3), { count: 260, bins: 26 }, BARS)).toBe('drift');
    expect(driftVerdict(measured(3), { count: 1000, referenceCount: 150, bins: 10 }, BARS)).toBe('insufficient_data');
  });
});
