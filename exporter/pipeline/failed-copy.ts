import { ERRORS, type ErrorCode } from '../errors.js';

/**
 * What became of a copy that a scorer has not answered, by its error. `dropped` is for want of room, `skipped` for what is no request for the
 * model; one that has killed a child is the scorer's own failure.
 */
export function failedCopy(code: ErrorCode): 'timed_out' | 'dropped' | 'skipped' | 'failed' {
  if (code === 'deadline_exceeded') return 'timed_out';
  if (code === 'overloaded' || code === 'draining') return 'dropped';
  return ERRORS[code] < 500 && code !== 'quarantined' ? 'skipped' : 'failed';
}
