import { describe, expect, it } from '@jest/globals';
import { createMasks, type SamplesConfig } from './mask.js';

const KEY = Buffer.alloc(32, 1);
const config: SamplesConfig = {
  ...{ failing: true, failingPerMinuteMax: 60, share: 1, rowsMax: 4, otherwise: 'hash' },
  masks: {
    plan: { rule: 'keep' },
    age: { rule: 'bucket', width: 10 },
    postcode: { rule: 'truncate', length: 2 },
    note: { rule: 'drop' },
  },
};
const masks = createMasks(config, ['name'], KEY);

describe('masks', () => {
  it.each([
    ['plan', 'gold', 'gold'],
    ['plan', 3.5, 3.5],
    ['plan', 9_007_199_254_740_993n, '9007199254740993'],
    ['plan', NaN, 'NaN'],
    ['plan', true, true],
    ['plan', 'x'.repeat(1000), 'x'.repeat(256)],
    ['age', 34, '30..40'],
    ['age', -1, '-10..0'],
    ['age', 'thirty', null],
    ['age', Infinity, null],
    ['postcode', '10115', '10'],
    ['postcode', '\u{1f600}\u{1f601}\u{1f602}', '\u{1f600}\u{1f601}'],
    ['plan', null, null],
  ])('%s: %p becomes %p', (feature, value, masked) => {
    expect(masks(feature)!(value)).toBe(masked);
  });

  it('reads neither what is private nor what is dropped', () => {
    expect([masks('name'), masks('note')]).toEqual([undefined, undefined]);
  });

  it('digests by feature, value and key alone', () => {
    const hash = masks('email')!;
    const digest = hash('a@b.c');
    // python3: base64.urlsafe_b64encode(hmac.new(b'\x01' * 32, b'["email","a@b.c"]', hashlib.sha256).digest())[:16]
    expect(digest).toBe('hash:6m0eTI2bsjwA08jE');
    expect(hash('a@b.c')).toBe(digest);
    expect(masks('other')!('a@b.c')).not.toBe(digest);
    expect(hash('a@b.d')).not.toBe(digest);
    expect(createMasks(config, [], Buffer.alloc(32, 2))('email')!('a@b.c')).not.toBe(digest);
    expect(hash(null)).toBeNull();
  });
});
