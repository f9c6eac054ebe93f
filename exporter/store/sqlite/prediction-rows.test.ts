import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { columnsOf, slicesOfRow } from './prediction-rows.js';

const named = [{ name: 'tenant' }, { name: 'ré"gion\\' }];
const texts = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('"', '\\', '\u0000', '\u007f', '\u2028', '\ud800', '', 'eu'),
);

test('slices stand in a row as the JSON of their names and values, whatever the values are', () => {
  fc.assert(
    fc.property(fc.array(fc.option(texts), { minLength: 2, maxLength: 2 }), (slices) => {
      const [, , column] = columnsOf({ id: 'a', time: 1, output: 0.5, slices }, named);
      const pairs = slices.flatMap((value, i) => (value === null ? [] : [[named[i]!.name, value]]));
      expect(column).toBe(pairs.length === 0 ? null : JSON.stringify(pairs));
      if (column !== null) expect(slicesOfRow(column, named)).toEqual(slices);
    }),
  );
});
