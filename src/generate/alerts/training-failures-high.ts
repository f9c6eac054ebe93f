import { number } from '../promql.js';
import { alwaysTicket } from './alert-family.js';
import type { AlertFamily } from './alert-family.js';

/** A larger share of the training jobs of a month failed than the bar; two at least, so that one failure alone never does it. */
export const trainingFailuresHigh: AlertFamily = {
  name: 'ModelwatchTrainingFailuresHigh',
  concern: 'operations',
  severity: alwaysTicket,
  variables: [],
  text({ bars, select }) {
    const [ratio, ended] = [select('model:modelwatch_training_failure_ratio:30d'), select('model:modelwatch_training_ended:30d')];
    return {
      for: '5m',
      expr: [
        `${ratio} > ${number(bars.trainingFailureRatioMax)}`,
        `and round(${ratio} * ${ended}) >= 2`,
        `and round(${ended}) >= ${number(bars.trainingCountMin)}`,
      ].join('\n'),
      summary: `{{ humanizePercentage $value }} of the training jobs of {{ $labels.model }} failed in 30 days, bar ${number(bars.trainingFailureRatioMax * 100)}%`,
      description:
        'Of retrains and training jobs that the log of events was told the end of. When the model has to be trained anew in a hurry, it may not be.',
    };
  },
};
