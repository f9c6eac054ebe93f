import { expect, it } from '@jest/globals';
import { createBodySeal } from './body-seal.js';

const BODY = Buffer.from('{"city": "a private one"}');

it('gives back what it has sealed, and shows nothing of it', () => {
  const seal = createBodySeal();
  const [sealed, again] = [seal.seal(BODY), seal.seal(BODY)];
  expect(seal.open(sealed)).toEqual(BODY);
  expect(seal.open(seal.seal(Buffer.alloc(0)))).toEqual(Buffer.alloc(0));
  expect(sealed.includes('private')).toBe(false);
  // Equal bodies cannot be told to be equal.
  expect(sealed.equals(again)).toBe(false);
});

it('opens what the same key has sealed, by whichever process', () => {
  const key = Buffer.alloc(32, 7);
  const [one, other] = [createBodySeal(key), createBodySeal(key)];
  expect(other.open(one.seal(BODY))).toEqual(BODY);
  expect(other.keyName).toBe(one.keyName);
  expect(createBodySeal().keyName).not.toBe(one.keyName);
});

it('opens nothing of another key, and nothing that was changed or cut', () => {
  const seal = createBodySeal();
  const sealed = seal.seal(BODY);
  expect(createBodySeal().open(sealed)).toBeUndefined();
  for (let at = 0; at < sealed.length; at++) {
    const changed = Buffer.from(sealed);
    changed[at]! ^= 1;
    expect(seal.open(changed)).toBeUndefined();
    expect(seal.open(sealed.subarray(0, at))).toBeUndefined();
  }
});
