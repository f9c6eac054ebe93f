import type { Logger } from 'pino';
import type { Clock } from '../../clock.js';
import type { RestartReason } from '../scorer.js';
import type { Job } from './job.js';
import type { AnswerMessage, FailureMessage } from './messages.js';
import { packCall } from './pack.js';
import type { Child, ChildEnd, ChildEvents } from './start-child.js';

/** A call of the model under way: one message to a child and the requests in it. */
export interface Call {
  readonly number: number;
  readonly jobs: readonly Job[];
  readonly outputs: readonly number[] | undefined;
}

/** A place for a child, which is started again whenever it ends. */
export interface Seat {
  readonly ready: boolean;
  /** Under way in the child; the first is running, the others wait in its pipe. */
  readonly calls: readonly Call[];
  /** Since when the first call has been running. */
  readonly runningSinceSeconds: number;
  readonly processId: number | undefined;
  send(jobs: readonly Job[]): void;
  kill(reason: RestartReason): void;
  close(): Promise<void>;
}

export interface SeatOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly loadTimeoutSeconds: number;
  startChild(events: ChildEvents): Child;
  onReady(): void;
  onAnswer(call: Call, message: AnswerMessage | FailureMessage): void;
  /** The child has ended; these calls were under way, the first of them running. */
  onGone(calls: readonly Call[], reason: RestartReason): void;
}

/** The first death in a while is answered at once. */
const BACKOFF_SECONDS_FIRST = 0;
const BACKOFF_SECONDS_MIN = 0.1;
const BACKOFF_SECONDS_MAX = 10;
/** A child that has lived so long and has answered starts the backoff anew. One that is idle until the request that kills it does not: it is not steady. */
const STEADY_SECONDS = 10;

export function createSeat(options: SeatOptions): Seat {
  const { clock, logger } = options;
  let child: Child | undefined;
  let ready = false;
  let calls: Call[] = [];
  let callNumber = 0;
  let runningSinceSeconds = 0;
  let startSeconds = 0;
  let hasAnswered = false;
  let backoffSeconds = BACKOFF_SECONDS_FIRST;
  let killedFor: RestartReason | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closing: Promise<void> | undefined;
  let closed: (() => void) | undefined;

  const kill = (reason: RestartReason) => {
    if (child === undefined || killedFor !== undefined) return;
    killedFor = reason;
    ready = false;
    runningSinceSeconds = Infinity;
    child.kill();
  };
  const start = () => {
    startSeconds = clock.monotonicSeconds();
    hasAnswered = false;
    killedFor = undefined;
    timer = setTimeout(() => kill('deadline'), options.loadTimeoutSeconds * 1000);
    child = options.startChild({ onMessage, onGone });
  };
  const onMessage: ChildEvents['onMessage'] = (message) => {
    if (message.kind === 'ready') {
      clearTimeout(timer);
      ready = true;
      options.onReady();
    } else if (message.kind === 'answer' || message.kind === 'failure') {
      const call = calls.shift();
      if (call?.number !== message.call) return kill('crash');
      runningSinceSeconds = clock.monotonicSeconds();
      hasAnswered = true;
      options.onAnswer(call, message);
    } else kill('crash');
  };
  const onGone = (end: ChildEnd) => {
    clearTimeout(timer);
    child = undefined;
    ready = false;
    const lost = calls;
    calls = [];
    if (closed !== undefined) return closed();
    const reason = killedFor ?? (end.outOfMemory ? 'memory' : 'crash');
    if (hasAnswered && clock.monotonicSeconds() - startSeconds >= STEADY_SECONDS) backoffSeconds = BACKOFF_SECONDS_FIRST;
    logger.warn({ reason, exitCode: end.exitCode, signal: end.signal, callsLost: lost.length, backoffSeconds }, 'scorer child ended');
    timer = setTimeout(start, backoffSeconds * 1000);
    backoffSeconds = Math.min(Math.max(backoffSeconds * 2, BACKOFF_SECONDS_MIN), BACKOFF_SECONDS_MAX);
    options.onGone(lost, reason);
  };
  start();

  return {
    get ready() {
      return ready;
    },
    get calls() {
      return calls;
    },
    get runningSinceSeconds() {
      return runningSinceSeconds;
    },
    get processId() {
      return child?.processId;
    },
    send(jobs) {
      const message = packCall(callNumber++, jobs);
      if (calls.length === 0) runningSinceSeconds = clock.monotonicSeconds();
      calls.push({ number: message.call, jobs, outputs: message.outputs });
      child?.send(message);
    },
    kill,
    close() {
      closing ??= new Promise((resolve) => {
        clearTimeout(timer);
        closed = resolve;
        ready = false;
        if (child === undefined) resolve();
        else child.kill();
      });
      return closing;
    },
  };
}
