import { expect, it } from '@jest/globals';
import { formatFileTime, parseFileTime } from './file-time.js';

it.each([
  ['2013-04-01T09:51:00Z', 1_364_809_860],
  ['2013-04-01 09:51:00', 1_364_809_860],
  ['2013-04-01T09:51', 1_364_809_860],
  ['2013-04-01T11:51:00+02:00', 1_364_809_860],
  ['2013-04-01T09:51:00.250Z', 1_364_809_860.25],
  ['2013-04-01', 1_364_774_400],
  [' 1364809860 ', 1_364_809_860],
  ['1364809860.5', 1_364_809_860.5],
  ['0', 0],
])('%j is %d s', (text, seconds) => {
  expect(parseFileTime(text)).toBe(seconds);
});

it.each(['', 'now', '01/04/2013', '2013-13-01', '2013-04-01T25:00:00Z', '-1', 'NaN', '1e9', '2013-04-01T09:51:00 CET'])(
  '%j is no time',
  (text) => {
    expect(parseFileTime(text)).toBeUndefined();
  },
);

it('is shown to the minute, in UTC', () => {
  expect(formatFileTime(1_364_809_899)).toBe('2013-04-01 09:51');
});
