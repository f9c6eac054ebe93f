import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createOutputReader } from '../../pipeline/feature-reader.js';
import { cutColumn } from './cut-column.js';

const size = fc.integer({ min: 0, max: 4 });

it('a column is what the reader of whole outputs reads, and nothing where that reads nothing', () => {
  const column = fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined });
  fc.assert(
    fc.property(fc.array(size, { maxLength: 3 }), fc.integer({ min: 1, max: 4 }), column, fc.boolean(), (shape, rows, at, isText) => {
      const length = shape.reduce((product, dimension) => product * dimension, 1);
      const numbers = Float64Array.from({ length }, (_, i) => i + 1);
      const data = isText ? [...numbers].map(String) : numbers;
      const datatype = isText ? ('BYTES' as const) : ('FP64' as const);
      const read = createOutputReader(undefined, at).read([{ name: 'y', datatype, shape, data }], rows);
      const cut = cutColumn({ shapes: [shape], data: [data] }, { rows, column: at });
      expect(cut?.shapes).toEqual(read && [[rows]]);
      expect(cut && Array.from(cut.data[0] as ArrayLike<unknown>, Number)).toEqual(read && [...read.values(rows)]);
    }),
  );
});
