import { describe, expect, it } from '@jest/globals';
import { nextTick } from 'node:process';
import { promisify } from 'node:util';
import { createOutbox } from './outbox.js';

const tick = promisify(nextTick);

describe('outbox', () => {
  it('writes what is pushed in one turn together, in its order, and no sooner', async () => {
    const written: (readonly number[])[] = [];
    const outbox = createOutbox<number>((answers) => written.push(answers));
    for (const answer of [1, 2, 3]) outbox.push(answer);
    expect(written).toEqual([]);
    await tick();
    outbox.push(4);
    await tick();
    expect(written).toEqual([[1, 2, 3], [4]]);
  });

  it('takes answers that become ready while others are written', async () => {
    const written: (readonly number[])[] = [];
    const outbox = createOutbox<number>((answers) => {
      written.push(answers);
      if (answers.includes(1)) outbox.push(2);
    });
    outbox.push(1);
    await tick();
    await tick();
    expect(written).toEqual([[1], [2]]);
  });
});
