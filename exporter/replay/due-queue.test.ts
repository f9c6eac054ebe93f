import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createDueQueue } from './due-queue.js';

it('gives out what is due, soonest first, and what is due together in the order it came', () => {
  const queue = createDueQueue<string>();
  queue.add(3, 'late');
  queue.add(1, 'first');
  queue.add(1, 'second');
  queue.add(2, 'exactly now');
  expect(queue.takeDue(0.5)).toEqual([]);
  expect(queue.takeDue(2)).toEqual(['first', 'second', 'exactly now']);
  expect(queue.length).toBe(1);
  expect(queue.takeDue(10)).toEqual(['late']);
});

it('loses nothing and gives nothing twice or early', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 50 })), fc.array(fc.integer({ min: 0, max: 60 })), (dues, looks) => {
      const queue = createDueQueue<number>();
      for (const due of dues) queue.add(due, due);
      const taken: number[] = [];
      for (const now of looks.sort((a, b) => a - b)) {
        const items = queue.takeDue(now);
        expect(items.every((due) => due <= now)).toBe(true);
        taken.push(...items);
      }
      expect([...taken, ...queue.takeDue(100)]).toEqual(dues.sort((a, b) => a - b));
    }),
    { seed: 1 },
  );
});
