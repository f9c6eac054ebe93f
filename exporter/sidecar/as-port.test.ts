import { describe, expect, it } from '@jest/globals';
import { InvalidArgumentError } from 'commander';
import { asPort } from './as-port.js';

describe('the value of --port', () => {
  it.each([
    ['0', 0],
    ['9810', 9810],
    ['65535', 65_535],
  ])('%s is a port', (text, port) => {
    expect(asPort(text)).toBe(port);
  });

  it.each(['', 'abc', '-1', '80.5', '1e3', '65536', ' 80', '099999'])('%j is none, and wrong usage', (text) => {
    expect(() => asPort(text)).toThrow(InvalidArgumentError);
  });
});
