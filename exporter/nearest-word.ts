import { closest, distance } from 'fastest-levenshtein';

/** Longer ones are not compared: the cost grows with the product of the lengths. */
const LENGTH_MAX = 256;

/**
 * The known word that another may have been meant for, or have been before: about a third of the letters may differ, while capital letters, hyphens and
 * underscores are not looked at. Undefined where none is near enough.
 */
export function nearestWord(written: string, known: Iterable<string>): string | undefined {
  if (written.length > LENGTH_MAX) return undefined;
  const byBareWord = new Map<string, string>();
  for (const word of known) byBareWord.set(bareOf(word), word);
  if (byBareWord.size === 0) return undefined;
  const bare = bareOf(written);
  const found = closest(bare, [...byBareWord.keys()]);
  return distance(bare, found) <= Math.max(1, Math.floor(Math.max(bare.length, found.length) / 3)) ? byBareWord.get(found) : undefined;
}

const bareOf = (word: string): string => word.toLowerCase().replace(/[-_]/g, '');
