import { describe, expect, it } from '@jest/globals';
import { createRowBuffer } from './row-buffer.js';

const bufferOf = (rowsMax?: number) =>
  createRowBuffer({
    model: 'm',
    version: '1',
    role: 'champion',
    features: [{ kind: 'numeric' }, { kind: 'categorical' }],
    sliceNames: ['city'],
    ...(rowsMax === undefined ? {} : { rowsMax }),
  });

describe('createRowBuffer', () => {
  it('gives the rows in columns, with what was not set as missing', () => {
    const buffer = bufferOf();
    buffer.begin('a');
    buffer.setNumber(0, 7);
    buffer.setText(1, 'Rome');
    buffer.setOutput(0.5);
    buffer.setSlice(0, 'north');
    buffer.begin('b');
    const batch = buffer.take(12)!;
    expect(batch).toMatchObject({ model: 'm', version: '1', role: 'champion', rows: 2, ids: ['a', 'b'], timeSeconds: 12 });
    expect([0, 1].map((row) => batch.features[0]![row])).toEqual([7, NaN]);
    expect([0, 1].map((row) => batch.features[1]![row])).toEqual(['Rome', null]);
    expect(Array.from(batch.outputs)).toEqual([0.5, NaN]);
    expect(batch.slices[0]!.slice(0, 2)).toEqual(['north', undefined]);
  });

  it('gives nothing when there are no rows, and no row twice', () => {
    const buffer = bufferOf();
    expect(buffer.take(0)).toBeUndefined();
    buffer.begin('a');
    expect([buffer.rows, buffer.take(0)?.rows, buffer.rows, buffer.take(0)]).toEqual([1, 1, 0, undefined]);
  });

  it('shows nothing of an earlier batch in a later one, and keeps the ids it has given', () => {
    const buffer = bufferOf();
    buffer.begin('a');
    buffer.setNumber(0, 7);
    buffer.setText(1, 'Rome');
    buffer.setOutput(0.5);
    buffer.setSlice(0, 'north');
    const first = buffer.take(0)!;
    buffer.begin('b');
    const second = buffer.take(1)!;
    expect([first.ids, second.ids]).toEqual([['a'], ['b']]);
    expect([second.features[0]![0], second.features[1]![0], second.outputs[0], second.slices[0]![0]]).toEqual([NaN, null, NaN, undefined]);
  });

  it('says when it is full', () => {
    const buffer = bufferOf(2);
    expect(buffer.full).toBe(false);
    buffer.begin('a');
    expect(buffer.full).toBe(false);
    buffer.begin('b');
    expect(buffer.full).toBe(true);
    buffer.take(0);
    expect(buffer.full).toBe(false);
  });
});
