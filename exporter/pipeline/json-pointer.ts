/** Steps of a JSON pointer (RFC 6901), unescaped. The empty pointer is the whole document. */
export function pointerSteps(pointer: string): readonly string[] {
  if (pointer === '') return [];
  return pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

const ELEMENT = /^(?:0|[1-9]\d*)$/;

/** The value that a pointer names, or undefined. Own properties and array elements only, so not the length of an array. */
export function resolvePointer(document: unknown, steps: readonly string[]): unknown {
  let value = document;
  for (const step of steps) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    if (Array.isArray(value) && !ELEMENT.test(step)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[step];
  }
  return value;
}
