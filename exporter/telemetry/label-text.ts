const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '"': '\\"' };

/** What Prometheus' text format cannot carry in a label value: NUL and other control characters become U+FFFD. */
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f]/g;

/** A label value as the text formats write it between quotes. */
export function escapeLabelValue(value: string): string {
  return value
    .toWellFormed()
    .replace(CONTROL, '\ufffd')
    .replace(/[\\\n"]/g, (character) => ESCAPES[character]!);
}

/**
 * Labels as the text formats write them, braces included; empty without labels. Made once a series, so that a scrape only joins strings.
 *
 * @example labelText(['model', 'version'], ['flights', '1']) // {model="flights",version="1"}
 */
export function labelText(names: readonly string[], values: readonly string[]): string {
  if (names.length !== values.length) throw new Error(`labels ${names.join(',')} need ${names.length} values, got ${values.length}`);
  if (names.length === 0) return '';
  let text = '{';
  for (let i = 0; i < names.length; i++) text += `${i === 0 ? '' : ','}${names[i]!}="${escapeLabelValue(values[i]!)}"`;
  return `${text}}`;
}

/** Adds one label to a text made by {@link labelText}. */
export function withLabel(text: string, name: string, value: string): string {
  const label = `${name}="${escapeLabelValue(value)}"`;
  return text === '' ? `{${label}}` : `${text.slice(0, -1)},${label}}`;
}
