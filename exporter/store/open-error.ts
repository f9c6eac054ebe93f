/** Why a store cannot be opened, where trying again would not help. Anything else degrades: the store starts down and heals. */
export type StoreOpenCode = 'newer_schema' | 'not_a_store' | 'locked' | 'path_unusable';

export interface StoreOpenError extends Error {
  readonly name: 'StoreOpenError';
  readonly code: StoreOpenCode;
}

export function openError(code: StoreOpenCode, message: string, cause?: unknown): StoreOpenError {
  return Object.assign(new Error(message, { cause }), { name: 'StoreOpenError' as const, code });
}

export function isStoreOpenError(fault: unknown): fault is StoreOpenError {
  return fault instanceof Error && fault.name === 'StoreOpenError';
}
