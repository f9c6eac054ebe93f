import { endOfString } from './models/open-inference/number-tokens.js';

/** What begins, ends or hides nesting. */
const STRUCTURE = /[[\]{}"]/g;

/**
 * Whether lists and objects of a JSON text nest deeper than a limit; brackets within strings do not count. To be asked before `JSON.parse`, which
 * goes on until the stack ends. The text need not be JSON. Cost: one pass, which jumps from bracket to bracket.
 *
 * @example nestsDeeperThan('[{"a": "]"}]', 1) // true
 */
export function nestsDeeperThan(text: string, depthMax: number): boolean {
  return opensMoreThan(text, depthMax) && depthExceeds(text, depthMax);
}

/** A text can only be too deep if it opens more brackets than the depth allows; most requests open a handful. */
function opensMoreThan(text: string, max: number): boolean {
  let count = 0;
  for (let at = text.indexOf('['); at >= 0; at = text.indexOf('[', at + 1)) if (++count > max) return true;
  for (let at = text.indexOf('{'); at >= 0; at = text.indexOf('{', at + 1)) if (++count > max) return true;
  return false;
}

/** A regular expression finds the next bracket some times as fast as a loop over characters. */
function depthExceeds(text: string, depthMax: number): boolean {
  let depth = 0;
  STRUCTURE.lastIndex = 0;
  while (STRUCTURE.test(text)) {
    const at = STRUCTURE.lastIndex - 1;
    const char = text.charCodeAt(at);
    if (char === 0x22) STRUCTURE.lastIndex = endOfString(text, at);
    else if (char === 0x5b || char === 0x7b) {
      if (++depth > depthMax) return true;
    } else depth--;
  }
  return false;
}
