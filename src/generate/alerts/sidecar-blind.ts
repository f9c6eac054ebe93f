import { number } from '../promql.js';
import { alwaysTicket } from './alert-family.js';
import type { AlertFamily } from './alert-family.js';

/** Requests are answered and not watched: a quiet board says nothing of them. */
export const sidecarBlind: AlertFamily = {
  name: 'ModelwatchSidecarBlind',
  concern: 'watching',
  severity: alwaysTicket,
  variables: [],
  text({ bars, select }) {
    const [ratio, answered] = [select('model:modelwatch_watched_ratio:1h'), select('model:modelwatch_requests_succeeded:1h')];
    return {
      for: '5m',
      expr: `${ratio} < ${number(bars.watchedRatioMin)}\nand ${answered} >= ${number(bars.requestCountMin)}`,
      summary: `{{ humanizePercentage $value }} of the answered requests of {{ $labels.model }} is watched over 1h, bar ${number(bars.watchedRatioMin * 100)}%`,
      description:
        'The others are answered as ever, and counted by no reading of features, outputs or quality: modelwatch_watch_skipped_total has the reason.',
    };
  },
};
