import { setTimeout as pause } from 'node:timers/promises';

/**
 * Calls at a fixed rate for so long, whether answered or not, and gives what each took. Nothing waits for an answer before the next call, so
 * that what holds one up cannot make others look quick.
 */
export async function paced(perSecond: number, seconds: number, call: (i: number) => Promise<unknown>): Promise<readonly number[]> {
  const calls: Promise<number>[] = [];
  const startSeconds = performance.now() / 1000;
  const measured = async (i: number) => {
    const calledSeconds = performance.now() / 1000;
    await call(i);
    return performance.now() / 1000 - calledSeconds;
  };
  while (calls.length < perSecond * seconds) {
    const due = Math.min(perSecond * seconds, (performance.now() / 1000 - startSeconds) * perSecond);
    while (calls.length < due) calls.push(measured(calls.length));
    await pause(1);
  }
  return Promise.all(calls);
}
