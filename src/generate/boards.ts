/** Boards of Grafana that alerts lead to, by their uid. */
export const ALERT_BOARDS = {
  /** Everything of one model. */
  model: 'modelwatch-model',
  /** For those who look into data: distributions, slices, explanations, failing requests. */
  debug: 'modelwatch-debug',
} as const;

/** What an alert is about: which board it leads to, how far back one looks, and its label `incident`: what a model suffers of one kind is told at once. */
export type Concern = 'serving' | 'data' | 'quality' | 'watching' | 'operations' | 'security';

const PLACES: Readonly<Record<Concern, { readonly board: keyof typeof ALERT_BOARDS; readonly reach: string }>> = {
  serving: { board: 'model', reach: '6h' },
  data: { board: 'debug', reach: '2d' },
  quality: { board: 'debug', reach: '7d' },
  watching: { board: 'model', reach: '6h' },
  operations: { board: 'model', reach: '30d' },
  security: { board: 'model', reach: '6h' },
};

/** Labels of alerts that boards have variables for. */
export type BoardVariable = 'version' | 'feature' | 'slice' | 'slice_value';

/**
 * The path and the query of a board, as a template of an annotation: it shows the model of the alert, what else its labels say, and the time
 * in which it became so. Names of features may hold anything and are escaped.
 */
export function boardPath(concern: Concern, variables: readonly BoardVariable[]): string {
  const { board, reach } = PLACES[concern];
  const query = ['model', ...variables].map((label) => `var-${label}={{ $labels.${label} | urlquery }}`);
  return `/d/${ALERT_BOARDS[board]}?${[...query, `from=now-${reach}`, 'to=now'].join('&')}`;
}
