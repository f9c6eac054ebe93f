import { describe, expect, it } from '@jest/globals';
import { overwritingLine, progressLine } from './progress-line.js';
import { countError, createProgress, errorCount } from './progress.js';

describe('progressLine', () => {
  it('tells the time of the file, rows, rate, ground truth and errors', () => {
    const progress = Object.assign(createProgress(), { rows: 1234, fileSeconds: 1_365_517_200, groundTruthPosted: 1100 });
    countError(progress, 'ECONNREFUSED');
    countError(progress, 'ECONNREFUSED');
    expect(progressLine(progress, 38.4)).toBe('2013-04-09 14:20  1,234 rows  38 rows/s  1,100 ground truth  2 errors (ECONNREFUSED 2)');
  });

  it('names the three most frequent kinds of error, and counts all', () => {
    const progress = createProgress();
    for (const kind of ['a', 'b', 'b', 'c', 'c', 'c', 'd', 'd']) countError(progress, kind);
    expect(progressLine(progress, 0)).toBe('no row yet  0 rows  0 rows/s  0 ground truth  8 errors (c 3, b 2, d 2)');
  });

  it('speaks of one row and one error, and of slow rates with a decimal', () => {
    const progress = Object.assign(createProgress(), { rows: 1, fileSeconds: 0 });
    countError(progress, 'bad_row');
    expect(progressLine(progress, 0.25)).toBe('1970-01-01 00:00  1 row  0.3 rows/s  0 ground truth  1 error (bad_row 1)');
  });
});

describe('errors', () => {
  it('have a bounded number of kinds, and a total that stays exact', () => {
    const progress = createProgress();
    for (let i = 0; i < 100; i++) countError(progress, `kind_${i}`);
    expect(progress.errors.size).toBe(21);
    expect(progress.errors.get('other')).toBe(80);
    expect(errorCount(progress)).toBe(100);
  });
});

describe('overwritingLine', () => {
  it('starts at the first column, clears what was longer, and does not wrap', () => {
    expect(overwritingLine('abc', 80)).toBe('\rabc\u001b[K');
    expect(overwritingLine('abcdef', 4)).toBe('\rabc\u001b[K');
    expect(overwritingLine('abc', 0)).toBe('\ra\u001b[K');
  });
});
