import type { AccessConfig } from '@modelwatch/core';
import { isLoopbackHost } from '../security/loopback.js';
import { StartError } from './start-error.js';

/** Beyond loopback somebody must be asked who they are (docs/decisions/0011). Throws where nobody would be. */
export function refuseOpenBind(host: string, { tokens }: AccessConfig): void {
  if (isLoopbackHost(host) || tokens.length > 0) return;
  throw new StartError(
    2,
    'modelwatch: an address beyond loopback needs a token under access; `modelwatch token` makes one, and docs/recipes/access.md says how\n',
  );
}
