import { createHmac } from 'node:crypto';

/** Of a digest: 96 bits. */
const LENGTH = 16;

/** What a digest of a value looks like. */
export const VALUE_DIGEST = /^hash:[\w-]{16}$/;

/** A digest of a feature's value by a key: equal values of a feature have equal digests, and without the key values cannot be tried. */
export function digestOfValue(feature: string, value: number | bigint | string | boolean, key: Uint8Array): string {
  const digest = createHmac('sha256', key)
    .update(JSON.stringify([feature, String(value)]))
    .digest('base64url');
  return `hash:${digest.slice(0, LENGTH)}`;
}
