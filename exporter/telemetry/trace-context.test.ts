import { describe, expect, it } from '@jest/globals';
import { parseTraceparent } from './trace-context.js';

const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
const parent = '00f067aa0ba902b7';

/** By W3C Trace Context, section 3.2. */
describe('parseTraceparent', () => {
  it.each<readonly [header: string, sampled: boolean]>([
    [`00-${trace}-${parent}-01`, true],
    [`00-${trace}-${parent}-00`, false],
    [`00-${trace}-${parent}-02`, false],
    [`00-${trace}-${parent}-ff`, true],
    [`cc-${trace}-${parent}-01`, true],
    [`cc-${trace}-${parent}-01-what-the-future-will-be-like`, true],
  ])('reads %s', (header, sampled) => {
    expect(parseTraceparent(header)).toEqual({ traceId: trace, sampled });
  });

  it.each<readonly [name: string, header: string | string[] | undefined]>([
    ['none', undefined],
    ['two', [`00-${trace}-${parent}-01`, `00-${trace}-${parent}-01`]],
    ['two in one', `00-${trace}-${parent}-01, 00-${trace}-${parent}-01`],
    ['an empty one', ''],
    ['a version that must not be', `ff-${trace}-${parent}-01`],
    ['more than version 00 has', `00-${trace}-${parent}-01-more`],
    ['something after a later version’s flags', `cc-${trace}-${parent}-01.x`],
    ['upper case', `00-${trace.toUpperCase()}-${parent}-01`],
    ['a trace of zeros', `00-${'0'.repeat(32)}-${parent}-01`],
    ['a parent of zeros', `00-${trace}-${'0'.repeat(16)}-01`],
    ['a short trace', `00-${trace.slice(1)}-${parent}-01`],
    ['a short parent', `00-${trace}-${parent.slice(1)}-01`],
    ['no flags', `00-${trace}-${parent}`],
    ['text that is long', `cc-${trace}-${parent}-01-${'x'.repeat(1000)}`],
  ])('reads nothing from %s', (_name, header) => {
    expect(parseTraceparent(header)).toBeUndefined();
  });
});
