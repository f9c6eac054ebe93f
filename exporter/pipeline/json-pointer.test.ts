import { describe, expect, it } from '@jest/globals';
import { pointerSteps, resolvePointer } from './json-pointer.js';

/** The document and the pointers of RFC 6901, section 5. */
const DOCUMENT = { foo: ['bar', 'baz'], '': 0, 'a/b': 1, 'c%d': 2, 'e^f': 3, 'g|h': 4, 'i\\j': 5, 'k"l': 6, ' ': 7, 'm~n': 8 };

describe('a JSON pointer', () => {
  it.each<readonly [pointer: string, value: unknown]>([
    ['', DOCUMENT],
    ['/foo', ['bar', 'baz']],
    ['/foo/0', 'bar'],
    ['/', 0],
    ['/a~1b', 1],
    ['/c%d', 2],
    ['/e^f', 3],
    ['/g|h', 4],
    ['/i\\j', 5],
    ['/k"l', 6],
    ['/ ', 7],
    ['/m~0n', 8],
  ])('%j names what RFC 6901 says', (pointer, value) => {
    expect(resolvePointer(DOCUMENT, pointerSteps(pointer))).toEqual(value);
  });

  it('reads ~01 as ~1', () => {
    expect(resolvePointer({ '~1': 'x' }, pointerSteps('/~01'))).toBe('x');
  });

  it.each(['/nothing', '/foo/2', '/foo/-', '/foo/00', '/foo/length', '/constructor', '/__proto__', '/foo/map', '/a~1b/c', '/foo/0/0'])(
    '%s names nothing',
    (pointer) => {
      expect(resolvePointer(DOCUMENT, pointerSteps(pointer))).toBeUndefined();
    },
  );
});
