import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readEventTime } from './event-time.js';

describe('readEventTime', () => {
  it.each<[unknown, number]>([
    [0, 0],
    [1_364_809_860, 1_364_809_860],
    [1_364_809_860.25, 1_364_809_860.25],
    [99_999_999_999, 99_999_999_999],
    [1e11, 1e8],
    [1_364_809_860_250, 1_364_809_860.25],
    [1_364_809_860n, 1_364_809_860],
    [1_364_809_860_250n, 1_364_809_860.25],
    [' 1364809860.5 ', 1_364_809_860.5],
    ['1364809860500', 1_364_809_860.5],
    ['2013-04-01T09:51:00Z', 1_364_809_860],
    ['2013-04-01T05:51:00.250-04:00', 1_364_809_860.25],
    ['2013-04-01 09:51:00z', 1_364_809_860],
    ['2012-02-29T00:00:00Z', 1_330_473_600],
  ])('reads %p', (value, seconds) => {
    expect(readEventTime(value)).toBe(seconds);
  });

  it.each([undefined, null, NaN, '', '  '])('takes %p for missing', (value) => {
    expect(readEventTime(value)).toBe('missing');
  });

  it.each([
    ...[-1, Infinity, 1e300, -1n, 2n ** 64n, true, {}, [], 'yesterday', '-5', 'Infinity', '0x10', '2013-04-01', '2013-04-01T09:51:00'],
    ...['2013-02-31T00:00:00Z', '2013-13-01T00:00:00Z', '2013-04-01T25:00:00Z', '1969-12-31T23:59:59Z', '1'.repeat(1_000_000)],
  ])('takes %p for unreadable', (value) => {
    expect(readEventTime(value)).toBe('unreadable');
  });

  it('reads back every second that RFC 3339 can write, and never gives another number', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 253_402_300_799 }), (seconds) => {
        expect(readEventTime(new Date(seconds * 1000).toISOString())).toBe(seconds);
        expect(readEventTime(`${seconds}`)).toBe(seconds >= 1e11 ? seconds / 1000 : seconds);
      }),
    );
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.string()), (value) => {
        const read = readEventTime(value);
        expect(typeof read === 'number' ? read >= 0 && read <= 253_402_300_799 : ['missing', 'unreadable'].includes(read)).toBe(true);
      }),
    );
  });
});
