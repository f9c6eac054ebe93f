import { normalQuantile } from '../../math/index.js';
import type { ALERT_SEVERITIES, ModelConfig } from '../../contracts/index.js';
import type { BoardVariable, Concern } from '../boards.js';
import { number } from '../promql.js';
import type { AlertBars } from '../recordings/recording-family.js';
import type { Select } from '../selector.js';

export type Severity = (typeof ALERT_SEVERITIES)[number];

/** What an alert says of one model, or of all models with equal bars. */
export interface AlertText {
  /** How long the expression must hold. */
  readonly for: string;
  /** PromQL that yields one series per thing to alert on, with the label `model`. */
  readonly expr: string;
  /** One line for the pager: what, where, how much, which bar. */
  readonly summary: string;
  /** What it means and what it does not. */
  readonly description: string;
}

/**
 * One alert, one file, one runbook, one promtool test with three cases. Bars come from the configuration alone. A verdict from data needs a
 * practical bar (it matters), a statistical one (it is not chance), a minimum count, and two windows (it is so now, and was not for a moment).
 */
export interface AlertFamily {
  /** Name of the alert, of its runbook and of its test. */
  readonly name: `Modelwatch${string}`;
  readonly concern: Concern;
  readonly severity: (model: ModelConfig) => Severity;
  /** Labels of its series, beside the model, that the board it leads to is set to. */
  readonly variables: readonly BoardVariable[];
  /** Whether a model can have it at all; every model, where left out. */
  readonly appliesTo?: (model: ModelConfig) => boolean;
  readonly text: (input: { readonly bars: AlertBars; readonly model: ModelConfig; readonly select: Select }) => AlertText;
}

/** Pages for a critical model, makes a ticket for any other. */
export const pageIfCritical = (model: ModelConfig): Severity => (model.critical ? 'page' : 'ticket');
export const alwaysTicket = (): Severity => 'ticket';
export const alwaysInfo = (): Severity => 'info';
/** What cannot wait, whatever the model is worth. */
export const alwaysPage = (): Severity => 'page';

/** A share above its bar by more than chance would take it there, from one that is just at the bar. `on` brings the count to the share. */
export function aboveBar(share: string, bar: number, count: string, significance: number, on = ''): readonly string[] {
  const spread = number(normalQuantile(1 - significance) * Math.sqrt(bar * (1 - bar)));
  return [`${share} > ${number(bar)}`, `and ${share} - ${number(bar)} >${on} ${spread} / sqrt(${count})`];
}

/** The features with the greatest values of a recorded series with these labels of the alert, in a sentence for annotations; nothing where there are none. */
export function greatestFeatures(sentence: string, record: string, labels: readonly string[], features: number): string {
  const matchers = labels.map((label) => `${label}=%q`).join(',');
  const values = labels.map((label) => `$labels.${label}`).join(' ');
  const greatest = `{{ with printf "sort_desc(topk(${features}, ${record}{${matchers}}))" ${values} | query }}`;
  const each = '{{ range $i, $s := . }}{{ if $i }}, {{ end }}{{ $s.Labels.feature }} {{ printf "%.3g" $s.Value }}{{ end }}';
  return `${greatest}${sentence}: ${each}.{{ end }}`;
}

/** The value of a recorded series with the labels of the alert, for annotations; `?` where there is none. */
export function recordedValue(record: string, labels: readonly string[], format = '%.3g'): string {
  return whereRecorded(record, labels, (value) => value, format, '{{ else }}?');
}

/** Words around the value of a series that has the alert's labels, and none where there is no such series. */
export function whereRecorded(
  record: string,
  labels: readonly string[],
  words: (value: string) => string,
  format = '%.3g',
  otherwise = '',
): string {
  const matchers = labels.map((label) => `${label}=%q`).join(',');
  const values = labels.map((label) => `$labels.${label}`).join(' ');
  const value = `{{ . | first | value | printf "${format}" }}`;
  return `{{ with printf "${record}{${matchers}}" ${values} | query }}${words(value)}${otherwise}{{ end }}`;
}
