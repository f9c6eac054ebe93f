import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { carriesKey } from './carries-key.js';

/** Whether a document has the key at any depth. */
function hasKey(value: unknown, key: string): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return (!Array.isArray(value) && Object.hasOwn(value, key)) || Object.values(value).some((part) => hasKey(part, key));
}

describe('carriesKey', () => {
  it.each([
    ['{"id":"a"}', true],
    ['{"a":{"b":[{"id" \t\r\n: null}]}}', true],
    ['{"name":"id"}', false],
    ['{"names":["id","x"]}', false],
    ['{"idle":1,"xid":2}', false],
    ['{"text":"\\"id\\":1"}', false],
    ['"id"', false],
    ['', false],
  ])('%s: %s', (body, carries) => {
    expect(carriesKey(Buffer.from(body), 'id')).toBe(carries);
  });

  it('agrees with a look into the document', () => {
    const word = fc.constantFrom('id', 'name', '"', ':', 'i', '\\', 'key "x"');
    const { document } = fc.letrec((tie) => ({
      document: fc.oneof(
        { depthSize: 'small' },
        word,
        fc.integer(),
        fc.constant(null),
        fc.array(tie('document'), { maxLength: 3 }),
        fc.dictionary(word, tie('document'), { maxKeys: 3 }),
      ),
    }));
    fc.assert(
      fc.property(document, word, fc.constantFrom(undefined, 2), (value, key, indent) => {
        expect(carriesKey(Buffer.from(JSON.stringify(value, null, indent)), key)).toBe(hasKey(value, key));
      }),
      { seed: 20131101, numRuns: 500 },
    );
  });
});
