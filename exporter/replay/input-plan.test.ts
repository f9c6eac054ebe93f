import { describe, expect, it } from '@jest/globals';
import type { Cell, Row } from '../baseline/row.js';
import { inferenceBody, planInputs } from './input-plan.js';

const columns = ['id', 'age', 'city', 'count', 'member'];
const rowOf = (...cells: Cell[]): Row => ({ number: 1, columns, cells, isTyped: false });
const input = (name: string, datatype: string, shape: readonly number[] = [-1, 1]) => ({ name, datatype, shape });
const bodyOf = (datatype: string, cell: Cell) => {
  const body = inferenceBody(planInputs([input('age', datatype)], columns, new Map()), rowOf('a', cell), 'a');
  return body === undefined ? undefined : /"data":(\[.*\])\}\]\}$/.exec(body)![1];
};

describe('inferenceBody', () => {
  it('is v2 JSON of one row: an input holds the column of its name', () => {
    const plan = planInputs([input('age', 'FP32'), input('city', 'BYTES'), input('count', 'INT64', [-1])], columns, new Map());
    expect(JSON.parse(inferenceBody(plan, rowOf('a', '4.5', 'Rome', '7', 'true'), 'a"1')!)).toEqual({
      id: 'a"1',
      inputs: [
        { name: 'age', datatype: 'FP32', shape: [1, 1], data: [4.5] },
        { name: 'city', datatype: 'BYTES', shape: [1, 1], data: ['Rome'] },
        { name: 'count', datatype: 'INT64', shape: [1], data: [7] },
      ],
    });
  });

  it('fills a wide input with the columns named for it, in their order', () => {
    const plan = planInputs([input('x', 'FP32', [-1, 2])], columns, new Map([['x', ['count', 'age']]]));
    expect(JSON.parse(inferenceBody(plan, rowOf('a', '1', '', '2', ''), 'a')!)).toEqual({
      id: 'a',
      inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [2, 1] }],
    });
  });

  it.each([
    ['FP32', '1.5e3', '[1500]'],
    ['FP64', ' -2 ', '[-2]'],
    ['FP32', '', '[null]'],
    ['FP32', 'nan', '[null]'],
    ['FP32', null, '[null]'],
    ['FP32', 3.25, '[3.25]'],
    ['INT64', '9223372036854775807', '[9223372036854775807]'],
    ['INT64', -9007199254740993n, '[-9007199254740993]'],
    ['INT32', '+007', '[7]'],
    ['INT32', '3.0', '[3]'],
    ['BOOL', 'TRUE', '[true]'],
    ['BOOL', '0', '[false]'],
    ['BOOL', true, '[true]'],
    ['BYTES', '', '[""]'],
    ['BYTES', 'nan', '["nan"]'],
    ['BYTES', 'a"b\n', '["a\\"b\\n"]'],
    ['BYTES', 12, '["12"]'],
  ] as const)('%s of %p is %s', (datatype, cell, data) => {
    expect(bodyOf(datatype, cell)).toBe(data);
  });

  it.each([
    ['FP32', 'old'],
    ['FP32', 'Infinity'],
    ['INT64', '0x10'],
    ['BOOL', 'yes'],
    ['BYTES', {}],
  ] as const)('is none where %s is to hold %p', (datatype, cell) => {
    expect(bodyOf(datatype, cell)).toBeUndefined();
  });
});

describe('planInputs', () => {
  it('names the column that is not there, and what helps', () => {
    expect(() => planInputs([input('x', 'FP32')], columns, new Map())).toThrow(
      'there is no column "x" for the input "x"; --input x=column,... says which columns it holds',
    );
    expect(() => planInputs([input('x', 'FP32')], columns, new Map([['x', ['age', 'agee']]]))).toThrow(
      'there is no column "agee" for the input "x"',
    );
  });

  it('refuses an input that the model does not have', () => {
    expect(() => planInputs([input('age', 'FP32')], columns, new Map([['agee', ['age']]]))).toThrow('the model has no input "agee"');
  });
});
