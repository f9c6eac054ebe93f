import { METRICS, type MetricDescription } from '@modelwatch/core';

const ROWS: ReadonlyMap<string, MetricDescription> = new Map(METRICS.map((row) => [row.name, row]));

export type Labels = Readonly<Record<string, string>>;

/** One series, sample by sample. */
export class Track {
  value = 0;
  /** Whether it is exported now. */
  present = true;
  readonly samples: Float64Array;

  constructor(
    readonly series: string,
    /** A counter in memory begins anew with its replica, a gauge does not, and what the store keeps of a version is there after it. */
    readonly kind: 'counter' | 'gauge' | 'durable',
    steps: number,
  ) {
    this.samples = new Float64Array(steps).fill(NaN);
  }

  /** Its name without labels. */
  get name(): string {
    return this.series.slice(0, this.series.indexOf('{'));
  }

  /** Whether it leaves with its version. */
  get ends(): boolean {
    return this.kind !== 'durable';
  }

  add(amount: number): void {
    this.value += amount;
  }
}

/** The series of one replica, of names and labels as THE TABLE has them: another one is a programmer's error. */
export class SeriesBook {
  readonly tracks: Track[] = [];

  constructor(
    readonly steps: number,
    readonly target: Labels,
  ) {}

  counter(name: string, labels: Labels, { durable = false } = {}): Track {
    return this.#track(name, labels, durable ? 'durable' : 'counter');
  }

  gauge(name: string, labels: Labels, value = 0): Track {
    const track = this.#track(name, labels, 'gauge');
    track.value = value;
    return track;
  }

  /** Of Prometheus itself: whether the target answered the scrape. */
  up(): Track {
    return this.#add(new Track(seriesText('up', this.target), 'gauge', this.steps));
  }

  /** Cumulative buckets of a histogram of the table, the last of them all. */
  histogram(
    name: string,
    labels: Labels,
    { durable = false } = {},
  ): { readonly bounds: readonly number[]; readonly buckets: readonly Track[] } {
    const { buckets: bounds } = rowOf(name);
    if (bounds === undefined) throw new Error(`${name} is no histogram`);
    const bucket = (le: string) =>
      this.#add(new Track(seriesText(`${name}_bucket`, { ...this.target, ...labels, le }), durable ? 'durable' : 'counter', this.steps));
    checkLabels(name, labels);
    return { bounds, buckets: [...bounds.map(String), '+Inf'].map(bucket) };
  }

  /** Writes down what is exported at a step. */
  sample(step: number): void {
    for (const track of this.tracks) if (track.present) track.samples[step] = track.value;
  }

  /** The replica is a new process: what it kept in memory alone is gone. */
  restart(): void {
    for (const track of this.tracks) if (track.kind === 'counter') track.value = 0;
  }

  #track(name: string, labels: Labels, kind: Track['kind']): Track {
    checkLabels(name, labels);
    return this.#add(new Track(seriesText(name, { ...this.target, ...labels }), kind, this.steps));
  }

  #add(track: Track): Track {
    this.tracks.push(track);
    return track;
  }
}

function rowOf(name: string): MetricDescription {
  const row = ROWS.get(name);
  if (row === undefined) throw new Error(`metric ${name} is not in the table`);
  return row;
}

function checkLabels(name: string, labels: Labels): void {
  const [has, wants] = [Object.keys(labels).toSorted(), rowOf(name).labels.toSorted()];
  if (has.join() !== wants.join()) throw new Error(`${name} has the labels ${wants.join(', ')}, got ${has.join(', ')}`);
}

const seriesText = (name: string, labels: Labels): string =>
  `${name}{${Object.entries(labels)
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
    .join(',')}}`;

/** Samples in promtool's notation: `_` where there is none, `stale` where a series ended, a constant run as one word. */
export function promtoolValues(samples: ArrayLike<number>): string {
  const words: string[] = [];
  let ended = true;
  for (let i = 0; i < samples.length;) {
    const value = samples[i]!;
    let run = i + 1;
    while (run < samples.length && Object.is(samples[run], value)) run++;
    const repeats = run - i - 1;
    if (Number.isNaN(value)) {
      const missing = ended ? repeats + 1 : repeats;
      if (!ended) words.push('stale');
      if (missing > 0) words.push(`_x${missing}`);
      ended = true;
    } else {
      const text = String(Number(value.toPrecision(12)));
      words.push(repeats === 0 ? text : `${text}x${repeats}`);
      ended = false;
    }
    i = run;
  }
  return words.join(' ');
}
