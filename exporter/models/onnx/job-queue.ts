import type { Job } from './job.js';

/** Requests waiting for a child. First come, first served; those that have been sent before go before those that have not. */
export interface JobQueue {
  readonly length: number;
  /** Whether so many rows or more are waiting, those on probation aside. */
  holdsRows(rows: number): boolean;
  /** How many must run with nothing beside them. */
  readonly onProbation: number;
  push(job: Job): void;
  /** Takes requests back, in their order, before all others. */
  putBack(jobs: readonly Job[]): void;
  /** The next requests that may share a call, at most so many rows and requests; a single request may have more rows. */
  takeShared(rowsMax: number, requestsMax: number): Job[];
  takeProbation(): Job | undefined;
  /** Takes out those that came before a moment. */
  takeBefore(startSeconds: number): Job[];
  takeAll(): Job[];
  /** When the oldest came. */
  oldestSeconds(): number | undefined;
}

export function createJobQueue(): JobQueue {
  let probation: Job[] = [];
  let returned: Job[] = [];
  let waiting: Job[] = [];
  // Taking from the front of an array moves all others: the front is counted instead, and cut off when everything is taken.
  let front = 0;

  const next = () => (returned.length > 0 ? returned[0] : waiting[front]);
  const drop = () => {
    if (returned.length > 0) returned.shift();
    else if (++front === waiting.length) {
      waiting = [];
      front = 0;
    } else if (front === FRONT_MAX) {
      waiting = waiting.slice(front);
      front = 0;
    }
  };
  const takeIf = (wanted: (job: Job) => boolean) => {
    const all = [...probation, ...returned, ...waiting.slice(front)];
    const keeps = (job: Job) => !wanted(job);
    probation = probation.filter(keeps);
    returned = returned.filter(keeps);
    waiting = waiting.slice(front).filter(keeps);
    front = 0;
    return all.filter(wanted);
  };
  return {
    get length() {
      return probation.length + returned.length + waiting.length - front;
    },
    holdsRows(rows) {
      let missing = rows;
      for (let i = 0; i < returned.length && missing > 0; i++) missing -= returned[i]!.rows;
      for (let i = front; i < waiting.length && missing > 0; i++) missing -= waiting[i]!.rows;
      return missing <= 0;
    },
    get onProbation() {
      return probation.length;
    },
    push(job) {
      if (job.travel === 'probation') probation.push(job);
      else waiting.push(job);
    },
    putBack(jobs) {
      const wanted = jobs.filter((job) => !job.settled);
      probation = [...wanted.filter((job) => job.travel === 'probation'), ...probation];
      returned = [...wanted.filter((job) => job.travel !== 'probation'), ...returned];
    },
    takeShared(rowsMax, requestsMax) {
      const taken: Job[] = [];
      let rows = 0;
      for (let job = next(); job !== undefined; job = next()) {
        const first = taken[0];
        if (first !== undefined && (taken.length === requestsMax || rows + job.rows > rowsMax || !mayShare(first, job))) break;
        taken.push(job);
        rows += job.rows;
        drop();
      }
      return taken;
    },
    takeProbation: () => probation.shift(),
    takeBefore: (startSeconds) => takeIf((job) => job.startSeconds < startSeconds),
    takeAll: () => takeIf(() => true),
    oldestSeconds() {
      const starts = [probation[0], returned[0], waiting[front]].flatMap((job) => (job === undefined ? [] : [job.startSeconds]));
      return starts.length === 0 ? undefined : Math.min(...starts);
    },
  };
}

const FRONT_MAX = 1024;

/** Whether two requests can stand in one array per input: their shapes agree but for the first dimension. */
function mayShare(a: Job, b: Job): boolean {
  if (a.travel !== 'together' || b.travel !== 'together') return false;
  if ((a.cut === undefined) !== (b.cut === undefined) || a.cut?.column !== b.cut?.column) return false;
  for (let i = 0; i < a.inputs.length; i++) {
    const left = a.inputs[i]!.shape;
    const right = b.inputs[i]!.shape;
    for (let axis = 1; axis < left.length; axis++) if (left[axis] !== right[axis]) return false;
  }
  return true;
}
