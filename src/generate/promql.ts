/** Labels of the levels that recording rules are at; the name of a level lists its labels. */
export const MODEL_LABELS = 'model, version, role';
export const FEATURE_LABELS = 'model, version, feature';

/** The lines of a text, each moved to the right: expressions are put together from parts of several lines. */
export const indent = (text: string, spaces = 2): string =>
  text
    .split('\n')
    .map((line) => (line === '' ? line : ' '.repeat(spaces) + line))
    .join('\n');

/** An expression in parentheses, on lines of its own. */
export const parenthesised = (expression: string): string => `(\n${indent(expression)}\n)`;

/** `sum by (labels) (increase(selector[window]))`: counters of all replicas, summed before anything is computed from them. */
export const summedIncrease = (labels: string, selector: string, window: string): string =>
  `sum by (${labels}) (increase(${selector}[${window}]))`;

/** A number as PromQL writes it, short enough to read. */
export const number = (value: number): string => String(Number(value.toPrecision(10)));

/** A bound of Wilson's interval of a share of cases, z standard errors from it; may leave 0..1 by rounding. */
export function wilsonBound(share: string, cases: string, z: number, sign: '-' | '+'): string {
  const z2 = number(z ** 2);
  return `(\n  ${share} + ${z2} / (2 * ${cases})\n  ${sign} sqrt(${z2} / ${cases} * (${share} * (1 - ${share}) + ${z2} / (4 * ${cases})))\n)\n/\n(1 + ${z2} / ${cases})`;
}
