import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createBreaker } from './breaker.js';

describe('breaker', () => {
  it('opens after the given number of failures in a row, and lets one probe through after the pause', () => {
    const breaker = createBreaker(3, 5);
    for (let i = 0; i < 3; i++) {
      expect(breaker.admit(0)).toBe(true);
      breaker.failed(0);
    }
    expect(breaker.state).toBe('open');
    expect(breaker.admit(4.9)).toBe(false);
    expect(breaker.admit(5)).toBe(true);
    expect(breaker.state).toBe('half_open');
    expect(breaker.admit(5)).toBe(false);
    breaker.succeeded();
    expect(breaker.state).toBe('closed');
  });

  it('opens again when the probe fails, and waits a whole pause', () => {
    const breaker = createBreaker(1, 5);
    breaker.admit(0);
    breaker.failed(0);
    expect(breaker.admit(5)).toBe(true);
    breaker.failed(6);
    expect(breaker.admit(10.9)).toBe(false);
    expect(breaker.admit(11)).toBe(true);
  });

  it('a success in between starts the count anew', () => {
    const breaker = createBreaker(2, 5);
    for (let i = 0; i < 10; i++) {
      breaker.admit(i);
      breaker.failed(i);
      breaker.admit(i);
      breaker.succeeded();
    }
    expect(breaker.state).toBe('closed');
  });

  it('a probe whose caller went away leaves room for the next probe', () => {
    const breaker = createBreaker(1, 5);
    breaker.admit(0);
    breaker.failed(0);
    expect(breaker.admit(5)).toBe(true);
    breaker.abandoned();
    expect(breaker.admit(5)).toBe(true);
  });

  it('never refuses when closed, never lets two probes out, and never opens below the bound', () => {
    const step = fc.record({
      seconds: fc.integer({ min: 0, max: 4 }),
      outcome: fc.constantFrom('succeeded', 'failed', 'abandoned', 'hang'),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 60 }), (failuresMax, steps) => {
        const breaker = createBreaker(failuresMax, 3);
        let now = 0;
        let inRow = 0;
        let probesOut = 0;
        for (const { seconds, outcome } of steps) {
          now += seconds;
          const before = breaker.state;
          const admitted = breaker.admit(now);
          if (before === 'closed') expect(admitted).toBe(true);
          if (!admitted) continue;
          if (before !== 'closed') probesOut++;
          expect(probesOut).toBeLessThanOrEqual(1);
          if (outcome === 'hang' && before !== 'closed') continue;
          if (before !== 'closed') probesOut--;
          if (outcome === 'failed') {
            inRow++;
            breaker.failed(now);
          } else if (outcome === 'succeeded') {
            inRow = 0;
            breaker.succeeded();
          } else breaker.abandoned();
          if (inRow < failuresMax) expect(breaker.state).toBe('closed');
          else expect(breaker.state).not.toBe('closed');
        }
      }),
      { seed: 20131101 },
    );
  });
});
