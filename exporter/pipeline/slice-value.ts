/** Longest slice value that is kept; longer ones are cut, so that one request cannot make a label of megabytes. */
export const SLICE_VALUE_LENGTH_MAX = 128;
/** What a scrape shows as U+FFFD: two values that differ by it alone would make one series twice. */
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f]/g;

/** A slice value as it stands in labels and on disk, the same wherever it is counted. */
export function sliceValue(value: string): string {
  return value.slice(0, SLICE_VALUE_LENGTH_MAX).toWellFormed().replace(CONTROL, '\ufffd');
}
