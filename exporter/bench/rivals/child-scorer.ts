import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { microBatches, type ScoreRow } from './micro-batches.js';
import type { BatchScore } from './session.js';

/** Batches sent and not yet answered: the child has its next one while the answers of the last are written. */
const BATCHES_MAX = 2;

/** A scorer in a child process, fed with micro-batches. It ends with this process. */
export async function forkScorer(): Promise<ScoreRow> {
  const child = fork(fileURLToPath(new URL('./scorer-child.js', import.meta.url)), { serialization: 'advanced' });
  await once(child, 'message');
  const answers: ((score: BatchScore) => void)[] = [];
  child.on('message', (score: BatchScore) => answers.shift()!(score));
  child.once('exit', () => process.exit(1));
  return microBatches(BATCHES_MAX, (values, done) => {
    answers.push(done);
    child.send(values);
  });
}
