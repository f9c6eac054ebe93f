import { JOBS_MIN, type Sli } from './sli.js';

const kind = ['retrain', 'training_job'];

/** Training jobs that succeeded, of those that ended. */
export const trainingSuccessSli: Sli = {
  name: 'training_success',
  help: 'Share of training jobs and retrains that succeeded, of those that ended.',
  scope: 'model',
  mayPage: () => false,
  eventsMin: () => JOBS_MIN,
  events: () => ({
    kind: 'counters',
    total: [{ counter: 'modelwatch_log_events_ended_total', where: { kind } }],
    bad: [{ counter: 'modelwatch_log_events_ended_total', where: { kind, outcome: ['failed'] } }],
  }),
};
