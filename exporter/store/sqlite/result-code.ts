/** SQLite's primary result codes that are told apart; extended codes add bits above the lowest eight. */
export const SQLITE = {
  busy: 5,
  readonly: 8,
  ioError: 10,
  full: 13,
  cantOpen: 14,
  tooBig: 18,
  constraint: 19,
  mismatch: 20,
  range: 25,
  notADatabase: 26,
} as const;

/** The primary result code of what the driver threw; undefined where it was not SQLite's. */
export function resultCode(fault: unknown): number | undefined {
  const { sqliteCode } = fault as { readonly sqliteCode?: number };
  return sqliteCode === undefined ? undefined : sqliteCode & 0xff;
}
