/** Cut to a number of letters, with a sign that it was; whole signs of more than one code unit stay whole. */
export function shorten(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) {
    return text;
  }
  return `${Array.from(text)
    .slice(0, Math.max(1, lengthMax - 1))
    .join('')}…`;
}
