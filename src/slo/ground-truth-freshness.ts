import { DELAY_SECONDS_BUCKETS, durationSeconds } from '../contracts/index.js';
import { REQUESTS_MIN, type Sli } from './sli.js';

const FALLBACK = '1d';

/** Predictions whose ground truth came within the bound, of all whose wait ended: joined, or expired without any. */
export const groundTruthFreshnessSli: Sli = {
  name: 'ground_truth_freshness',
  help: 'Share of predictions whose ground truth came within the bound, of those whose wait ended.',
  scope: 'version',
  mayPage: () => false,
  eventsMin: () => REQUESTS_MIN,
  within: { bounds: DELAY_SECONDS_BUCKETS, fallback: FALLBACK },
  events({ within = FALLBACK }) {
    const counter = 'modelwatch_ground_truth_delay_seconds';
    const ended = [{ counter, within: 'any' }, { counter: 'modelwatch_ground_truth_expired_total' }] as const;
    return { kind: 'counters', total: ended, bad: [...ended, { counter, within: durationSeconds(within), minus: true }] };
  },
};
