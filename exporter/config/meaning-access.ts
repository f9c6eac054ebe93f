import type { AccessConfig, Config, TokenConfig } from '@modelwatch/core';
import { isLoopbackHost } from '../security/loopback.js';
import { quote } from './fault.js';
import type { Path } from './fault.js';
import type { Report } from './meaning.js';
import type { Part } from './sound-part.js';

/** The token in use and the one that follows it. */
const TOKENS_OF_NAME_MAX = 2;

/** Tokens stand once and in pairs at most, and an address beyond loopback has some. */
export function checkAccess({ access, server }: Part<Config>, report: Report): void {
  checkTokens(access?.tokens ?? [], [], (index) => ['access', 'tokens', index], report);
  const host = server?.host;
  // Whether a list that is faulty or in another file holds tokens shows later, at start.
  const hasNone = access?.tokens?.length === 0 && access.tokensFile === undefined;
  if (host !== undefined && host !== '' && hasNone && !isLoopbackHost(host)) {
    report(
      ['server', 'host'],
      `${quote(host)} lies beyond loopback and no token is configured; \`modelwatch token\` makes one for access`,
      {
        expected: '127.0.0.1, or a token under access',
      },
    );
  }
}

/** Checks a list of tokens beside others that are sound. */
export function checkTokens(
  tokens: NonNullable<Part<AccessConfig['tokens']>>,
  others: readonly TokenConfig[],
  place: (index: number) => Path,
  report: Report,
): void {
  const digests = new Set(others.map(({ digest }) => digest));
  const ofName = new Map<string, number>();
  for (const { name } of others) ofName.set(name, (ofName.get(name) ?? 0) + 1);
  tokens.forEach((token, index) => {
    if (token?.digest !== undefined) {
      if (digests.has(token.digest))
        report([...place(index), 'digest'], 'this token stands there already', { expected: 'a token of its own' });
      digests.add(token.digest);
    }
    if (token?.name === undefined) return;
    const count = (ofName.get(token.name) ?? 0) + 1;
    ofName.set(token.name, count);
    if (count <= TOKENS_OF_NAME_MAX) return;
    report([...place(index), 'name'], `a third token of the name ${quote(token.name)}: take the oldest away`, {
      expected: 'the token in use and the one that follows it',
    });
  });
}
