import type { Criterion, IntervalReading } from '@modelwatch/core';

const MEASURES: Readonly<Record<Criterion, { readonly what: string; readonly of: string; readonly bar: string }>> = {
  failures: { what: 'failed calls', of: 'calls', bar: 'at most' },
  missing_outputs: { what: 'missing outputs', of: 'answers', bar: 'at most' },
  latency: { what: "mean scoring time as a multiple of the champion's", of: 'pairs', bar: 'at most' },
  disagreement: { what: 'outputs that disagree', of: 'pairs', bar: 'at most' },
  quality_loss: { what: 'gain of quality', of: 'judged pairs', bar: 'at least' },
  quality_gain: { what: 'gain of quality', of: 'judged pairs', bar: 'above' },
};

/** What a criterion measured and what it is held against, in words. */
export function checkText(
  criterion: Criterion,
  { reading, bar, count }: { readonly reading: IntervalReading; readonly bar: number; readonly count: number },
): string {
  const { what, of, bar: word } = MEASURES[criterion];
  return `${what} ${readingText(reading)} of ${count} ${of}, ${word} ${digits(bar)}`;
}

export function readingText(reading: IntervalReading): string {
  if (reading.kind === 'undetermined') return reading.reason === 'undefined' ? 'undefined' : 'unknown for too little data';
  return `${digits(reading.value)} (${digits(reading.lower)} to ${digits(reading.upper)})`;
}

/** Three digits are what an interval is worth. */
export function digits(value: number): string {
  return String(Number(value.toPrecision(3)));
}

const NAMES_SHOWN_MAX = 10;

export function joined(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_SHOWN_MAX).join(', ');
  return names.length > NAMES_SHOWN_MAX ? `${shown} and ${names.length - NAMES_SHOWN_MAX} more` : shown;
}
