import { ALERT_FAMILIES, ALERT_SEVERITIES, EVENT_SECONDS_BUCKETS, metric, type ModelConfig } from '@modelwatch/core';
import { createHistogramCounts, type RemediationOutcome, type StoreReadings } from '../store/index.js';
import { readHistogramFamily } from './histogram-lines.js';
import { labelText } from './label-text.js';
import type { SlicedRegistry } from './registry.js';
import { readFamily } from './series.js';

const OUTCOMES: readonly RemediationOutcome[] = ['remedied', 'resolved'];
const NO_DURATION = createHistogramCounts(EVENT_SECONDS_BUCKETS);

/**
 * Registers what the log of alerts counts. A configured model has the series of every alert that it can have from the start, so that the first is an
 * increase; what else was told comes with the first of its kind.
 */
export function alertFamilies(
  registry: SlicedRegistry,
  readings: () => StoreReadings,
  models: () => ReadonlyMap<string, { readonly config: ModelConfig }>,
): void {
  const tallies = () => readings().books.alerts;
  const begun = metric('modelwatch_alerts_total');
  registry.add(
    readFamily(begun, function* () {
      const counts = new Map<string, number>();
      for (const [model, { config }] of models()) {
        for (const { name, severity, appliesTo } of ALERT_FAMILIES)
          if (appliesTo?.(config) ?? true) counts.set(labelText(begun.labels, [model, name, severity(config)]), 0);
      }
      for (const { model, alert, severity, count } of tallies()?.begun ?? [])
        counts.set(labelText(begun.labels, [model, alert, severity]), count);
      yield* counts;
    }),
  );
  const firing = metric('modelwatch_alerts_firing');
  registry.add(
    readFamily(firing, function* () {
      const counts = new Map<string, number>();
      for (const model of models().keys())
        for (const severity of ALERT_SEVERITIES) counts.set(labelText(firing.labels, [model, severity]), 0);
      for (const { model, severity, count } of tallies()?.firing ?? []) counts.set(labelText(firing.labels, [model, severity]), count);
      yield* counts;
    }),
  );
  const remediation = metric('modelwatch_alert_remediation_seconds');
  registry.add(
    readHistogramFamily(remediation, function* () {
      const durations = new Map<string, typeof NO_DURATION>();
      for (const model of models().keys())
        for (const outcome of OUTCOMES) durations.set(labelText(remediation.labels, [model, outcome]), NO_DURATION);
      for (const { model, outcome, duration } of tallies()?.remediation ?? [])
        durations.set(labelText(remediation.labels, [model, outcome]), duration);
      yield* durations;
    }),
  );
}
