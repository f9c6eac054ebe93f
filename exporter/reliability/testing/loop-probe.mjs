// Preloaded into a sidecar: says on stderr how long a turn of its event loop took, and how much of that its thread was ready to run and waited for a
// processor, which is the machine's and not the sidecar's. Of Linux.
import { readFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const EVERY_MILLISECONDS = 5;
/** Shorter ones are nobody's concern. */
const TOLD_MILLISECONDS = 2;

if (isMainThread && process.argv[1]?.endsWith('main.js') === true) {
  const waitedMilliseconds = () => Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'latin1').split(' ')[1]) / 1e6;
  let last = { at: performance.now(), waited: waitedMilliseconds() };
  setInterval(() => {
    const now = { at: performance.now(), waited: waitedMilliseconds() };
    const held = now.at - last.at - EVERY_MILLISECONDS;
    const own = held - (now.waited - last.waited);
    last = now;
    if (own > TOLD_MILLISECONDS)
      process.stderr.write(`${JSON.stringify({ loopHeldSeconds: own / 1000, at: performance.timeOrigin + now.at })}\n`);
  }, EVERY_MILLISECONDS).unref();
}
