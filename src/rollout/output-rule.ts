/**
 * How the outputs of champion and challenger are read: as classes, each at its own threshold, or as estimates with a tolerance in the unit of
 * the prediction. An output at its threshold is positive; a distance of the tolerance is within it.
 */
export type OutputRule =
  | { readonly kind: 'probability'; readonly championThreshold: number; readonly challengerThreshold: number }
  | { readonly kind: 'regression'; readonly toleranceAbsolute: number };

/** Beyond it the fourth power of an output could not be summed: the square of a difference of squared errors. */
export const OUTPUT_MAX = 1e70;

/** Whether an output counts: finite, and not beyond 1e70 in magnitude. Any other is missing. */
export function isOutput(output: number): boolean {
  return Math.abs(output) <= OUTPUT_MAX;
}

/** Checks a rule and copies what it needs of it. */
export function checkedRule(rule: OutputRule): OutputRule {
  if (rule.kind === 'regression') {
    const { kind, toleranceAbsolute } = rule;
    if (!(toleranceAbsolute >= 0 && toleranceAbsolute < Infinity))
      throw new RangeError(`an output rule needs a tolerance that is finite and at least 0, got ${toleranceAbsolute}`);
    return { kind, toleranceAbsolute };
  }
  const { kind, championThreshold, challengerThreshold } = rule;
  for (const threshold of [championThreshold, challengerThreshold]) {
    if (!Number.isFinite(threshold)) throw new RangeError(`an output rule needs thresholds that are finite, got ${threshold}`);
  }
  return { kind, championThreshold, challengerThreshold };
}

export function sameRule(a: OutputRule, b: OutputRule): boolean {
  return described(a) === described(b);
}

/** The rule in words, for a message. */
export function described(rule: OutputRule): string {
  return rule.kind === 'regression'
    ? `regression within ${rule.toleranceAbsolute}`
    : `probability at ${rule.championThreshold} and ${rule.challengerThreshold}`;
}
