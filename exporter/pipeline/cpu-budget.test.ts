import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { createCpuBudget } from './cpu-budget.js';

describe('a budget of CPU time', () => {
  const budgetOf = (shareMax: number) => {
    let now = 0;
    const budget = createCpuBudget(shareMax, () => now);
    const hasRoom = async () => {
      let resolved = false;
      void budget.room().then(() => (resolved = true));
      await turn();
      return resolved;
    };
    return { budget, hasRoom, at: (seconds: number) => (now = seconds) };
  };

  it('has what ten seconds save up to begin with, and what is saved since', async () => {
    const { budget, hasRoom, at } = budgetOf(0.05);
    budget.spend(0.49);
    expect(await hasRoom()).toBe(true);
    budget.spend(0.02);
    expect(await hasRoom()).toBe(false);
    at(0.1);
    expect(await hasRoom()).toBe(false);
    at(0.3);
    expect(await hasRoom()).toBe(true);
    expect(budget.usedSeconds).toBeCloseTo(0.51, 12);
    budget.close();
  });

  it('saves up no more than that, however long nothing was spent', async () => {
    const { budget, hasRoom, at } = budgetOf(0.5);
    at(1_000_000);
    budget.spend(5);
    expect(await hasRoom()).toBe(false);
    budget.close();
  });

  it('lets the one who waits go on as soon as something is left, or when it is closed', async () => {
    const { budget, at } = budgetOf(1);
    budget.spend(10.001);
    const waiting = budget.room();
    at(1);
    await waiting;
    budget.spend(100);
    const waitingForEver = budget.room();
    budget.close();
    await waitingForEver;
    budget.close();
  });
});
