/** Counts as JSON: numbers that add up, in arrays and objects of one shape; text in them says what is counted. */
export type Counts = number | string | readonly Counts[] | { readonly [key: string]: Counts };

/** Adds counts of one shape, place by place. Bins are taken from the first. Exact while they are whole numbers below 2^53. */
export const addCounts = <T>(a: T, b: T): T => combine(a as Counts, b as Counts, (x, y) => x + y) as T;

/** What was counted since: undefined where it is less than before, so that it was begun anew. */
export function countsSince<T>(now: T, before: T): T | undefined {
  let isLess = false;
  const since = combine(now as Counts, before as Counts, (x, y) => {
    // Sums of numbers that are not whole may lose the last digits, and sums of signed ones fall: counts of things do neither.
    if (Number.isInteger(x) && Number.isInteger(y) && x < y) isLess = true;
    return x - y;
  });
  return isLess ? undefined : (since as T);
}

/** Whether nothing at all was counted. */
export function isNothing(counts: unknown): boolean {
  if (typeof counts === 'number') return counts === 0;
  if (typeof counts !== 'object' || counts === null) return true;
  return Object.entries(counts).every(([key, value]) => key === BINNING || isNothing(value));
}

/** Edges and categories: what is counted, not how often. */
const BINNING = 'binning';

/** What one of them does not have counts as nothing there. */
function combine(a: Counts | undefined, b: Counts | undefined, of: (a: number, b: number) => number): Counts | undefined {
  if (a === undefined) return b === undefined ? undefined : combine(b, b, (x) => of(0, x));
  if (typeof a === 'number') return of(a, typeof b === 'number' ? b : 0);
  if (typeof a === 'string') return a;
  if (Array.isArray(a)) return (a as readonly Counts[]).map((value, i) => combine(value, (b as readonly Counts[] | undefined)?.[i], of)!);
  const left = a as Readonly<Record<string, Counts | undefined>>;
  const right = (b ?? {}) as Readonly<Record<string, Counts | undefined>>;
  const keys = [...Object.keys(left), ...Object.keys(right).filter((key) => !Object.hasOwn(left, key))];
  return Object.fromEntries(
    keys.flatMap((key) => {
      const value = key === BINNING ? left[key] : combine(left[key], right[key], of);
      return value === undefined ? [] : [[key, value]];
    }),
  );
}
