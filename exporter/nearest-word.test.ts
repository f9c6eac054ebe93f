import { expect, it } from '@jest/globals';
import { nearestWord } from './nearest-word.js';

const KNOWN = ['origin', 'distance', 'dep_delay', 'wind_speed'];

it.each([
  ['orign', 'origin'],
  ['distances', 'distance'],
  // Another way to write words is no difference at all.
  ['depDelay', 'dep_delay'],
  ['WIND-SPEED', 'wind_speed'],
  ['windspd', 'wind_speed'],
  // Half of the letters are others.
  ['orbits', undefined],
  ['', undefined],
  ['x'.repeat(257), undefined],
])('%s may have been meant for %s', (written, meant) => {
  expect(nearestWord(written, KNOWN)).toBe(meant);
});

it('finds nothing where nothing is known, and what is shorter than a third within one letter', () => {
  expect(nearestWord('a', [])).toBeUndefined();
  expect(nearestWord('a', ['b'])).toBe('b');
  expect(nearestWord('ab', ['cd'])).toBeUndefined();
});
