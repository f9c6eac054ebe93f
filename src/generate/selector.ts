import type { ModelConfig } from '../contracts/index.js';

/**
 * Writes the selector of a metric: the models a rule stands for, where these are not all, and the matchers given.
 *
 * @example select('modelwatch_confusion_total', 'outcome="true_positive"') // modelwatch_confusion_total{model="flights",outcome="true_positive"}
 */
export type Select = (metric: string, ...matchers: readonly string[]) => string;

/** Selects every model: the series carry the model, so one rule serves them all. */
export const selectAll: Select = (metric, ...matchers) => (matchers.length === 0 ? metric : `${metric}{${matchers.join(',')}}`);

/** Selects some of the models, by name. */
export function selectModels(models: readonly ModelConfig[]): Select {
  const matcher = matcherOf(
    'model',
    models.map(({ name }) => name),
  );
  return (metric, ...matchers) => selectAll(metric, matcher, ...matchers);
}

/** Matches a label that is one of some values, or with `!` none of them; at least one is given. */
export function matcherOf(label: string, values: readonly string[], not: '' | '!' = ''): string {
  return values.length === 1
    ? `${label}${not}=${promString(values[0]!)}`
    : `${label}${not === '!' ? '!' : '='}~${promString(values.map(escapeRegularExpression).join('|'))}`;
}

/** A PromQL string literal. */
export const promString = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n')}"`;

const escapeRegularExpression = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** A text that depends on the models it is for only through a selector, once written. */
export interface Shared<Written> {
  readonly written: Written;
  readonly models: readonly ModelConfig[];
}

/**
 * Writes something for each model and joins the models for which it comes out the same into one: a thousand models with equal bars share one
 * rule, and a model with bars of its own gets its own. The selector is left out where all models agree, so that the rules fit models to come.
 */
export function shareAmongModels<Written>(
  models: readonly ModelConfig[],
  write: (model: ModelConfig, select: Select) => readonly Written[],
): readonly Shared<Written>[] {
  const shared = new Map<string, { readonly model: ModelConfig; readonly index: number; readonly models: ModelConfig[] }>();
  for (const model of models) {
    for (const [index, written] of write(model, selectAll).entries()) {
      const key = JSON.stringify(written);
      const known = shared.get(key);
      if (known === undefined) shared.set(key, { model, index, models: [model] });
      else known.models.push(model);
    }
  }
  return [...shared.values()].map(({ model, index, models: those }) => ({
    written: write(model, those.length === models.length ? selectAll : selectModels(those))[index]!,
    models: those,
  }));
}
