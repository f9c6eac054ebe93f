import { QUEUES } from '../alerts/queueing.js';
import { SIDECAR_MODELS } from '../recordings/sidecars.js';
import type { BoardRow } from './board.js';
import type { BoardFacts } from './facts.js';
import { stat } from './panel.js';
import { ofModel, ofVersion } from './query.js';

/** Sidecars of the models chosen: the series of a sidecar itself carry no model. */
const OF_THESE = `and on (job, instance) ${ofModel(SIDECAR_MODELS)}`;

/** Whether what the other rows say can be believed: a quiet board of sidecars that are down or drop readings says nothing. */
export function trust(facts: BoardFacts): BoardRow {
  const recorded = (metric: string) => facts.over('short', (window) => ofVersion(`model_version_role:modelwatch_${metric}:${window}`));
  const joinedOnTime = `(sum by (model) (${recorded('ground_truth_waits_ended')}) > 0)`;
  return {
    title: 'Can I trust this board?',
    panels: [
      stat({
        title: 'Sidecars down',
        description: 'Sidecars that Prometheus has as targets and that do not answer. What happened there meanwhile is in no series.',
        width: 6,
        height: 3,
        unit: 'short',
        bar: { above: 1 },
        alert: 'ModelwatchSidecarDown',
        expressions: [
          {
            expr: `count(count by (job, instance) (${ofModel(SIDECAR_MODELS)} and on (job, instance) up == 0)) or vector(0)`,
            legend: 'down',
          },
        ],
      }),
      stat({
        title: 'Models nobody watches',
        description: 'Models that a sidecar exported within the last day and none exports now.',
        width: 6,
        height: 3,
        unit: 'short',
        bar: { above: 1 },
        alert: 'ModelwatchModelAbsent',
        expressions: [
          {
            expr: `count(max by (model) (last_over_time(${ofModel(SIDECAR_MODELS)}[1d])) unless on (model) max by (model) (${ofModel('modelwatch_model_info')})) or vector(0)`,
            legend: 'absent',
          },
        ],
      }),
      stat({
        title: 'Readings dropped',
        description:
          'Entries dropped by the queues of the sidecars over the last hour, duplicates apart. Answers are not affected, what is shown here is.',
        width: 6,
        height: 3,
        unit: 'short',
        decimals: 0,
        bar: { above: 1 },
        alert: 'ModelwatchWatchingImpaired',
        expressions: [
          {
            expr: `sum(sum by (job, instance) (increase(modelwatch_queue_dropped_total{reason!~"duplicate|superseded"}[1h])) ${OF_THESE}) or vector(0)`,
            legend: 'dropped',
          },
        ],
      }),
      stat({
        title: 'Stores that refuse writes',
        description: 'Sidecars whose last write to the store failed: ground truth finds no predictions there.',
        width: 6,
        height: 3,
        unit: 'short',
        bar: { above: 1 },
        alert: 'ModelwatchWatchingImpaired',
        expressions: [{ expr: `count(modelwatch_store_up == 0 ${OF_THESE}) or vector(0)`, legend: 'failing' }],
      }),
      stat({
        title: 'Fullest queue',
        description:
          'Fill of the fullest queue of any sidecar, the mean of five minutes: what stays full will shed requests or drop readings next.',
        width: 6,
        height: 3,
        unit: 'percentunit',
        decimals: 0,
        bar: { above: facts.bars.queueFillRatioMax },
        alert: 'ModelwatchQueueing',
        expressions: [
          {
            expr: `max(max by (job, instance) (avg_over_time(modelwatch_queue_entries{${QUEUES}}[5m]) / (modelwatch_queue_capacity_entries{${QUEUES}} > 0)) ${OF_THESE})`,
            legend: 'fill',
          },
        ],
      }),
      stat({
        title: 'Age of ground truth',
        description: 'How long ago the newest ground truth became known: quality is of the time before.',
        width: 6,
        height: 3,
        unit: 's',
        bar: { above: facts.bars.groundTruthAgeSecondsMax },
        alert: 'ModelwatchGroundTruthDelayed',
        expressions: [
          { expr: facts.over('short', (window) => ofModel(`model:modelwatch_ground_truth_age_seconds:${window}`)), legend: '{{model}}' },
        ],
      }),
      stat({
        title: 'Ground truth joined',
        description:
          'Of predictions whose wait ended in the short window, the share that ground truth came for. Quality speaks of these alone.',
        width: 6,
        height: 3,
        unit: 'percentunit',
        decimals: 1,
        expressions: [
          {
            expr: `sum by (model) (${recorded('ground_truth_join_ratio')} * ${recorded('ground_truth_waits_ended')}) / ${joinedOnTime}`,
            legend: '{{model}}',
          },
        ],
      }),
      stat({
        title: 'Age of the baseline',
        description: 'How old what drift is measured against is.',
        width: 6,
        height: 3,
        unit: 's',
        bar: { above: facts.bars.baselineAgeSecondsMax },
        alert: 'ModelwatchBaselineStale',
        expressions: [
          {
            expr: `time() - max by (model, version) (${ofVersion('modelwatch_baseline_created_timestamp_seconds')} > 0)`,
            legend: '{{model}} {{version}}',
          },
        ],
      }),
    ],
  };
}
