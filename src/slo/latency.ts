import { durationSeconds, LATENCY_SECONDS_BUCKETS } from '../contracts/index.js';
import { REQUESTS_MIN, type Sli } from './sli.js';

const FALLBACK = '300ms';

/** Requests answered within a bound of the histogram, of all answered: exact, for the bound is a bucket's. */
export const latencySli: Sli = {
  name: 'latency',
  help: 'Share of requests answered within the bound.',
  scope: 'version',
  mayPage: () => true,
  eventsMin: () => REQUESTS_MIN,
  within: { bounds: LATENCY_SECONDS_BUCKETS, fallback: FALLBACK },
  events({ within = FALLBACK }) {
    const counter = 'modelwatch_request_duration_seconds';
    const total = { counter, within: 'any' } as const;
    return { kind: 'counters', total: [total], bad: [total, { counter, within: durationSeconds(within), minus: true }] };
  },
};
