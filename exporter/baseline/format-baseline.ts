import type { Baseline } from '@modelwatch/core';

/** A baseline as readable JSON: two spaces a level, and a list of plain values, such as counts or a golden row, on one line. */
export function formatBaseline(baseline: Baseline): string {
  return `${format(baseline, '')}\n`;
}

function format(value: unknown, indent: string): string {
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.every((entry) => typeof entry !== 'object' || entry === null))
      return `[${value.map((entry) => JSON.stringify(entry)).join(', ')}]`;
    return `[\n${value.map((entry) => `${inner}${format(entry, inner)}`).join(',\n')}\n${indent}]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  if (entries.length === 0) return '{}';
  return `{\n${entries.map(([key, entry]) => `${inner}${JSON.stringify(key)}: ${format(entry, inner)}`).join(',\n')}\n${indent}}`;
}
