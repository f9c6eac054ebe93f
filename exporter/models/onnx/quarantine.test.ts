import { describe, expect, it } from '@jest/globals';
import { createQuarantine, inputsHash } from './quarantine.js';

describe('quarantine', () => {
  it('blames who was alone at the second of two deaths', () => {
    const quarantine = createQuarantine(10);
    expect(quarantine.watchful).toBe(false);
    expect(quarantine.blame('a', true)).toBe('suspect');
    expect(quarantine.verdict('a')).toBe('suspect');
    expect(quarantine.blame('a', true)).toBe('quarantined');
    expect(quarantine.verdict('a')).toBe('quarantined');
    expect(quarantine.size).toBe(1);
  });

  it('never blames who was in company, however often', () => {
    const quarantine = createQuarantine(10);
    for (let i = 0; i < 5; i++) expect(quarantine.blame('a', false)).toBe('suspect');
    quarantine.clear('a');
    expect(quarantine.verdict('a')).toBe('clear');
    expect(quarantine.watchful).toBe(false);
  });

  it('forgets the one longest not seen when it is full', () => {
    const quarantine = createQuarantine(2);
    const condemn = (hash: string) => [quarantine.blame(hash, true), quarantine.blame(hash, true)];
    condemn('a');
    condemn('b');
    expect(quarantine.verdict('a')).toBe('quarantined');
    condemn('c');
    expect(quarantine.size).toBe(2);
    expect(['a', 'b', 'c'].map((hash) => quarantine.verdict(hash))).toEqual(['quarantined', 'clear', 'quarantined']);
  });
});

describe('inputsHash', () => {
  const hash = (shape: number[], data: string[] | Int32Array) =>
    inputsHash([{ name: 'x', datatype: Array.isArray(data) ? 'BYTES' : 'INT32', shape, data }]);

  it('depends on values and shape, and on nothing else', () => {
    expect(hash([2], Int32Array.of(1, 2))).toBe(hash([2], Int32Array.of(0, 1, 2).subarray(1)));
    expect(hash([2, 1], Int32Array.of(1, 2))).not.toBe(hash([1, 2], Int32Array.of(1, 2)));
    expect(hash([2], Int32Array.of(1, 2))).not.toBe(hash([2], Int32Array.of(2, 1)));
  });

  it('keeps texts apart', () => {
    expect(hash([2], ['ab', 'c'])).not.toBe(hash([2], ['a', 'bc']));
    expect(hash([2], ['1:', ''])).not.toBe(hash([2], ['', '1:']));
  });
});
