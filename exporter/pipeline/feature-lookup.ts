/** One value as JSON carries it. */
export type OfflineValue = number | string | boolean | null;

/** What a feature server says of some entities: by feature, a value for each, `undefined` where it does not know it. */
export type OfflineFeatures = ReadonlyMap<string, readonly (OfflineValue | undefined)[]>;

/** Values by join key, one an entity. */
export type EntityRows = Readonly<Record<string, readonly (string | number)[]>>;

/** The body of `POST /get-online-features` of a Feast feature server. */
export function lookupBody(references: readonly string[], entities: EntityRows): string {
  return JSON.stringify({ features: references, entities });
}

interface FeastAnswer {
  readonly metadata: { readonly feature_names: readonly string[] };
  readonly results: readonly { readonly values: readonly OfflineValue[]; readonly statuses: readonly string[] }[];
}

/**
 * Reads the answer: columns in an order of the server's own, named without their view, each with a status an entity. Undefined where it has
 * another form. A value that is present and null is null; one that is not found is undefined.
 */
export function readLookup(text: string, rows: number): OfflineFeatures | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isFeastAnswer(answer)) return undefined;
  const columns = new Map<string, readonly (OfflineValue | undefined)[]>();
  for (const [i, name] of answer.metadata.feature_names.entries()) {
    const result = answer.results[i];
    if (result === undefined || result.values.length !== rows || result.statuses.length !== rows) return undefined;
    columns.set(
      name,
      result.values.map((value, row) => (result.statuses[row] === 'PRESENT' || result.statuses[row] === 'NULL_VALUE' ? value : undefined)),
    );
  }
  return columns;
}

function isFeastAnswer(answer: unknown): answer is FeastAnswer {
  const { metadata, results } = (answer ?? {}) as Partial<FeastAnswer>;
  return (
    Array.isArray(metadata?.feature_names) &&
    Array.isArray(results) &&
    results.every((result) => Array.isArray(result?.values) && Array.isArray(result.statuses))
  );
}

/** The name under which a reference such as `weather:temp` is answered. */
export const nameInAnswer = (reference: string): string => reference.slice(reference.lastIndexOf(':') + 1);
