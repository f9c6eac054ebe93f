import { expect, it } from '@jest/globals';
import pino from 'pino';
import type { Job } from './job.js';
import { createSeat, type Seat } from './seat.js';
import type { ChildEvents } from './start-child.js';

const MODEL = { inputs: [], outputs: [], batchable: false };
const job = {
  inputs: [],
  outputs: undefined,
  rows: 1,
  startSeconds: 0,
  done: () => undefined,
  travel: 'single',
  settled: false,
} as unknown as Job;

/** A seat whose children the test makes live and die, on a clock of its own; `backoffs` are the seconds waited after each death. */
function seatOf() {
  let nowSeconds = 0;
  let child: ChildEvents | undefined;
  let started: () => void = () => undefined;
  let lastCall = -1;
  const backoffs: number[] = [];
  const logger = pino({}, { write: (line: string) => backoffs.push((JSON.parse(line) as { backoffSeconds: number }).backoffSeconds) });
  const lives: Seat = createSeat({
    clock: { nowSeconds: () => nowSeconds, monotonicSeconds: () => nowSeconds },
    logger,
    loadTimeoutSeconds: 60,
    startChild(events) {
      child = events;
      queueMicrotask(() => {
        events.onMessage({ kind: 'ready', model: MODEL as never, addressBytes: undefined });
        started();
      });
      return {
        processId: 1,
        send: ({ call }) => (lastCall = call),
        kill: () => undefined,
      };
    },
    onReady: () => undefined,
    onAnswer: () => undefined,
    onGone: () => undefined,
  });
  const answer = () => child!.onMessage({ kind: 'answer', call: lastCall, shapes: [], data: [], cpuSeconds: 0 });
  return {
    seat: lives,
    backoffs,
    /** A child that is started, answers so many requests, is idle for a while, and dies of the next request. */
    async life({ answers, idleSeconds }: { readonly answers: number; readonly idleSeconds: number }) {
      if (!lives.ready) await new Promise<void>((resolve) => (started = resolve));
      for (let i = 0; i < answers; i++) {
        lives.send([job]);
        answer();
      }
      nowSeconds += idleSeconds;
      lives.send([job]);
      child!.onGone({ outOfMemory: false, exitCode: null, signal: 'SIGSEGV' });
    },
  };
}

it('a child that is idle for a minute and dies of each request is started ever later, until one has answered and lived for a while', async () => {
  const { seat, backoffs, life } = seatOf();
  for (let i = 0; i < 4; i++) await life({ answers: 0, idleSeconds: 60 });
  expect(backoffs).toEqual([0, 0.1, 0.2, 0.4]);
  // It has answered, but did not live for long.
  await life({ answers: 1, idleSeconds: 1 });
  await life({ answers: 1, idleSeconds: 60 });
  await life({ answers: 0, idleSeconds: 60 });
  expect(backoffs.slice(4)).toEqual([0.8, 0, 0.1]);
  const closed = seat.close();
  await closed;
});
