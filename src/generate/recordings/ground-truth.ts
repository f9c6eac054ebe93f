import { MODEL_LABELS, summedIncrease } from '../promql.js';
import { driftWindows } from './recording-family.js';
import type { RecordingFamily } from './recording-family.js';

/**
 * What becomes of predictions that wait for ground truth: of those whose wait ended within the window, the share that met it and the share whose
 * horizon passed, with their count; and the age of the newest ground truth. Where only some predictions are ever labelled, quality is that of those.
 */
export const groundTruth: RecordingFamily = {
  name: 'ground-truth',
  help: 'Of predictions whose wait for ground truth ended: how many, the share joined and the share expired; and the age of the newest ground truth.',
  windows: driftWindows,
  rules({ window, select }) {
    const name = (metric: string) => `model_version_role:modelwatch_ground_truth_${metric}:${window}`;
    const joined = summedIncrease(MODEL_LABELS, select('modelwatch_ground_truth_joined_total'), window);
    const expired = summedIncrease(MODEL_LABELS, select('modelwatch_ground_truth_expired_total'), window);
    const ended = `(${select(name('waits_ended'))} > 0)`;
    return [
      { record: name('waits_ended'), expr: `${joined}\n+\n${expired}` },
      { record: name('join_ratio'), expr: `${joined}\n/\n${ended}` },
      { record: name('expiry_ratio'), expr: `${expired}\n/\n${ended}` },
      {
        record: `model:modelwatch_ground_truth_age_seconds:${window}`,
        expr: `time() - max by (model) (max_over_time(${select('modelwatch_ground_truth_newest_timestamp_seconds')}[${window}]))`,
      },
    ];
  },
};
