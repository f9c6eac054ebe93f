/** One row of THE TABLE of metrics: what the exporter exports, rules and boards may name, and the metrics page lists. */
export interface MetricDescription {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  readonly help: string;
  /** Upper bounds of a histogram, in the unit of its name. */
  readonly buckets?: readonly number[];
}

/** A version of a model in its role. */
export const MODEL_LABELS = ['model', 'version', 'role'] as const;

/** Makes a row whose name is a type of its own. */
export const metricRow = <Name extends string>(
  name: Name,
  type: MetricDescription['type'],
  labels: readonly string[],
  help: string,
  buckets?: readonly number[],
): MetricDescription & { readonly name: Name } =>
  buckets === undefined ? { name, type, labels, help } : { name, type, labels, help, buckets };
