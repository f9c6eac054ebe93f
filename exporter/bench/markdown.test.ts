import { expect, it } from '@jest/globals';
import { countText, factorText, megabytesText, millisecondsText, table } from './markdown.js';

it('formats figures for reading', () => {
  expect([countText(38_412.6), millisecondsText(0.000_08), factorText(0.8049), megabytesText(187_550_000)]).toEqual([
    '38,413',
    '0.080',
    '0.80 x',
    '187.6',
  ]);
});

it('aligns columns of numbers to the right, with empty cells and ratios among them', () => {
  expect(
    table(
      ['n', 'server', 'ratio'],
      [
        ['1', 'a', ''],
        ['1,000', 'b2', '0.80 x'],
      ],
    ),
  ).toBe('| n | server | ratio |\n|---:|---|---:|\n| 1 | a |  |\n| 1,000 | b2 | 0.80 x |');
});
