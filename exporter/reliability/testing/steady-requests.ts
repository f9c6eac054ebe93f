import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Requests sent round and round by a process of its own. */
export interface SteadyRequests {
  /** Seconds of each request since this was last asked; Infinity of one that was not answered. */
  seconds(): Promise<readonly number[]>;
  stop(): Promise<void>;
}

export interface SteadyRequest {
  readonly route: string;
  /** Posted as JSON, with the number of the round in place of `%i`; without one it is a GET. */
  readonly body?: string;
}

/** Starts a process that sends the requests one after the other, and again after a pause, until it is stopped. */
export async function sendSteadily(url: string, requests: readonly SteadyRequest[], pauseMilliseconds: number): Promise<SteadyRequests> {
  const program = fileURLToPath(new URL('steady-sender.mjs', import.meta.url));
  const child = fork(program, [JSON.stringify({ url, requests, pauseMilliseconds })], { execArgv: [] });
  const next = async () => {
    const [{ seconds }] = (await once(child, 'message')) as [{ readonly seconds: readonly (number | null)[] }];
    return seconds.map((value) => value ?? Infinity);
  };
  await next();
  return {
    seconds() {
      child.send({});
      return next();
    },
    async stop() {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}
