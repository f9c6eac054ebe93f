import type { SchemaFault } from './schema-fault.js';

/** A value of which the faulty parts were taken out: what is there has its type, but anything may be absent. */
export type Part<T> = T extends readonly (infer Entry)[]
  ? readonly (Part<Entry> | undefined)[]
  : T extends object
    ? { readonly [Key in keyof T]?: Part<T[Key]> | undefined }
    : T;

/**
 * What is sound of a value, so that its meaning can be checked although its form has faults. Faulty parts become undefined, in place; their
 * keys stay, so that a key that is there but wrong is not taken for a missing one.
 */
export function soundPart<T>(value: unknown, faults: readonly SchemaFault[]): Part<T> {
  let rest = value;
  for (const { path, key } of faults) {
    if (key !== undefined) continue;
    const last = path.at(-1);
    let holder: unknown = rest;
    for (const step of path.slice(0, -1)) holder = (holder as Record<string | number, unknown> | undefined)?.[step];
    if (last === undefined) rest = {};
    else if (holder !== undefined) (holder as Record<string | number, unknown>)[last] = undefined;
  }
  return rest as Part<T>;
}
