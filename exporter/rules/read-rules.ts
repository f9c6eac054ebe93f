/** A rule as it stands in a file of Prometheus. */
export interface WrittenRule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface WrittenGroup {
  readonly name: string;
  readonly interval?: string;
  readonly rules: readonly WrittenRule[];
}

const nameOf = ({ record, alert }: WrittenRule): string => (record ?? alert)!;

/**
 * Those of the rules that a text reads by name, directly or through others, each in its group: promtool evaluates every rule at every step, and an
 * alert reads a few of hundreds.
 */
export function rulesReadBy(text: string, groups: readonly WrittenGroup[]): readonly WrittenGroup[] {
  const byName = new Map<string, WrittenRule[]>();
  for (const rule of groups.flatMap(({ rules }) => rules)) byName.set(nameOf(rule), [...(byName.get(nameOf(rule)) ?? []), rule]);
  const read = new Set<string>();
  const visit = (words: string): void => {
    for (const word of words.match(/[a-zA-Z_:][\w:]*/g) ?? []) {
      if (read.has(word) || !byName.has(word)) continue;
      read.add(word);
      for (const { expr, annotations = {} } of byName.get(word)!) [expr, ...Object.values(annotations)].forEach(visit);
    }
  };
  visit(text);
  return keptRules(groups, (rule) => read.has(nameOf(rule)));
}

/** Those of the rules that are wanted, each in its group, without groups that hold none. */
export const keptRules = (groups: readonly WrittenGroup[], isKept: (rule: WrittenRule) => boolean): readonly WrittenGroup[] =>
  groups.map((group) => ({ ...group, rules: group.rules.filter(isKept) })).filter(({ rules }) => rules.length > 0);
