/** Rows of cells for a terminal: each column as wide as its widest cell, two spaces between, a line a row behind the indent. */
export function textTable(rows: readonly (readonly string[])[], indent = ''): string {
  const widths = (rows[0] ?? []).map((_cell, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map(
      (row) =>
        `${indent}${row
          .map((cell, column) => cell.padEnd(widths[column]!))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** Text that comes from data: what a terminal would obey is shown as a question mark. */
export function printable(text: string): string {
  return text.replace(/[^\x20-\x7e\u00a1-\u1fff\u2030-\u205e\u2070-\ud7ff]/gu, '?');
}

/** At most so many characters; what is cut off is shown by three dots. */
export function cutTo(charactersMax: number, text: string): string {
  return text.length > charactersMax ? `${text.slice(0, charactersMax - 3)}...` : text;
}
