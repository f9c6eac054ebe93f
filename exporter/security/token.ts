import { createHash, randomBytes } from 'node:crypto';

/** What each token begins with, so that scanners of repositories and logs know one when they see it. */
export const TOKEN_PREFIX = 'mwt_';
const TOKEN_BYTES = 32;

/** A new token: 256 random bits. */
export function newToken(): string {
  return TOKEN_PREFIX + randomBytes(TOKEN_BYTES).toString('base64url');
}

/** SHA-256 of a token, as 32 bytes. A token has 256 random bits: no salt and no slow hash makes it harder to guess. */
export function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** A digest as configurations have it. */
export function digestText(token: string): string {
  return `sha256:${digestOf(token).toString('hex')}`;
}

const CARRIES = new RegExp(`^Bearer +${TOKEN_PREFIX}`, 'i');

/** Whether an Authorization holds a token of ours, known or not. */
export function carriesToken(authorization: string | undefined): boolean {
  return authorization !== undefined && CARRIES.test(authorization);
}
