import { describe, expect, it } from '@jest/globals';
import { isLoopbackAddress, isLoopbackHost } from './loopback.js';

describe('loopback', () => {
  it.each(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'])('%s is', (address) => {
    expect([isLoopbackAddress(address), isLoopbackHost(address)]).toEqual([true, true]);
  });

  it.each([undefined, '', '0.0.0.0', '::', '10.0.0.1', '128.0.0.1', '::ffff:10.0.0.1', '::2', 'fe80::1', '127.0.0.1.example.org'])(
    '%s is not',
    (address) => {
      expect(isLoopbackAddress(address)).toBe(false);
      expect(isLoopbackHost(address ?? '')).toBe(false);
    },
  );

  it('has one name', () => {
    expect(['localhost', '[::1]', 'localhost.example.org', '127.example.org', 'LOCALHOST2'].map(isLoopbackHost)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
