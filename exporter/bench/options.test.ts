import { describe, expect, it } from '@jest/globals';
import { readOptions } from './options.js';

describe('the options of the benchmark', () => {
  it('are long runs of all cases unless said otherwise', () => {
    expect(readOptions([])).toMatchObject({
      cases: ['serving', 'watching', 'proxy', 'scrape', 'memory'],
      serving: { rounds: 5, seconds: 4, connections: [1, 16, 64] },
      watching: { rounds: 5, seconds: 4, connections: [16, 64] },
      memory: { minutes: [1, 10, 60], haste: 10 },
      write: undefined,
    });
  });

  it('shorten runs, choose cases in their own order, and set lengths one by one', () => {
    expect(readOptions(['--quick', '--only', 'memory,serving', '--rounds', '7', '--write', 'a.md', '--date', '2025-06-01'])).toMatchObject({
      cases: ['serving', 'memory'],
      serving: { rounds: 7, seconds: 1 },
      memory: { minutes: [1, 5] },
      write: 'a.md',
      date: '2025-06-01',
    });
  });

  it.each([
    [['--only', 'serving,speed'], '--only speed: the cases are serving, watching, proxy, scrape, memory'],
    [['--rounds', '0'], '0 is no whole number from 1 to 100'],
    [['--seconds', '1.5'], '1.5 is no whole number from 1 to 60'],
    [['--fast'], "Unknown option '--fast'"],
  ])('refuse %j', (args, sentence) => {
    expect(() => readOptions(args)).toThrow(sentence);
  });
});
