import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';
import { builtFile } from './built-file.js';

interface Run {
  /** Collections that were asked for: V8 collects by itself too, and names the reason of each. */
  readonly collections: number;
  /** What the heap had reserved after the burst and at the end, in bytes. */
  readonly burst: number;
  readonly rest: number;
}

/** A process of its own, because the heap of a test runner is never at rest. It ends though nothing stops the collecting. */
function run(work: string): Run {
  const program = `
    import { collectAtRest } from ${JSON.stringify(pathToFileURL(builtFile(import.meta.url, './collect-at-rest.js')))};
    import { setTimeout as sleep } from 'node:timers/promises';
    import { getHeapStatistics } from 'node:v8';
    const heap = () => getHeapStatistics().total_heap_size;
    const stop = collectAtRest({ lookSeconds: 0.05, apartSeconds: 0.1, growthBytesMin: 1_048_576 });
    let held = Array.from({ length: 500_000 }, (_, i) => ({ i, text: 'row ' + i }));
    const burst = heap();
    held = undefined;
    ${work}
    console.log('heap ' + JSON.stringify({ burst, rest: heap() }));
  `;
  const flags = ['--max-semi-space-size=4', '--trace-gc', '--input-type=module'];
  const { stdout, stderr, status } = spawnSync(process.execPath, [...flags, '--eval', program], { encoding: 'utf8', timeout: 60_000 });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  const lines = stdout.split('\n');
  return {
    collections: lines.filter((line) => line.includes('testing; GC')).length,
    ...(JSON.parse(lines.find((line) => line.startsWith('heap '))!.slice(5)) as Pick<Run, 'burst' | 'rest'>),
  };
}

test('a process at rest gives back what a burst has taken, and then leaves well alone', () => {
  const { collections, burst, rest } = run('while (heap() > burst / 2) await sleep(200); await sleep(1000);');
  expect(rest).toBeLessThan(burst / 2);
  expect(collections).toBeGreaterThanOrEqual(2);
  expect(collections).toBeLessThanOrEqual(4);
});

test('a busy one does not stop to collect', () => {
  const busy = 'for (let turn = 0; turn < 10; turn++) { const end = Date.now() + 100; while (Date.now() < end); await sleep(0); }';
  expect(run(busy).collections).toBe(0);
});

test('none is made once it is stopped, which may be said twice', () => {
  expect(run('stop(); stop(); await sleep(500);').collections).toBe(0);
});
