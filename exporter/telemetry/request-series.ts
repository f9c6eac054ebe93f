import { metric } from '@modelwatch/core';
import { ERRORS, REGISTRY_CODES, SHED_CODES, type ErrorCode } from '../errors.js';
import type { ModelRuntime } from '../sidecar/model-runtime.js';
import { histogramFamily, numberFamily, type Counter, type Histogram, type NumberFamily } from './series.js';
import type { SlicedRegistry } from './registry.js';

/** What one model version counts of its requests: received = answered + failed + shed + in flight, exactly. */
export interface RequestSeries {
  received(): void;
  answered(statusClass: '2xx' | '3xx' | '4xx', code?: string): void;
  failed(reason: string): void;
  shed(reason: string): void;
  readonly duration: Histogram;
  readonly scoring: Histogram;
  readonly inFlight: number;
  /** Requests answered with 2xx. */
  readonly answeredWell: number;
}

/** Why a request fails by a fault that is not its own; the last is an answer of 5xx by the upstream itself. */
const FAILURES: readonly string[] = [
  ...(Object.keys(ERRORS) as ErrorCode[]).filter((code) => ERRORS[code] >= 500 && !SHED_CODES.has(code) && !REGISTRY_CODES.has(code)),
  'upstream_error',
];

/** The series of requests by model version. */
export interface RequestMeters {
  of(model: string, version: string, role: string): RequestSeries;
  /**
   * Takes away the series of versions that are served no more, but for the latest so many: what they have answered since the last scrape is still to be
   * told, and a process in which many versions take over from one another must not keep them all.
   */
  forgetRetired(keptMax: number): void;
}

interface Made {
  readonly labels: readonly [model: string, version: string, role: string];
  readonly own: RequestSeries;
}

/** Registers the families of serving. */
export function requestFamilies(
  registry: SlicedRegistry,
  validation: NumberFamily,
  models: () => ReadonlyMap<string, Pick<ModelRuntime, 'challengers' | 'version'>>,
): RequestMeters {
  const received = registry.add(numberFamily(metric('modelwatch_requests_received_total')));
  const answered = registry.add(numberFamily(metric('modelwatch_requests_answered_total')));
  const failed = registry.add(numberFamily(metric('modelwatch_requests_failed_total')));
  const shed = registry.add(numberFamily(metric('modelwatch_requests_shed_total')));
  const inFlight = registry.add(numberFamily(metric('modelwatch_requests_in_flight')));
  const duration = registry.add(histogramFamily(metric('modelwatch_request_duration_seconds')));
  const scoring = histogramFamily(metric('modelwatch_scoring_duration_seconds'));
  registry.add({
    description: scoring.description,
    *samples() {
      yield* scoring.samples();
      for (const { challengers } of models().values()) for (const { scoringSeconds } of challengers) yield* scoringSeconds.samples();
    },
  });

  const made = new Map<string, Made>();
  const make = (model: string, version: string, role: string): RequestSeries => {
    const labels = [model, version, role] as const;
    const receivedCounter = received.child(...labels);
    const inFlightGauge = inFlight.child(...labels);
    const answeredByClass = {
      '2xx': answered.child(...labels, '2xx'),
      '3xx': answered.child(...labels, '3xx'),
      '4xx': answered.child(...labels, '4xx'),
    };
    const byReason = new Map<string, Counter>();
    // Reasons and codes come from the error table, so these maps are as small as the table.
    const counted = (family: typeof failed, ...values: string[]): Counter => {
      const key = `${family.description.name} ${values.join(' ')}`;
      let counter = byReason.get(key);
      if (counter === undefined) byReason.set(key, (counter = family.child(...values)));
      return counter;
    };
    // Each reason from the start: increase() does not see the failures with which a series begins.
    for (const reason of FAILURES) counted(failed, ...labels, reason);
    for (const reason of SHED_CODES) counted(shed, ...labels, reason);
    return {
      received() {
        receivedCounter.value++;
        inFlightGauge.value++;
      },
      answered(statusClass, code) {
        inFlightGauge.value--;
        answeredByClass[statusClass].value++;
        if (code !== undefined) counted(validation, model, code).value++;
      },
      failed(reason) {
        inFlightGauge.value--;
        counted(failed, ...labels, reason).value++;
      },
      shed(reason) {
        inFlightGauge.value--;
        counted(shed, ...labels, reason).value++;
      },
      duration: duration.child(...labels),
      scoring: scoring.child(...labels),
      get answeredWell() {
        return answeredByClass['2xx'].value;
      },
      get inFlight() {
        return inFlightGauge.value;
      },
    };
  };

  return {
    of(...labels) {
      const own = make(...labels);
      const key = JSON.stringify(labels);
      // The one that was made last is the last to go.
      made.delete(key);
      made.set(key, { labels, own });
      return own;
    },
    forgetRetired(keptMax) {
      const isRetired = ({ labels: [model, version], own }: Made) => models().get(model)?.version !== version && own.inFlight === 0;
      const retired = [...made].filter(([, one]) => isRetired(one));
      for (const [key, { labels }] of retired.slice(0, Math.max(0, retired.length - keptMax))) {
        made.delete(key);
        for (const family of [received, answered, failed, shed, inFlight, duration, scoring]) family.forget(...labels);
      }
    },
  };
}
