import v8 from 'node:v8';
import vm from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createWatchQueue } from './watch-queue.js';

interface Entry {
  readonly name: number;
  readonly bytes: number;
}

function queueOf(
  options: {
    readonly capacity?: number;
    readonly bytesMax?: number;
    readonly handle?: (entry: Entry) => unknown;
    readonly flush?: () => void;
  } = {},
) {
  const handled: number[] = [];
  const faults: unknown[] = [];
  let flushes = 0;
  const queue = createWatchQueue<Entry>({
    capacity: options.capacity ?? 1000,
    bytesMax: options.bytesMax ?? Infinity,
    handle(entry) {
      handled.push(entry.name);
      return options.handle?.(entry) !== false;
    },
    flush() {
      flushes++;
      options.flush?.();
    },
    onFault: (fault) => faults.push(fault),
  });
  return { queue, handled, faults, flushes: () => flushes };
}

const turn = () => new Promise(setImmediate);

/** More entries wait for no company: they are handled in the next turn. */
const ENOUGH = 64;

const handledAll = async (queue: { readonly length: number }) => {
  while (queue.length > 0) await turn();
};

describe('createWatchQueue', () => {
  it('handles nothing in the turn that pushes, and everything in order in a later one', async () => {
    const { queue, handled, flushes } = queueOf();
    for (let name = 0; name < 5; name++) queue.push({ name, bytes: 1 });
    expect([handled, queue.length]).toEqual([[], 5]);
    await handledAll(queue);
    expect([handled, queue.length, flushes()]).toEqual([[0, 1, 2, 3, 4], 0, 1]);
    queue.push({ name: 5, bytes: 1 });
    await handledAll(queue);
    expect(handled).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('waits for company, but not once there is enough', async () => {
    const { queue, handled, flushes } = queueOf();
    for (let name = 0; name < ENOUGH; name++) {
      expect(handled).toEqual([]);
      queue.push({ name, bytes: 1 });
    }
    await turn();
    expect([handled.length, queue.length, flushes()]).toEqual([ENOUGH, 0, 1]);
  });

  it('comes back to an entry that is handled in parts before it goes on to the next', () => {
    let parts = 0;
    const { queue, handled } = queueOf({ handle: ({ name }) => name !== 1 || ++parts === 3 });
    for (let name = 0; name < 3; name++) queue.push({ name, bytes: 1 });
    queue.drain();
    expect([handled, queue.length]).toEqual([[0, 1, 1, 1, 2], 0]);
  });

  it('drops and counts what does not fit in number', () => {
    const { queue, handled } = queueOf({ capacity: 2 });
    for (let name = 0; name < 5; name++) queue.push({ name, bytes: 1 });
    expect([queue.length, queue.dropped]).toEqual([2, 3]);
    queue.drain();
    queue.push({ name: 9, bytes: 1 });
    queue.drain();
    expect([handled, queue.dropped]).toEqual([[0, 1, 9], 3]);
  });

  it('drops and counts what does not fit in bytes, but takes one entry of any size', () => {
    const { queue, handled } = queueOf({ bytesMax: 100 });
    for (const [name, bytes] of [60, 41, 40, 1].entries()) queue.push({ name, bytes });
    expect([queue.bytes, queue.bytesMax]).toEqual([100, 100]);
    queue.drain();
    expect(queue.bytes).toBe(0);
    queue.push({ name: 9, bytes: 1_000_000 });
    queue.push({ name: 10, bytes: 1 });
    queue.drain();
    expect([handled, queue.dropped]).toEqual([[0, 2, 9], 3]);
  });

  it('never holds more than its bounds, and loses nothing that it took', () => {
    const command = fc.oneof(fc.record({ bytes: fc.integer({ min: 0, max: 50 }) }), fc.constant('drain' as const));
    fc.assert(
      fc.property(fc.array(command, { maxLength: 100 }), (commands) => {
        const { queue, handled } = queueOf({ capacity: 5, bytesMax: 100 });
        let pushed = 0;
        let waiting = 0;
        for (const step of commands) {
          if (step === 'drain') {
            queue.drain();
            waiting = 0;
            continue;
          }
          const before = queue.length;
          queue.push({ name: pushed++, bytes: step.bytes });
          if (queue.length > before) waiting += step.bytes;
          expect(queue.length).toBeLessThanOrEqual(5);
          expect(waiting).toBeLessThanOrEqual(100);
        }
        queue.drain();
        expect(handled.length + queue.dropped).toBe(pushed);
        expect(handled).toEqual([...handled].sort((a, b) => a - b));
      }),
      { seed: 20131101 },
    );
  });

  it('contains a fault of one entry, and one of the flush', async () => {
    const { queue, handled, faults } = queueOf({
      handle({ name }) {
        if (name === 1) throw new Error('entry');
      },
      flush() {
        throw new Error('flush');
      },
    });
    for (let name = 0; name < 3; name++) queue.push({ name, bytes: 1 });
    await handledAll(queue);
    expect(handled).toEqual([0, 1, 2]);
    expect(faults).toEqual([new Error('entry'), new Error('flush')]);
  });

  it('takes entries that are pushed while it handles others', async () => {
    const { queue, handled } = queueOf({
      handle({ name }) {
        if (name < 3) queue.push({ name: name + 1, bytes: 1 });
      },
    });
    queue.push({ name: 0, bytes: 1 });
    await handledAll(queue);
    expect([handled, queue.length]).toEqual([[0, 1, 2, 3], 0]);
  });

  it('lets the loop turn when watching takes long, and lets go of what it has handled while others wait', async () => {
    v8.setFlagsFromString('--expose-gc');
    const collect = vm.runInNewContext('gc') as () => void;
    const { queue, handled } = queueOf({
      handle({ name }) {
        // Longer than a turn may last, at the end of each sixteen.
        if (name % 16 === 15) for (const end = performance.now() + 10; performance.now() < end;);
      },
    });
    const entries = Array.from({ length: ENOUGH }, (_, name) => {
      const entry = { name, bytes: 1 };
      queue.push(entry);
      return new WeakRef(entry);
    });
    await turn();
    expect([handled.length, queue.length]).toEqual([16, 48]);
    await turn();
    collect();
    const held = entries.flatMap((entry) => entry.deref()?.name ?? []);
    expect([handled.length, queue.length]).toEqual([32, 32]);
    expect(held.length).toBeGreaterThanOrEqual(32);
    // The one handled last may still be in a register.
    expect(held.filter((name) => name < 31)).toEqual([]);
    queue.drain();
  });
});
