const NUMBER = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;
const INFINITE = /^\s*[+-]?inf(?:inity)?\s*$/i;

/** Tokens that stand for a missing value in text, where nothing else is said. */
export const MISSING_TOKENS: readonly string[] = ['', 'NaN', 'nan', 'null'];

/** The number that a text writes in decimal, infinities included; undefined where it is no number. */
export function parseNumber(token: string): number | undefined {
  if (NUMBER.test(token)) return Number(token);
  if (INFINITE.test(token)) return token.includes('-') ? -Infinity : Infinity;
  return undefined;
}

/** 1 or 0 for a text that stands for true or false; undefined for any other. */
export const parseBoolean = (text: string): number | undefined => (/^true$/i.test(text) ? 1 : /^false$/i.test(text) ? 0 : undefined);
