import { describe, expect, it } from '@jest/globals';
import { DELAY_SECONDS_BUCKETS, seededRandom } from '@modelwatch/core';
import { hasProgram } from './debian-program.js';
import { atTheHour, bucketQuantile, evaluateRecordings } from './rule-expectations.js';
import { hourOfCounts, MODEL, type Counting } from './two-replicas.js';

/*
 * Parity with a feature server, age of events and schema of requests, counted by two replicas of which one restarts: what the rules make of their
 * counters is what all predictions together come to.
 */

const withPromtool = hasProgram('promtool') ? describe : describe.skip;
const FEATURE = 'model="m",version="1",feature="temp"';
const PARITY = ['matched', 'mismatched', 'missing_offline'] as const;
const SCHEMA = ['missing', 'type'] as const;

interface Counts {
  readonly parity: Record<(typeof PARITY)[number], number>;
  readonly schema: Record<(typeof SCHEMA)[number], number>;
  readonly ages: number[];
  requests: number;
  events: number;
  faults: number;
  skipped: number;
  folded: number;
}

const counting: Counting<Counts> = {
  empty: () => ({
    parity: { matched: 0, mismatched: 0, missing_offline: 0 },
    schema: { missing: 0, type: 0 },
    ages: [],
    requests: 0,
    events: 0,
    faults: 0,
    skipped: 0,
    folded: 0,
  }),
  merge(into, from) {
    for (const outcome of PARITY) into.parity[outcome] += from.parity[outcome];
    for (const kind of SCHEMA) into.schema[kind] += from.schema[kind];
    for (const count of ['requests', 'events', 'faults', 'skipped', 'folded'] as const) into[count] += from[count];
    into.ages.push(...from.ages);
  },
  exported({ parity, schema, ages, requests, events, faults, skipped, folded }) {
    const bounds = [...DELAY_SECONDS_BUCKETS, Infinity];
    return new Map([
      ...PARITY.map((outcome) => [`modelwatch_parity_values_total{${FEATURE},outcome="${outcome}"}`, parity[outcome]] as const),
      ...SCHEMA.map((kind) => [`modelwatch_schema_errors_total{${FEATURE},kind="${kind}"}`, schema[kind]] as const),
      ...bounds.map((bound) => {
        const le = bound === Infinity ? '+Inf' : String(bound);
        return [`modelwatch_feature_age_seconds_bucket{${MODEL},le="${le}"}`, ages.filter((age) => age <= bound).length] as const;
      }),
      [`modelwatch_requests_received_total{${MODEL}}`, requests],
      [`modelwatch_requests_answered_total{${MODEL},code="2xx"}`, requests],
      [`modelwatch_predictions_total{${MODEL}}`, requests],
      ['modelwatch_events_received_total{model="m",kind="prediction"}', events],
      [`modelwatch_event_time_faults_total{${MODEL},kind="missing"}`, faults],
      ['modelwatch_watch_skipped_total{model="m",reason="full"}', skipped],
      ['modelwatch_label_values_folded_total{model="m",label="slice_value"}', folded],
    ]);
  },
};

/** One prediction: most are requests, of most of which the feature server knows the value, and most events are of the last hours. */
function countOne(counts: Counts, random: () => number): void {
  if (random() < 0.8) counts.requests++;
  else counts.events++;
  const draw = random();
  counts.parity[draw < 0.7 ? 'matched' : draw < 0.85 ? 'mismatched' : 'missing_offline']++;
  if (random() < 0.1) counts.schema[random() < 0.5 ? 'missing' : 'type']++;
  if (random() < 0.05) counts.faults++;
  else counts.ages.push(2 * 10 ** (5 * random()));
  if (random() < 0.02) counts.skipped++;
  if (random() < 0.2) counts.folded++;
}

function expectations({ parity, schema, ages, requests, events, faults, skipped, folded }: Counts): readonly (readonly [string, number])[] {
  const compared = parity.matched + parity.mismatched;
  const ofParity = (metric: string) => `model_version_feature:modelwatch_parity_${metric}:1h{${FEATURE}}`;
  const ofAge = (metric: string) => `model_version_role:modelwatch_feature_age_seconds_${metric}:1h{${MODEL}}`;
  return [
    [ofParity('values_compared'), compared],
    [ofParity('mismatch_ratio'), parity.mismatched / compared],
    [ofParity('missing_offline_ratio'), parity.missing_offline / (compared + parity.missing_offline)],
    [ofAge('count'), ages.length],
    [ofAge('p50'), bucketQuantile(ages, 0.5, DELAY_SECONDS_BUCKETS)],
    [ofAge('p95'), bucketQuantile(ages, 0.95, DELAY_SECONDS_BUCKETS)],
    [`model_version_role_kind:modelwatch_event_time_faults:increase1h{${MODEL},kind="missing"}`, faults],
    ['model:modelwatch_schema_requests:1h{model="m"}', requests + events],
    ...SCHEMA.flatMap((kind) => {
      const series = (metric: string) => `model_version_feature_kind:modelwatch_schema_${metric}:1h{${FEATURE},kind="${kind}"}`;
      return [
        [series('errors'), schema[kind]],
        [series('error_ratio'), schema[kind] / (requests + events)],
      ] as const;
    }),
    ['model:modelwatch_watched_ratio:1h{model="m"}', 1 - skipped / requests],
    ['model_label:modelwatch_label_values_folded_ratio:1h{model="m",label="slice_value"}', folded / requests],
  ];
}

withPromtool('the recording rules of skew', () => {
  it.each([1, 2])('say what the predictions of all replicas come to, seed %p', async (seed) => {
    const random = seededRandom(seed);
    const { scraped, whole } = hourOfCounts(counting, (counts) => countOne(counts, random), random);
    const expected = expectations(whole);
    const tests = expected.map(([series, value]) => atTheHour(series, value));
    expect(await evaluateRecordings(scraped, tests)).toEqual({ code: 0, text: expect.stringContaining('SUCCESS') });
    const [series, value] = expected[1]!;
    expect((await evaluateRecordings(scraped, [atTheHour(series, value + 0.001)])).code).toBe(1);
  });
});
