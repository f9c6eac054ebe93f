import { existsSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { systemClock } from '../clock.js';
import { startBackgroundScorer } from './background-scorer.js';

/** Processes that this one has started and that have not ended. */
const children = (): readonly string[] =>
  readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').split(' ').filter(Boolean);

const CONFIG = {
  processes: 1,
  threads: 1,
  deadline: '5s',
  loadTimeout: '30s',
  batchRowsMax: 1,
  queueEntriesMax: 1,
  outputBytesMax: 1_000_000,
  memoryBytesMax: 1_000_000_000,
};
const start = (file: string) => {
  const failures: unknown[] = [];
  const scorer = startBackgroundScorer({
    file: path.join(import.meta.dirname, '..', 'models', 'testdata', file),
    config: CONFIG,
    clock: systemClock,
    logger: pino({ level: 'silent' }),
    onFailed: (why) => failures.push(why),
  });
  return { scorer, failures };
};

(process.platform === 'linux' ? describe : describe.skip)('a model that is scored beside the one that answers', () => {
  it('and is closed while it loads ends its child at once, and is no failure', async () => {
    const before = children();
    // The child that tries the file; once its memory has been measured, the first turns have none yet.
    const { scorer, failures } = start('identity-fp32.onnx');
    while (children().length === before.length) await nextTurn();
    await scorer.close();
    expect(children()).toEqual(before);
    expect(scorer.scorer).toBeUndefined();
    expect(failures).toEqual([]);
    await scorer.close();
  });

  it('and is closed before anything of it was started never starts', async () => {
    const before = children();
    const { scorer, failures } = start('identity-fp32.onnx');
    await scorer.close();
    expect(children()).toEqual(before);
    expect(failures).toEqual([]);
  });

  const grouped = existsSync('/proc/self/autogroup') ? it : it.skip;
  grouped('stands back as a session too, where Linux shares the CPU between sessions first', async () => {
    const { scorer } = start('identity-fp32.onnx');
    while (scorer.scorer?.ready !== true) await nextTurn();
    const [processId] = scorer.scorer.stats().processIds;
    const niceness = () => Number(/nice (-?\d+)/.exec(readFileSync(`/proc/${processId}/autogroup`, 'utf8'))?.[1]);
    while (niceness() === 0) await nextTurn();
    expect(niceness()).toBe(getPriority(processId));
    expect(niceness()).toBeGreaterThan(getPriority());
    await scorer.close();
  });

  it('and cannot be loaded says why, and can be closed', async () => {
    const { scorer, failures } = start('garbage.onnx');
    while (failures.length === 0) await nextTurn();
    expect(failures).toEqual([{ reason: expect.any(String) }]);
    await scorer.close();
  });
});
