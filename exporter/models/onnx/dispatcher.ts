import type { Logger } from 'pino';
import type { Clock } from '../../clock.js';
import { succeed } from '../../errors.js';
import type { RestartReason } from '../scorer.js';
import { failure } from './failure.js';
import { settle, type Job } from './job.js';
import { createJobQueue } from './job-queue.js';
import type { AnswerMessage, FailureMessage, LoadedModel } from './messages.js';
import { splitAnswer } from './pack.js';
import { createQuarantine, inputsHash, type Quarantine } from './quarantine.js';
import { createSeat, type Call, type Seat } from './seat.js';
import { createSharing } from './sharing.js';
import type { Child, ChildEvents } from './start-child.js';

export interface DispatcherOptions {
  readonly model: LoadedModel;
  readonly processes: number;
  readonly deadlineSeconds: number;
  readonly loadTimeoutSeconds: number;
  readonly batchRowsMax: number;
  readonly queueEntriesMax: number;
  readonly clock: Clock;
  readonly logger: Logger;
  startChild(events: ChildEvents): Child;
  onReadyChange(ready: boolean): void;
  /** Called before the first call of the model with so many rows leaves. */
  onCall(rows: number): void;
  onDeath(): void;
}

/** Brings requests to children and their answers back; keeps deadlines; finds out who killed a child. */
export interface Dispatcher {
  readonly ready: boolean;
  readonly queued: number;
  readonly quarantine: Quarantine;
  readonly restarts: Readonly<Record<RestartReason, number>>;
  readonly processIds: readonly number[];
  readonly cpuSeconds: number;
  accept(job: Job): void;
  close(): Promise<void>;
}

/**
 * Calls in a child at once: one runs, and a full one may wait in its pipe, so that the child does not wait for the parent. What is not full
 * waits here for more: a call costs about as much as eighty rows of a gradient boosting.
 */
const CALLS_AHEAD_MAX = 2;
const QUARANTINE_ENTRIES_MAX = 1024;
const NOT_BY_ROW = 'its outputs do not come row by row';

/** Longer than most functions: what is queued, what is under way and who is suspect changes together, in each of these events. */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { model, deadlineSeconds, clock } = options;
  const queue = createJobQueue();
  const quarantine = createQuarantine(QUARANTINE_ENTRIES_MAX);
  const sharing = createSharing(model, options.batchRowsMax, options.logger);
  const restarts: Record<RestartReason, number> = { crash: 0, deadline: 0, memory: 0 };
  let seats: readonly Seat[] = [];
  let planned = false;
  let ready = false;
  let timer: NodeJS.Timeout | undefined;
  let cpuSeconds = 0;
  let closing: Promise<void> | undefined;

  /** Requests that arrive in one turn of the event loop leave together at its end. */
  const plan = () => {
    if (planned) return;
    planned = true;
    setImmediate(flush);
  };
  const flush = () => {
    planned = false;
    const prober = queue.onProbation === 0 ? undefined : seats.find((seat) => seat.ready);
    for (let ahead = 0; ahead < CALLS_AHEAD_MAX; ahead++) {
      for (const seat of seats) {
        if (queue.length === 0 || (ahead > 0 && !queue.holdsRows(sharing.allowed ? sharing.rowsMax : 1))) return;
        if (!seat.ready || seat.calls.length > ahead || seat.calls[0]?.jobs[0]!.travel === 'probation') continue;
        // Nothing else runs beside a suspect: its child is emptied first.
        if (seat === prober && seat.calls.length > 0) continue;
        const suspect = seat === prober ? takeSuspect() : undefined;
        const jobs = suspect === undefined ? queue.takeShared(sharing.rowsMax, fairShare(ahead)) : [suspect];
        if (jobs.length === 0) continue;
        options.onCall(sumRows(jobs));
        seat.send(jobs);
      }
    }
  };
  /** The next suspect; the same request may have been found guilty while this one waited. */
  const takeSuspect = () => {
    for (let job = queue.takeProbation(); job !== undefined; job = queue.takeProbation()) {
      if (quarantine.verdict(inputsHash(job.inputs)) !== 'quarantined') return job;
      settle(job, failure('quarantined'));
    }
    return undefined;
  };
  /** How many requests a child may take at once, so that no child idles while another has them all. */
  const fairShare = (ahead: number) => {
    if (!sharing.allowed) return 1;
    if (seats.length === 1) return Infinity;
    let free = 0;
    for (const seat of seats) if (seat.ready && seat.calls.length <= ahead) free++;
    return Math.ceil(queue.length / Math.max(1, free));
  };

  const onAnswer = (call: Call, message: AnswerMessage | FailureMessage) => {
    cpuSeconds += message.cpuSeconds;
    // The child's next work leaves before the answers of the last are given out.
    if (queue.length > 0) flush();
    if (message.kind === 'failure') return onFailure(call, message.code);
    const responses = splitAnswer(call.jobs, message, call.outputs, model.outputs);
    if (responses === undefined) {
      sharing.giveUp(NOT_BY_ROW);
      return again(call.jobs);
    }
    if (responses.length > 1 && !sharing.believed) {
      call.jobs.forEach((job, i) => (job.shared = responses[i]));
      return again(call.jobs);
    }
    for (let i = 0; i < responses.length; i++) {
      const job = call.jobs[i]!;
      if (job.shared !== undefined) sharing.compare(job.shared, responses[i]!);
      if (job.travel === 'probation') quarantine.clear(inputsHash(job.inputs));
      settle(job, succeed(responses[i]!));
    }
  };
  const onFailure = (call: Call, code: FailureMessage['code']) => {
    const [job, ...others] = call.jobs;
    if (others.length > 0) {
      // One request must not fail its neighbours: each is tried in a call of its own.
      if (code === 'output_too_large') sharing.narrow(sumRows(call.jobs));
      if (code === 'not_by_row') sharing.giveUp(NOT_BY_ROW);
      return again(call.jobs);
    }
    if (job!.travel === 'probation') quarantine.clear(inputsHash(job!.inputs));
    settle(job!, failure(code === 'not_by_row' ? 'model_failed' : code));
  };
  const again = (jobs: readonly Job[]) => {
    for (const job of jobs) job.travel = 'single';
    queue.putBack(jobs);
    plan();
  };

  const onGone = (calls: readonly Call[], reason: RestartReason) => {
    restarts[reason]++;
    const [running, ...waiting] = calls;
    queue.putBack(waiting.flatMap((call) => call.jobs));
    if (running !== undefined) blame(running.jobs, reason);
    options.onDeath();
    reportReady();
    plan();
  };
  const blame = (jobs: readonly Job[], reason: RestartReason) => {
    const alone = jobs.length === 1;
    for (const job of jobs) {
      const verdict = quarantine.blame(inputsHash(job.inputs), alone);
      if (verdict === 'quarantined') settle(job, failure('quarantined'));
      else if (reason === 'deadline') settle(job, failure('deadline_exceeded'));
      else if (alone) settle(job, failure('scorer_crashed'));
      else job.travel = 'probation';
    }
    queue.putBack(jobs);
  };

  const reportReady = () => {
    const now = seats.some((seat) => seat.ready);
    if (now === ready) return;
    ready = now;
    options.onReadyChange(ready);
  };

  /** One timer, for the oldest: a timer for each request would cost more than the request's message. */
  const arm = () => {
    if (timer !== undefined) return;
    let oldest = queue.oldestSeconds() ?? Infinity;
    for (const seat of seats)
      for (const call of seat.calls) {
        oldest = Math.min(oldest, seat.runningSinceSeconds);
        for (const job of call.jobs) if (!job.settled) oldest = Math.min(oldest, job.startSeconds);
      }
    if (oldest === Infinity) return;
    const milliseconds = Math.max(1, (oldest + deadlineSeconds - clock.monotonicSeconds()) * 1000);
    // Where this process itself was held up, what has been answered meanwhile is read first.
    timer = setTimeout(() => setImmediate(onDeadline), milliseconds).unref();
  };
  const onDeadline = () => {
    timer = undefined;
    const latest = clock.monotonicSeconds() - deadlineSeconds;
    for (const job of queue.takeBefore(latest)) {
      if (job.travel === 'probation') settle(job, failure('scorer_crashed'));
      else settle(job, failure(ready ? 'deadline_exceeded' : 'not_ready'));
    }
    for (const seat of seats) {
      for (const call of seat.calls) for (const job of call.jobs) if (job.startSeconds <= latest) settle(job, failure('deadline_exceeded'));
      // A request may have spent its time in the queue; only a call that itself takes too long says that the child hangs.
      if (seat.calls.length > 0 && seat.runningSinceSeconds <= latest) seat.kill('deadline');
    }
    arm();
  };

  seats = Array.from({ length: options.processes }, () =>
    createSeat({
      clock,
      logger: options.logger,
      loadTimeoutSeconds: options.loadTimeoutSeconds,
      startChild: options.startChild,
      onReady() {
        reportReady();
        plan();
      },
      onAnswer,
      onGone,
    }),
  );

  return {
    quarantine,
    restarts,
    get ready() {
      return ready;
    },
    get queued() {
      return queue.length;
    },
    get cpuSeconds() {
      return cpuSeconds;
    },
    get processIds() {
      return seats.flatMap(({ processId }) => (processId === undefined ? [] : [processId]));
    },
    accept(job) {
      if (closing !== undefined) return settle(job, failure('draining'));
      if (quarantine.watchful) {
        const verdict = quarantine.verdict(inputsHash(job.inputs));
        if (verdict === 'quarantined') return settle(job, failure('quarantined'));
        if (verdict === 'suspect') job.travel = 'probation';
      }
      if (queue.length >= options.queueEntriesMax) return settle(job, failure('overloaded'));
      queue.push(job);
      plan();
      if (timer === undefined) arm();
    },
    close() {
      closing ??= (async () => {
        clearTimeout(timer);
        for (const job of queue.takeAll()) settle(job, failure('draining'));
        const underWay = seats.flatMap((seat) => seat.calls.flatMap((call) => call.jobs));
        for (const job of underWay) settle(job, failure('draining'));
        await Promise.all(seats.map((seat) => seat.close()));
        reportReady();
      })();
      return closing;
    },
  };
}

function sumRows(jobs: readonly Job[]): number {
  let rows = 0;
  for (const job of jobs) rows += job.rows;
  return rows;
}
