import { describe, expect, it } from '@jest/globals';
import { compare, inPairs, median, typical, type Round } from './compare.js';

const result = (requestsPerSecond: number, p50Seconds = 0.001, errors = 0, cpuSecondsPerRequest?: number): Round => ({
  requestsPerSecond,
  p50Seconds,
  p99Seconds: p50Seconds * 2,
  errors,
  cpuSecondsPerRequest,
});

describe('compare', () => {
  it('loads one after the other, in reverse every other round, after a warm-up that does not count', async () => {
    const urls: string[] = [];
    const load = async ({ url, seconds }: { readonly url: string; readonly seconds: number }) => {
      urls.push(`${url}${seconds}`);
      return result(urls.length);
    };
    const rest = async () => void urls.push('rest');
    const { connections, results } = await compare(
      load,
      [
        { name: 'A', url: 'a', rest },
        { name: 'B', url: 'b' },
      ],
      16,
      { rounds: 3, seconds: 9 },
    );
    expect(urls.join(' ')).toBe('a3 rest b3 a9 rest b9 b9 a9 rest a9 rest b9');
    expect(connections).toBe(16);
    expect(results.map(({ name, rounds }) => [name, rounds.map(({ requestsPerSecond }) => requestsPerSecond)])).toEqual([
      ['A', [4, 8, 10]],
      ['B', [6, 7, 12]],
    ]);
  });
});

describe('what stands for the rounds', () => {
  it('is their median', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(median([7])).toBe(7);
  });

  it('is the median of each figure, and all errors', () => {
    expect(typical([result(10, 0.3, 0, 3e-5), result(30, 0.1, 2, 1e-5), result(20, 0.2, 1, 2e-5)])).toEqual({
      requestsPerSecond: 20,
      p50Seconds: 0.2,
      p99Seconds: 0.4,
      errors: 3,
      cpuSecondsPerRequest: 2e-5,
    });
  });

  it('is, of two, the median over pairs, not the pair of medians', () => {
    const a = [result(10), result(20), result(90)];
    const b = [result(10), result(40), result(30)];
    expect(inPairs(a, b, (one, other) => one.requestsPerSecond / other.requestsPerSecond)).toBe(1);
  });
});
