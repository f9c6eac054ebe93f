import type { MetricDescription } from '@modelwatch/core';
import { labelText, withLabel } from './label-text.js';

/** One line of a scrape: `name + suffix + labels value`. */
export interface Sample {
  readonly suffix: '' | '_bucket' | '_sum' | '_count';
  /** Labels with their braces, already escaped. */
  readonly labels: string;
  readonly value: number;
  readonly exemplar?: Exemplar | undefined;
}

/** A request that stands for the others in its histogram bucket: OpenMetrics carries it to Grafana, which links to the trace. */
export interface Exemplar {
  readonly traceId: string;
  readonly value: number;
  readonly timestampSeconds: number;
}

/** All series of one metric. `samples` is called once a scrape and may be left half-way between two turns of the event loop. */
export interface Family {
  readonly description: MetricDescription;
  samples(): Iterable<Sample>;
}

/** A number that only grows. Increment it directly: a method call per increment is what the hot path saves. */
export interface Counter {
  value: number;
}

/** A family of counters or gauges with a child per combination of label values; children live as long as the family, unless they are forgotten. */
export interface NumberFamily extends Family {
  child(...labelValues: string[]): Counter;
  /** Takes away the children whose first labels have these values. */
  forget(...firstLabelValues: string[]): void;
}

interface LabelledCounter extends Counter {
  readonly labels: string;
}

/** Makes a family whose children are plain numbers. Callers hold on to children: `child` is for set-up, not for the hot path. */
export function numberFamily(description: MetricDescription): NumberFamily {
  const children = new Map<string, LabelledCounter>();
  return {
    description,
    child(...labelValues) {
      const labels = labelText(description.labels, labelValues);
      let child = children.get(labels);
      if (child === undefined) {
        child = { value: 0, labels };
        children.set(labels, child);
      }
      return child;
    },
    forget: (...values) => {
      forgetChildren(children, description, values);
    },
    *samples() {
      for (const child of children.values()) yield { suffix: '', labels: child.labels, value: child.value };
    },
  };
}

function forgetChildren(children: Map<string, unknown>, { labels }: MetricDescription, firstLabelValues: readonly string[]): void {
  const whole = labelText(labels.slice(0, firstLabelValues.length), firstLabelValues);
  const beginning = `${whole.slice(0, -1)},`;
  for (const key of children.keys()) if (key === whole || key.startsWith(beginning)) children.delete(key);
}

/** Makes a family whose values are read at scrape time from state that lives elsewhere. */
export function readFamily(description: MetricDescription, read: () => Iterable<readonly [labels: string, value: number]>): Family {
  return {
    description,
    *samples() {
      for (const [labels, value] of read()) yield { suffix: '', labels, value };
    },
  };
}

/** Counts by bucket (not cumulative), their sum, and the last exemplar of each bucket. */
export interface Histogram {
  observe(value: number, traceId?: string, timestampSeconds?: number): void;
  /** Counts a value so many times. */
  observeMany(value: number, times: number): void;
  /** Replaces the content: for histograms that are kept elsewhere, in a child or in the store. */
  set(counts: ArrayLike<number>, sum: number): void;
}

export interface HistogramFamily extends Family {
  child(...labelValues: string[]): Histogram;
  /** As of numbers. */
  forget(...firstLabelValues: string[]): void;
}

/** A histogram with its labels, of no family: its owner says as long as it is there that it is to be rendered. */
export interface LabelledHistogram extends Histogram {
  samples(): Iterable<Sample>;
}

export function labelledHistogram(description: MetricDescription, labelValues: readonly string[]): LabelledHistogram {
  const { buckets } = description;
  if (buckets === undefined) throw new Error(`histogram ${description.name} has no buckets`);
  return histogram(buckets, labelText(description.labels, labelValues));
}

/** Makes a family of histograms with the buckets of its description; `observe` costs a short scan of the bounds. */
export function histogramFamily(description: MetricDescription): HistogramFamily {
  const children = new Map<string, LabelledHistogram>();
  return {
    description,
    child(...labelValues) {
      const labels = labelText(description.labels, labelValues);
      let child = children.get(labels);
      if (child === undefined) children.set(labels, (child = labelledHistogram(description, labelValues)));
      return child;
    },
    forget: (...values) => {
      forgetChildren(children, description, values);
    },
    *samples() {
      for (const child of children.values()) yield* child.samples();
    },
  };
}

function histogram(bounds: readonly number[], labels: string) {
  const counts = new Float64Array(bounds.length + 1);
  const exemplars: (Exemplar | undefined)[] = new Array(bounds.length + 1).fill(undefined);
  const bucketLabels = [...bounds.map(String), '+Inf'].map((bound) => withLabel(labels, 'le', bound));
  let sum = 0;
  return {
    observe(value: number, traceId?: string, timestampSeconds = 0) {
      let bucket = 0;
      while (bucket < bounds.length && value > bounds[bucket]!) bucket++;
      counts[bucket]!++;
      sum += value;
      if (traceId !== undefined) exemplars[bucket] = { traceId, value, timestampSeconds };
    },
    observeMany(value: number, times: number) {
      let bucket = 0;
      while (bucket < bounds.length && value > bounds[bucket]!) bucket++;
      counts[bucket]! += times;
      sum += value * times;
    },
    set(newCounts: ArrayLike<number>, newSum: number) {
      counts.set(newCounts);
      sum = newSum;
    },
    *samples(): Generator<Sample> {
      // Copied first: the scrape may pause half-way, and buckets must not disagree with the count.
      const frozen = counts.slice();
      const frozenSum = sum;
      let cumulative = 0;
      for (let i = 0; i < frozen.length; i++) {
        cumulative += frozen[i]!;
        yield { suffix: '_bucket', labels: bucketLabels[i]!, value: cumulative, exemplar: exemplars[i] };
      }
      yield { suffix: '_sum', labels, value: frozenSum };
      yield { suffix: '_count', labels, value: cumulative };
    },
  };
}
