import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/** Makes bodies unreadable to whoever has the store, for as long as they wait there. */
export interface BodySeal {
  /** Tells keys apart and says nothing of them: what another key has sealed cannot be opened. */
  readonly keyName: string;
  seal(body: Uint8Array): Buffer;
  /** Undefined where the body was sealed by another key, or was changed. */
  open(sealed: Uint8Array): Buffer | undefined;
}

const ALGORITHM = 'aes-256-gcm';
export const KEY_BYTES = 32;
const KEY_NAME_CHARACTERS = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Without a key, one in the memory of this process alone: what is sealed is lost with it. */
export function createBodySeal(key: Uint8Array = randomBytes(KEY_BYTES)): BodySeal {
  return {
    keyName: createHash('sha256').update('modelwatch body seal ').update(key).digest('hex').slice(0, KEY_NAME_CHARACTERS),
    seal(body) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(ALGORITHM, key, nonce);
      const text = Buffer.concat([cipher.update(body), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), text]);
    },
    open(sealed) {
      if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined;
      const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, NONCE_BYTES));
      decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      const text = decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES));
      try {
        return Buffer.concat([text, decipher.final()]);
      } catch {
        return undefined;
      }
    },
  };
}
