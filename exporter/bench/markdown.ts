const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

export function countText(count: number): string {
  return whole.format(count);
}

export function millisecondsText(seconds: number): string {
  return (seconds * 1000).toFixed(3);
}

/** Empty where it is not known. */
export function microsecondsText(seconds: number | undefined): string {
  return seconds === undefined ? '' : (seconds * 1_000_000).toFixed(0);
}

export function factorText(factor: number): string {
  return `${factor.toFixed(2)} x`;
}

export function megabytesText(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}

/** A table; columns of numbers are aligned to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const isNumber = head.map((_, column) => rows.every((row) => /^[-\d.,]*(?: x)?$/.test(row[column] ?? '')));
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), `|${isNumber.map((right) => (right ? '---:' : '---')).join('|')}|`, ...rows.map(line)].join('\n');
}
