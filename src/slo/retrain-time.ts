import { durationSeconds, EVENT_SECONDS_BUCKETS } from '../contracts/index.js';
import { JOBS_MIN, type Sli } from './sli.js';

const FALLBACK = '2d';

/** Retrains that took no longer than the bound, of those whose beginning and end are known. */
export const retrainTimeSli: Sli = {
  name: 'retrain_time',
  help: 'Share of retrains that took no longer than the bound.',
  scope: 'model',
  mayPage: () => false,
  eventsMin: () => JOBS_MIN,
  within: { bounds: EVENT_SECONDS_BUCKETS, fallback: FALLBACK },
  events({ within = FALLBACK }) {
    const counter = 'modelwatch_log_event_duration_seconds';
    const where = { kind: ['retrain'] };
    const total = { counter, where, within: 'any' } as const;
    return { kind: 'counters', total: [total], bad: [total, { counter, where, within: durationSeconds(within), minus: true }] };
  },
};
