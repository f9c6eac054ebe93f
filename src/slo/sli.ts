import type { Evidence, MetricName, ModelConfig, SliName } from '../contracts/index.js';

/** One objective of a model, as configured. */
export type SloConfig = ModelConfig['slo'][number];

/** The increase of a counter over a window: the sum over the series that match. */
export interface CountedTerm {
  readonly counter: MetricName;
  /** Labels and the values they may have; every label otherwise has any. */
  readonly where?: Readonly<Record<string, readonly string[]>>;
  /** Of a histogram, the values up to this bound, or all of them. */
  readonly within?: number | 'any';
  /** Taken away instead of added. */
  readonly minus?: true;
}

/** What is read at every evaluation where no counter says it: whether this minute is good. */
export type MinuteOf = 'drift' | 'explanations' | 'mean_error';

/**
 * How an indicator counts. Either two counters, all events and the bad ones, summed over replicas; or minutes, each of which is good or bad as the
 * rules judge at that moment. Of minutes there is one reading however many replicas there are, so that both add up.
 */
export type SliEvents =
  | {
      readonly kind: 'counters';
      readonly total: readonly CountedTerm[];
      /** Either the bad events, or all terms of the total and after them the good ones, taken away. */
      readonly bad: readonly CountedTerm[];
    }
  | { readonly kind: 'minutes'; readonly of: MinuteOf };

/** An indicator of a service level: the share of good events. Measures, and never judges. */
export interface Sli {
  readonly name: SliName;
  /** One sentence: which share. */
  readonly help: string;
  /** Whether it belongs to a version of a model, or to the model whatever its version. */
  readonly scope: 'version' | 'model';
  /** Whether a breach may wake somebody; what rests on an estimate or can wait until morning may not. */
  readonly mayPage: (slo: SloConfig) => boolean;
  /** Events that a window needs before it is judged, unless the configuration says otherwise. */
  readonly eventsMin: (slo: SloConfig) => number;
  /** Upper bounds that `within` may be, in seconds, and the one it is unless said otherwise; undefined where it has none. */
  readonly within?: { readonly bounds: readonly number[]; readonly fallback: string };
  readonly events: (slo: SloConfig) => SliEvents;
}

export const REQUESTS_MIN = 100;
export const MINUTES_MIN = 30;
export const JOBS_MIN = 5;

/** What the quality of an objective rests on. Undefined for indicators that are seen at first hand. */
export const evidenceOf = ({ sli, evidence }: Pick<SloConfig, 'sli' | 'evidence'>): Evidence | undefined =>
  sli === 'quality' ? (evidence ?? 'ground_truth') : undefined;
