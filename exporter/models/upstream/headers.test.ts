import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { headerValue, requestHeaders, responseHeaders } from './headers.js';

const name = fc.constantFrom(
  'Accept',
  'X-A',
  'x-a',
  'X-Hop',
  'Connection',
  'TE',
  'te',
  'Host',
  'HOST',
  'Content-Length',
  'Expect',
  'Upgrade',
  'Set-Cookie',
  'constructor',
  '__proto__',
);
const value = fc.oneof(fc.constantFrom('x-hop', 'X-Hop, close', 'a', '', 'toString'), fc.string({ maxLength: 5 }));
const raw = fc.array(fc.tuple(name, value), { maxLength: 12 }).map((pairs) => pairs.flat());

const pairsOf = (headers: readonly string[]): (readonly [string, string])[] =>
  Array.from({ length: headers.length / 2 }, (_, i) => [headers[2 * i]!, headers[2 * i + 1]!]);

describe('the headers that pass', () => {
  it('are those that came, in order and unchanged, without those of the connection', () => {
    fc.assert(
      fc.property(raw, (headers) => {
        const pairs = pairsOf(headers);
        const declared = pairs.flatMap(([key, text]) =>
          key === 'Connection' ? text.split(',').map((part) => part.trim().toLowerCase()) : [],
        );
        const hop = ['connection', 'te', 'upgrade', ...declared];
        const passes = (also: readonly string[]) => pairs.filter(([key]) => ![...hop, ...also].includes(key.toLowerCase()));
        expect(pairsOf(responseHeaders(headers))).toEqual(passes([]));
        expect(pairsOf(requestHeaders(headers))).toEqual(passes(['host', 'content-length', 'expect']));
      }),
      { seed: 20131101 },
    );
  });

  it('of an answer get one of ours where it has none of that name', () => {
    const own = { name: 'x-request-id', value: 'ours' };
    expect(responseHeaders(['A', '1'], own)).toEqual(['A', '1', 'x-request-id', 'ours']);
    expect(responseHeaders(['X-Request-Id', 'theirs'], own)).toEqual(['X-Request-Id', 'theirs']);
    // One that goes no further than the connection is none.
    expect(responseHeaders(['Connection', 'X-Request-Id', 'X-Request-Id', 'theirs'], own)).toEqual(['x-request-id', 'ours']);
  });

  it('are looked up whatever their case', () => {
    expect([headerValue(['A', '1', 'x-B', '2', 'X-b', '3'], 'x-b'), headerValue(['A', '1'], 'x-b')]).toEqual(['2', undefined]);
  });
});
