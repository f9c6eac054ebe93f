import { DELAY_SECONDS_BUCKETS, Frequencies, type Binning, type NumericBinning, type Role } from '@modelwatch/core';
import { emptyGroundTruth, groundTruthFromJSON, groundTruthToJSON, type GroundTruthJSON } from './ground-truth-tally.js';
import { createHistogramCounts, type HistogramCounts } from './histogram-counts.js';
import { emptyJoined, joinedFromJSON, joinedToJSON, type JoinedCounts, type JoinedJSON } from './joined-counts.js';
import type { PairedTally } from './paired-tally.js';
import { sliceCounts } from './slice-values.js';

/**
 * Everything the store counts of one (model, version, role): quality of joined pairs, and the ingested events. Read-only for callers: the
 * object stays the same from reading to reading, what it holds goes on.
 */
export interface SeriesTally {
  readonly model: string;
  readonly version: string;
  readonly role: Role;
  quality: QualityTally;
  events: EventTally;
  /** Of a configured challenger alone. */
  paired?: PairedTally | undefined;
}

/** Counts over joined pairs: each pair counts exactly once. */
export interface QualityTally extends JoinedCounts {
  joined: number;
  /** Predictions whose horizon passed without ground truth. */
  expired: number;
  /** By the buckets of modelwatch_ground_truth_delay_seconds. */
  readonly delaySeconds: HistogramCounts;
  /** Ground truth of joined pairs by the bins of the evaluation; undefined without one of this version. */
  readonly groundTruth: Frequencies | undefined;
  /** By slice name, then by slice value: what is exported. Values without counts of their own count as __other__. */
  readonly slices: SliceTallies;
  /**
   * What counted as __other__ in `slices`, by value; as __other__ what is beyond the values that are kept. A value that gets counts of its own
   * later keeps here what it counted until then, so that no counter of either ever goes down.
   */
  readonly tail: SliceTallies;
}

export type SliceTallies = Map<string, Map<string, JoinedCounts>>;

/** Counts over ingested predictions: each counts once, however often it was sent. */
export interface EventTally {
  predictions: number;
  /** In the order of the baseline's features; empty without a baseline of this version. */
  readonly features: readonly Frequencies[];
  readonly output: Frequencies | undefined;
  /** Predictions by slice name, then by slice value. */
  readonly slices: Map<string, Map<string, number>>;
}

/** The bins by which events are counted; undefined without a baseline. */
export interface EventBins {
  readonly features: readonly Binning[];
  readonly output: Binning;
  /** Of the baseline's evaluation. */
  readonly groundTruth: NumericBinning | undefined;
  /** Changes with any bin of features and output: counts of other bins do not go on. */
  readonly digest: string;
}

/** Without slices. */
export interface QualityJSON extends JoinedJSON {
  readonly joined: number;
  readonly expired: number;
  readonly delaySeconds: HistogramCounts;
  readonly groundTruth?: GroundTruthJSON | undefined;
}

/** Counts of one slice value. Told and kept value by value, since a commit touches few of thousands. */
export interface SliceJSON {
  readonly name: string;
  readonly value: string;
  /** Ingested predictions. */
  readonly predictions: number;
  /** Joined pairs while it had counts of its own; undefined where it never had. */
  readonly joined?: JoinedJSON | undefined;
  /** Joined pairs that counted as __other__; undefined where none did. */
  readonly tail?: JoinedJSON | undefined;
}

interface CountsJSON {
  readonly counts: readonly number[];
  readonly missing: number;
  readonly outOfRange: number;
}

/** Frequencies without their bins, which the baseline holds, and without slices. */
export interface EventsJSON {
  readonly predictions: number;
  readonly digest: string | undefined;
  readonly features: readonly CountsJSON[];
  readonly output: CountsJSON | undefined;
}

export function emptyQuality(groundTruth?: NumericBinning): QualityTally {
  return {
    joined: 0,
    expired: 0,
    ...emptyJoined(),
    delaySeconds: createHistogramCounts(DELAY_SECONDS_BUCKETS),
    groundTruth: emptyGroundTruth(groundTruth),
    slices: new Map(),
    tail: new Map(),
  };
}

export function emptyEvents(bins: EventBins | undefined): EventTally {
  return {
    predictions: 0,
    features: (bins?.features ?? []).map((binning) => new Frequencies(binning)),
    output: bins === undefined ? undefined : new Frequencies(bins.output),
    slices: new Map(),
  };
}

export function qualityToJSON(quality: QualityTally): QualityJSON {
  const { joined, expired, delaySeconds, groundTruth } = quality;
  return {
    joined,
    expired,
    ...joinedToJSON(quality),
    delaySeconds: { counts: [...delaySeconds.counts], sum: delaySeconds.sum },
    groundTruth: groundTruthToJSON(groundTruth),
  };
}

/** Reads counts back; the slices of `before` become the tally's own. */
export function qualityFromJSON(
  json: QualityJSON,
  before?: Pick<QualityTally, 'slices' | 'tail'>,
  groundTruth?: NumericBinning,
): QualityTally {
  return {
    joined: json.joined,
    expired: json.expired,
    ...joinedFromJSON(json),
    delaySeconds: { counts: [...json.delaySeconds.counts], sum: json.delaySeconds.sum },
    groundTruth: groundTruthFromJSON(json.groundTruth, groundTruth),
    slices: before?.slices ?? new Map(),
    tail: before?.tail ?? new Map(),
  };
}

export function eventsToJSON(events: EventTally, bins: EventBins | undefined): EventsJSON {
  return {
    predictions: events.predictions,
    digest: bins?.digest,
    features: events.features.map(countsOf),
    output: events.output === undefined ? undefined : countsOf(events.output),
  };
}

/** Reads counts back. Those of features and output start anew where the bins are not the ones they were counted in. */
export function eventsFromJSON(json: EventsJSON, bins: EventBins | undefined): EventTally {
  const events = emptyEvents(bins);
  events.predictions = json.predictions;
  if (bins === undefined || bins.digest !== json.digest) return events;
  events.features.forEach((feature, i) => {
    setCounts(feature, json.features[i]);
  });
  if (events.output !== undefined) setCounts(events.output, json.output);
  return events;
}

/** Brings a tally up to a later state of itself, without building its bins again. */
export function updateEvents(events: EventTally, json: EventsJSON): void {
  events.predictions = json.predictions;
  for (let i = 0; i < events.features.length; i++) setCounts(events.features[i]!, json.features[i]);
  if (events.output !== undefined) setCounts(events.output, json.output);
}

export function sliceToJSON({ quality, events }: SeriesTally, name: string, value: string): SliceJSON {
  const told = (slices: SliceTallies) => {
    const counts = slices.get(name)?.get(value);
    return counts === undefined ? undefined : joinedToJSON(counts);
  };
  return { name, value, predictions: events.slices.get(name)?.get(value) ?? 0, joined: told(quality.slices), tail: told(quality.tail) };
}

/** Brings one slice value of a tally up to what was told. A value without counts of one kind takes no room among those of that kind. */
export function updateSlice({ quality, events }: SeriesTally, { name, value, predictions, joined, tail }: SliceJSON): void {
  if (joined !== undefined) sliceCounts(quality.slices, name).set(value, joinedFromJSON(joined));
  if (tail !== undefined) sliceCounts(quality.tail, name).set(value, joinedFromJSON(tail));
  if (predictions > 0) sliceCounts(events.slices, name).set(value, predictions);
}

function countsOf({ counts, missing, outOfRange }: Frequencies): CountsJSON {
  return { counts: [...counts], missing, outOfRange };
}

function setCounts(frequencies: Frequencies, json: CountsJSON | undefined): void {
  if (json?.counts.length !== frequencies.counts.length) return;
  frequencies.counts.set(json.counts);
  frequencies.missing = json.missing;
  frequencies.outOfRange = json.outOfRange;
}
