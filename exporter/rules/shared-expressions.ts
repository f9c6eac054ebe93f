import type { WrittenGroup, WrittenRule } from './read-rules.js';

/** Shorter ones cost less than a look at a recorded series. */
const CHARACTERS_MIN = 60;

/**
 * The same rules, in which what an expression holds more than once in parentheses is evaluated once, by a rule of its own before it. To the same
 * effect: a recorded value of this moment differs from the expression in its name alone, which no operator keeps.
 */
export function withSharedExpressions(groups: readonly WrittenGroup[]): readonly WrittenGroup[] {
  let made = 0;
  const split = (rule: WrittenRule): readonly WrittenRule[] => {
    if (rule.record === undefined) return [rule];
    let { expr } = { expr: rule.expr.replace(/\s+/g, ' ').replace(/\( /g, '(').replace(/ \)/g, ')') };
    const shared: WrittenRule[] = [];
    // The shortest first, so that longer ones are made of what was shared already.
    for (let found = repeated(expr); found !== undefined; found = repeated(expr)) {
      const record = `shared:expression:${made++}`;
      shared.push({ record, expr: found.slice(1, -1) });
      expr = expr.replaceAll(found, record);
    }
    return [...shared, { ...rule, expr }];
  };
  return groups.map((group) => ({ ...group, rules: group.rules.flatMap(split) }));
}

/** The shortest group in parentheses, after an operator or a bracket rather than a name, that an expression holds twice. */
function repeated(expr: string): string | undefined {
  const open: number[] = [];
  let shortest: string | undefined;
  for (let at = 0; at < expr.length; at++) {
    if (expr[at] === '(') open.push(at);
    if (expr[at] !== ')') continue;
    const from = open.pop()!;
    const text = expr.slice(from, at + 1);
    // The arguments of a function, and the labels of a matching, stand behind a word.
    const before = expr.slice(0, from).trimEnd();
    const isOperand = before === '' || /[-+*/(,<>=^]$|\b(?:and|or|unless)$|group_(?:left|right) \([^()]*\)$|\bon \([^()]*\)$/.test(before);
    if (!isOperand || text.length < CHARACTERS_MIN || expr.indexOf(text) === expr.lastIndexOf(text)) continue;
    if (shortest === undefined || text.length < shortest.length) shortest = text;
  }
  return shortest;
}
